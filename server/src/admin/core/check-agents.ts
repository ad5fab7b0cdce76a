/** People: their skills, capacities and teams. */
import { listSome, whyUnknown } from "../../contract/known-skills.ts";
import type { AgentCapacity } from "../../contract/routing.ts";
import type { Inspection } from "./check-routing.ts";
import { repeated } from "./check-uniqueness.ts";

export function checkAgents(inspection: Inspection): void {
  checkPeopleOfTeams(inspection);
  const { document, nameOf, error } = inspection;
  for (const { at, thing } of repeated(document.agents, ({ personId }) => personId)) {
    const name = nameOf(thing.personId);
    error(`agents.${at}`, `Agent ${name}`, `${name} is among the agents twice`);
  }
  const personIds = document.agents.map(({ personId }) => personId);
  checkPeople(inspection, personIds, "agents", "Agents", "among the agents");
  checkSkillsOfAgents(inspection);
  document.agents.forEach(({ personId, capacity }, index) => {
    if (capacity !== null) checkCapacity(inspection, capacity, nameOf(personId), `agents.${index}.capacity`);
  });
}

/** One problem for all who are missing, one for all who are deactivated. */
export function checkPeople(
  { around, error, warning }: Inspection,
  personIds: readonly string[],
  path: string,
  subject: string,
  where: string,
): void {
  const missing = personIds.filter((personId) => !around.people.has(personId));
  if (missing.length > 0)
    error(path, subject, `${listSome(missing, 3)} ${where} ${are(missing)} nobody who works here`);
  const away = personIds
    .map((personId) => around.people.get(personId))
    .filter((person) => person?.active === false)
    .map((person) => person?.name ?? "");
  if (away.length > 0)
    warning(path, subject, `${listSome(away)} ${where} ${are(away)} deactivated and will get no calls`);
}

function are(names: readonly string[]): string {
  return names.length === 1 ? "is" : "are";
}

function checkPeopleOfTeams(inspection: Inspection): void {
  inspection.document.teams.forEach(({ name, personIds }, index) => {
    const path = `teams.${index}.personIds`;
    checkPeople(inspection, personIds, path, `Team ${name}`, `in the team ${name}`);
    for (const { at, thing } of repeated(personIds, (personId) => personId))
      inspection.error(
        `${path}.${at}`,
        `Team ${name}`,
        `${inspection.nameOf(thing)} is in the team ${name} twice`,
      );
  });
}

/** By skill, as a skill that is removed is missed by many at once. */
function checkSkillsOfAgents({ document, known, knownBefore, nameOf, error }: Inspection): void {
  const holders = new Map<string, { at: number; names: string[] }>();
  document.agents.forEach(({ personId, skills }, at) => {
    for (const skill of Object.keys(skills)) {
      if (whyUnknown(skill, known) === null) continue;
      const found = holders.get(skill);
      if (found) found.names.push(nameOf(personId));
      else holders.set(skill, { at, names: [nameOf(personId)] });
    }
  });
  for (const [skill, { at, names }] of holders) {
    const why = whyUnknown(skill, known) ?? "";
    const isRemoved = whyUnknown(skill, knownBefore) === null;
    const have = `${listSome(names)} ${names.length === 1 ? "has" : "have"} the skill ${skill}`;
    const rest = isRemoved ? "which would be removed: take it from them first" : `but ${why}`;
    const subject = names.length === 1 ? `Agent ${names[0] ?? ""}` : "Agents";
    error(`agents.${at}.skills.${skill}`, subject, `${have}, ${rest}`);
  }
}

const words = { voice: "calls", chat: "chats", email: "mails", message: "messages" };

function checkCapacity(
  { error, warning }: Inspection,
  { total, weights, limits, interrupts }: AgentCapacity,
  name: string,
  path: string,
): void {
  const subject = `Agent ${name}`;
  for (const channel of ["voice", "chat", "email", "message"] as const) {
    const limit = limits[channel] ?? 0;
    const weight = weights[channel] ?? total;
    const fit = weight === 0 ? Infinity : Math.floor(total / weight);
    if (limit > fit)
      error(
        `${path}.limits.${channel}`,
        subject,
        `${name} may have ${limit} ${words[channel]} by the limit, but each weighs ${weight} of ${total}: ${fit} at most`,
      );
    if (weights[channel] !== undefined && limits[channel] === undefined)
      warning(
        `${path}.weights.${channel}`,
        subject,
        `${name} has a weight for ${words[channel]} but no limit, and gets none without one`,
      );
    if (interrupts[channel]?.includes(channel) === true)
      error(
        `${path}.interrupts.${channel}`,
        subject,
        `For ${name}, ${words[channel]} interrupt ${words[channel]}`,
      );
  }
  if (Object.values(limits).every((limit) => limit === 0))
    warning(`${path}.limits`, subject, `${name} has no limit above 0, and gets nothing at all`);
}
