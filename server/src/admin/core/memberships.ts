/** Who belongs to which queue, once teams are resolved. */
import { plainMembership, type QueueMember } from "../../contract/queues.ts";
import type { RoutingDocument, TeamMember } from "../../contract/routing.ts";

/** How a person belongs to a queue, whether by themselves or by a team. */
export type QueueMembership = Omit<QueueMember, "personId"> & { queueId: string };

/**
 * Memberships by person, in the queues' order. A person's own membership goes before those of teams; of several
 * teams the one that is asked first counts (the lowest level, then the shortest delay, then the highest priority).
 */
export function membershipsByPerson(
  document: Pick<RoutingDocument, "queues" | "teams">,
): Map<string, QueueMembership[]> {
  const peopleOf = new Map(document.teams.map(({ id, personIds }) => [id, personIds]));
  const memberships = new Map<string, QueueMembership[]>();
  for (const queue of document.queues) {
    const members = new Map<string, QueueMembership>();
    const add = (personId: string, terms: Partial<Omit<QueueMember, "personId">>) => {
      if (!members.has(personId)) members.set(personId, { ...plainMembership, ...terms, queueId: queue.id });
    };
    for (const { personId, ...terms } of queue.members) add(personId, terms);
    for (const { teamId, ...terms } of queue.teams.toSorted(sooner))
      for (const personId of peopleOf.get(teamId) ?? []) add(personId, terms);
    for (const [personId, membership] of members) {
      const mine = memberships.get(personId);
      if (mine) mine.push(membership);
      else memberships.set(personId, [membership]);
    }
  }
  return memberships;
}

function sooner(a: TeamMember, b: TeamMember): number {
  return a.level - b.level || a.delayMs - b.delayMs || b.priority - a.priority;
}
