import { requirement as language, type queues, type routing } from "@ringdown/contract";
import { agentOf, staffOf } from "./routing-edit.ts";

type Document = routing.RoutingDocument;
type Queue = routing.RoutedQueue;

/** Who may be asked from a moment on. */
export interface Reach {
  /** Milliseconds since the caller came; 0 is the beginning. */
  afterMs: number;
  /** Index of the ring, or null for the beginning. */
  ring: number | null;
  /** What is asked for by then, in its usual spelling; null: nothing. */
  requirement: string | null;
  personIds: string[];
}

const atFirst = { afterMs: 0, lowerBy: 0, drop: [], level: 1, borrowFrom: [] } satisfies queues.Ring;

/** Who is reached at the beginning and by each ring, in order of time. A requirement that can't be read asks nothing. */
export function reachOf(document: Document, queue: Queue): Reach[] {
  const { rings, requirement } = queue.settings;
  const parsed = requirement === null ? null : language.parseRequirement(requirement);
  const needed = parsed?.ok === true ? parsed.requirement : null;
  const steps = [
    { ring: null, step: atFirst as queues.Ring },
    ...rings.map((step, ring) => ({ ring, step })),
  ].toSorted((one, other) => one.step.afterMs - other.step.afterMs);
  return steps.map(({ ring, step }) => {
    const left = needed === null ? null : language.relaxRequirement(needed, step);
    const personIds = candidates(document, queue, step).filter(
      (personId) => left === null || language.meets(agentOf(document, personId).skills, left),
    );
    return {
      afterMs: step.afterMs,
      ring,
      requirement: left === null ? null : language.formatRequirement(left),
      personIds,
    };
  });
}

/** Members up to the ring's level, and everybody of the queues that are borrowed from, whatever their level there. */
function candidates(document: Document, queue: Queue, ring: queues.Ring): string[] {
  const own = staffOf(document, queue).filter(({ level }) => level <= ring.level);
  const borrowed = document.queues
    .filter(({ id }) => ring.borrowFrom.includes(id))
    .flatMap((one) => staffOf(document, one));
  return [...new Set([...own, ...borrowed].map(({ personId }) => personId))];
}

/** Members of the queue who don't meet the requirement, with what they have of the skills that it names. */
export function shortcomings(
  document: Document,
  queue: Queue,
  needed: language.Requirement,
): { personId: string; has: { skill: string; level: number }[] }[] {
  const named = language.skillsNamed(needed);
  return staffOf(document, queue).flatMap(({ personId }) => {
    const { skills } = agentOf(document, personId);
    if (language.meets(skills, needed)) return [];
    return [{ personId, has: named.map((skill) => ({ skill, level: skills[skill] ?? 0 })) }];
  });
}
