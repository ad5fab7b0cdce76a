import { queues, type routing } from "@ringdown/contract";

type Document = routing.RoutingDocument;
type Queue = routing.RoutedQueue;
type Agent = routing.RoutedAgent;
/** The lists of a document whose things have an id. */
type ListName = "skills" | "schedules" | "teams" | "queues";
type Thing<Name extends ListName> = Document[Name][number];

/** Puts the thing in the place of the one with its id, or at the end. */
export function putThing<Name extends ListName>(
  document: Document,
  list: Name,
  thing: Thing<Name>,
): Document {
  const things: Thing<Name>[] = document[list];
  const isThere = things.some((one) => one.id === thing.id);
  const next = isThere ? things.map((one) => (one.id === thing.id ? thing : one)) : [...things, thing];
  return { ...document, [list]: next };
}

/** Takes a thing out. What names it stays, and is named as a problem when the draft is kept. */
export function removeThing(document: Document, list: ListName, id: string): Document {
  return { ...document, [list]: document[list].filter((one) => one.id !== id) };
}

export function changeQueue(document: Document, id: string, change: (queue: Queue) => Queue): Document {
  return { ...document, queues: document.queues.map((one) => (one.id === id ? change(one) : one)) };
}

export function newQueue(id: string, name: string): Queue {
  return { id, name, settings: queues.QueueSettings.parse({}), members: [], teams: [] };
}

/** Opens as most offices do. */
export function newSchedule(
  id: string,
  name: string,
  timezone: string,
): routing.RoutingDocument["schedules"][number] {
  return {
    id,
    name,
    timezone,
    weekly: [{ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" }],
    holidays: [],
  };
}

const nobodySpecial = { skills: {}, capacity: null };

export function agentOf(document: Document, personId: string): Agent {
  return document.agents.find((one) => one.personId === personId) ?? { personId, ...nobodySpecial };
}

/** Only agents who have skills or a capacity of their own stand in the document. */
export function changeAgent(document: Document, agent: Agent): Document {
  const isPlain = agent.capacity === null && Object.keys(agent.skills).length === 0;
  const others = document.agents.filter((one) => one.personId !== agent.personId);
  const at = document.agents.findIndex((one) => one.personId === agent.personId);
  if (isPlain) return { ...document, agents: others };
  if (at < 0) return { ...document, agents: [...others, agent] };
  return { ...document, agents: document.agents.map((one, index) => (index === at ? agent : one)) };
}

/** Sets a proficiency, or takes the skill away with 0. */
export function setProficiency(document: Document, personId: string, skill: string, level: number): Document {
  const agent = agentOf(document, personId);
  const { [skill]: _, ...others } = agent.skills;
  return changeAgent(document, {
    ...agent,
    skills: level === 0 ? others : { ...agent.skills, [skill]: level },
  });
}

/** All that agents can have of the skills: `billing`, and `language=zh` for each value of a skill that has values. */
export function skillsToHave(skills: readonly routing.Skill[]): { skill: string; name: string }[] {
  return skills.flatMap(({ key, name, values }) =>
    values.length === 0
      ? [{ skill: key, name }]
      : values.map((one) => ({ skill: `${key}=${one.value}`, name: `${name}: ${one.name}` })),
  );
}

/** Who works in a queue, and from when on they are asked. */
export interface Staff {
  personId: string;
  level: number;
  delayMs: number;
}

/** Members, and people of teams who aren't members themselves; of several teams the one that is asked first counts. */
export function staffOf(document: Document, queue: Queue): Staff[] {
  const staff = new Map<string, Staff>();
  for (const { personId, level, delayMs } of queue.members) staff.set(personId, { personId, level, delayMs });
  const teams = queue.teams.toSorted((one, other) => one.level - other.level || one.delayMs - other.delayMs);
  for (const { teamId, level, delayMs } of teams)
    for (const personId of document.teams.find((one) => one.id === teamId)?.personIds ?? [])
      if (!staff.has(personId)) staff.set(personId, { personId, level, delayMs });
  return [...staff.values()];
}

/** A random id; `crypto.randomUUID` is missing on pages that are not secure. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
