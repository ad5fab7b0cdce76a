/** The routing document taken apart: things by id, each with its fields, so that versions compare and merge by field. */
import {
  type AgentCapacity,
  type RoutedAgent,
  type RoutedQueue,
  RoutingDocument,
  type RoutingDifference,
} from "../../contract/routing.ts";

export type What = RoutingDifference["what"];

/** A field is a path (`settings.overflow.full`, `members.<person id>`); one that a thing does not have is missing. */
export interface Thing {
  what: What;
  id: string;
  /** Empty for an agent: people are named elsewhere. */
  name: string;
  fields: ReadonlyMap<string, unknown>;
  /** As it is in the document. */
  value: unknown;
}

export const emptyRouting: RoutingDocument = {
  format: "ringdown-routing/1",
  skills: [],
  schedules: [],
  teams: [],
  queues: [],
  agents: [],
};

/** Settings that have parts of their own. */
const deepSettings = new Set(["overflow", "sticky", "callback"]);

/** Everything in the document by `queue:<id>`, in the order in which people read it. */
export function thingsOf(document: RoutingDocument): Map<string, Thing> {
  const things = new Map<string, Thing>();
  const add = (what: What, id: string, name: string, value: unknown, fields: [string, unknown][]) =>
    things.set(keyOf(what, id), { what, id, name, value, fields: new Map(fields) });
  for (const skill of document.skills) add("skill", skill.id, skill.name, skill, plainFields(skill));
  for (const each of document.schedules) add("schedule", each.id, each.name, each, plainFields(each));
  for (const { id, name, personIds, ...team } of document.teams)
    add("team", id, name, { id, name, personIds, ...team }, [
      ["name", name],
      ...personIds.map((personId): [string, unknown] => [`personIds.${personId}`, true]),
    ]);
  for (const queue of document.queues) add("queue", queue.id, queue.name, queue, queueFields(queue));
  for (const agent of document.agents) {
    const fields = agentFields(agent);
    if (fields.length > 0) add("agent", agent.personId, "", agent, fields);
  }
  return things;
}

export function keyOf(what: What, id: string): string {
  return `${what}:${id}`;
}

function plainFields(thing: { id: string }): [string, unknown][] {
  return Object.entries(thing).filter(([field]) => field !== "id");
}

function queueFields({ name, settings, members, teams }: RoutedQueue): [string, unknown][] {
  return [
    ["name", name],
    ...Object.entries(settings).flatMap(([key, value]): [string, unknown][] =>
      deepSettings.has(key) && isRecord(value)
        ? Object.entries(value).map(([part, inner]) => [`settings.${key}.${part}`, inner])
        : [[`settings.${key}`, value]],
    ),
    ...members.map(({ personId, ...rest }): [string, unknown] => [`members.${personId}`, rest]),
    ...teams.map(({ teamId, ...rest }): [string, unknown] => [`teams.${teamId}`, rest]),
  ];
}

function agentFields({ skills, capacity }: RoutedAgent): [string, unknown][] {
  const levels = Object.entries(skills).map(([skill, level]): [string, unknown] => [
    `skills.${skill}`,
    level,
  ]);
  return capacity === null ? levels : [...levels, ["capacity", capacity]];
}

/** The other way round. What the fields leave out has its default; the result is parsed, and may throw a ZodError. */
export function documentOf(things: Iterable<Pick<Thing, "what" | "id" | "fields">>): RoutingDocument {
  const document = structuredClone(emptyRouting) as unknown as Record<string, unknown[]>;
  for (const { what, id, fields } of things) document[`${what}s`]?.push(valueOf(what, id, fields));
  return inOrder(RoutingDocument.parse(document));
}

function valueOf(what: What, id: string, fields: ReadonlyMap<string, unknown>): unknown {
  const tree = nest(fields);
  switch (what) {
    case "skill":
    case "schedule":
      return { id, ...tree };
    case "team":
      return { id, name: tree["name"], personIds: Object.keys(branch(tree["personIds"])) };
    case "queue":
      return {
        id,
        name: tree["name"],
        settings: branch(tree["settings"]),
        members: list(tree["members"], "personId"),
        teams: list(tree["teams"], "teamId"),
      };
    case "agent":
      return {
        personId: id,
        skills: branch(tree["skills"]),
        capacity: (tree["capacity"] ?? null) as AgentCapacity | null,
      };
  }
}

function nest(fields: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const tree: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const [path, value] of fields) {
    const steps = path.split(".");
    const last = steps.pop() ?? path;
    let at = tree;
    for (const step of steps) at = (at[step] ??= Object.create(null)) as Record<string, unknown>;
    at[last] = value;
  }
  return { ...tree };
}

function branch(value: unknown): Record<string, unknown> {
  return isRecord(value) ? { ...value } : {};
}

function list(value: unknown, idName: string): unknown[] {
  return Object.entries(branch(value)).map(([id, rest]) => ({ [idName]: id, ...branch(rest) }));
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The document as it is kept: sorted by name or id where the order means nothing, agents with something only. */
export function inOrder(document: RoutingDocument): RoutingDocument {
  return {
    ...document,
    skills: document.skills.toSorted(by(({ key }) => key)),
    schedules: document.schedules.toSorted(by(({ name }) => name)),
    teams: document.teams.toSorted(by(({ name }) => name)).map((team) => ({
      ...team,
      personIds: team.personIds.toSorted(),
    })),
    queues: document.queues.toSorted(by(({ name }) => name)).map((queue) => ({
      ...queue,
      members: queue.members.toSorted(by(({ personId }) => personId)),
      teams: queue.teams.toSorted(by(({ teamId }) => teamId)),
    })),
    agents: document.agents
      .filter(({ skills, capacity }) => capacity !== null || Object.keys(skills).length > 0)
      .toSorted(by(({ personId }) => personId)),
  };
}

function by<T>(textOf: (thing: T) => string): (a: T, b: T) => number {
  return (a, b) => {
    const [one, other] = [textOf(a).toLowerCase(), textOf(b).toLowerCase()];
    return one < other ? -1 : one > other ? 1 : 0;
  };
}

/** Whether two values of a field are the same, however their keys are ordered. */
export function isSame(a: unknown, b: unknown): boolean {
  return a === b || textOf(a) === textOf(b);
}

function textOf(value: unknown): string {
  return (
    JSON.stringify(value, (_key, inner: unknown) =>
      isRecord(inner)
        ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? "undefined"
  );
}

/** Whether no field differs. */
export function isUnchanged(was: Thing, now: Thing): boolean {
  return (
    was.fields.size === now.fields.size &&
    [...was.fields].every(([field, value]) => isSame(value, now.fields.get(field)))
  );
}
