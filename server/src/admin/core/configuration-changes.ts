/** What changed between two readings of the configuration, whoever changed it and in which process. */
import type { Change } from "../changes.ts";
import type { DirectoryRows } from "../directory.postgres.ts";
import { membershipsByPerson } from "./memberships.ts";
import { isSame } from "./routing-fields.ts";

/** People first, as the others refer to them. */
export function changesBetween(before: DirectoryRows, after: DirectoryRows): Change[] {
  return [
    ...changedPeople(before, after),
    ...changedQueues(before, after),
    ...changedRouting(before, after),
    ...changedFlows(before, after),
    ...changedDeskPhones(before, after),
    ...(isSame(before.numbers, after.numbers) ? [] : [{ what: "numbers" } as const]),
    ...(isSame(before.trunks, after.trunks) ? [] : [{ what: "trunks" } as const]),
    ...(before.revisions.prompts === after.revisions.prompts ? [] : [{ what: "prompts" } as const]),
    ...(isSame(emergencyOf(before), emergencyOf(after)) ? [] : [{ what: "emergency" } as const]),
    ...(before.revisions.customers === after.revisions.customers ? [] : [{ what: "customers" } as const]),
    ...(isSame(labelsOf(before), labelsOf(after)) ? [] : [{ what: "labels" } as const]),
  ];
}

function labelsOf({ notReadyReasons, dispositions }: DirectoryRows): object {
  return { notReadyReasons, dispositions };
}

function emergencyOf({ emergency, revisions }: DirectoryRows): object {
  return { emergency, presets: revisions.emergencyPresets };
}

function changedPeople(before: DirectoryRows, after: DirectoryRows): Change[] {
  const lasting = ({ people }: DirectoryRows) =>
    new Map(people.map((person) => [person.id, { ...person, lastSignInAt: null, deskPhone: null }]));
  const [old, now] = [lasting(before), lasting(after)];
  const gone = [...old.values()]
    .filter(({ id }) => !now.has(id))
    .map((person) => ({ ...person, active: false }));
  return [...gone, ...now.values()]
    .filter((person) => !isSame(old.get(person.id), person))
    .map(({ id: personId, active, role }) => ({ what: "people", personId, active, role }));
}

function changedQueues(before: DirectoryRows, after: DirectoryRows): Change[] {
  const [old, now] = [queuesOf(before), queuesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((queueId): Change[] => {
    const [was, is] = [old.get(queueId), now.get(queueId)];
    const members = [...new Set([...(was?.members.keys() ?? []), ...(is?.members.keys() ?? [])])].filter(
      (personId) => !isSame(was?.members.get(personId), is?.members.get(personId)),
    );
    if (was && is && was.text === is.text && members.length === 0) return [];
    return [{ what: "queues", queueId, removed: is === undefined, members }];
  });
}

/** Members by queue, those by teams included. */
function queuesOf({ routing }: DirectoryRows): Map<string, { text: string; members: Map<string, object> }> {
  const queues = new Map(
    routing.queues.map(({ id, name, settings, members, teams }) => [
      id,
      { text: JSON.stringify({ name, settings, members, teams }), members: new Map<string, object>() },
    ]),
  );
  for (const [personId, memberships] of membershipsByPerson(routing))
    for (const membership of memberships) queues.get(membership.queueId)?.members.set(personId, membership);
  return queues;
}

function changedRouting(before: DirectoryRows, after: DirectoryRows): Change[] {
  const agentsOf = ({ routing }: DirectoryRows) =>
    new Map(routing.agents.map((agent) => [agent.personId, agent]));
  const [old, now] = [agentsOf(before), agentsOf(after)];
  const personIds = [...new Set([...old.keys(), ...now.keys()])].filter(
    (personId) => !isSame(old.get(personId), now.get(personId)),
  );
  const rest = ({ routing: { skills, schedules, teams }, revisions }: DirectoryRows) => ({
    ...{ skills, schedules, teams },
    revision: revisions.routing,
  });
  if (personIds.length === 0 && isSame(rest(before), rest(after))) return [];
  return [{ what: "routing", personIds }];
}

function changedFlows(before: DirectoryRows, after: DirectoryRows): Change[] {
  const textsOf = ({ revisions }: DirectoryRows) =>
    new Map(revisions.flows.map(({ id, text }) => [id, text]));
  const [old, now] = [textsOf(before), textsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((flowId) => old.get(flowId) !== now.get(flowId))
    .map((flowId) => ({ what: "flows", flowId }));
}

function changedDeskPhones(before: DirectoryRows, after: DirectoryRows): Change[] {
  const phonesOf = ({ deskPhones }: DirectoryRows) =>
    new Map(deskPhones.map((each) => [each.personId, each]));
  const [old, now] = [phonesOf(before), phonesOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((personId) => !isSame(old.get(personId), now.get(personId)))
    .map((personId) => ({ what: "desk-phone", personId }));
}
