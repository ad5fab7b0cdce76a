import { requirement as language, type queues, type routing } from "@ringdown/contract";
import { agentOf, staffOf } from "./routing-edit.ts";

type Document = routing.RoutingDocument;
type Queue = routing.RoutedQueue;

/** Who may be asked from a moment on. */
export interface Reach {
  /** Milliseconds since the caller came; 0 is the beginning. */
  afterMs: number;
  /** Index of the ring that begins then; null: the beginning, or members whose delay is over. */
  ring: number | null;
  /** What is asked for by then, in its usual spelling; null: nothing. */
  requirement: string | null;
  personIds: string[];
}

const atFirst: queues.Ring = { afterMs: 0, lowerBy: 0, drop: [], level: 1, borrowFrom: [] };

/**
 * Who is reached at the beginning, by each ring and after each delay of a member, in order of time. A requirement that
 * can't be read asks nothing.
 */
export function reachOf(document: Document, queue: Queue): Reach[] {
  const { rings, requirement } = queue.settings;
  const parsed = requirement === null ? null : language.parseRequirement(requirement);
  const needed = parsed?.ok === true ? parsed.requirement : null;
  const delays = staffOf(document, queue).map(({ delayMs }) => delayMs);
  const moments = [...new Set([0, ...rings.map(({ afterMs }) => afterMs), ...delays])];
  return moments
    .toSorted((one, other) => one - other)
    .map((afterMs) => {
      const stage = stageAt(rings, afterMs);
      const left = needed === null ? null : language.relaxRequirement(needed, stage);
      const at = rings.findIndex((ring) => ring.afterMs === afterMs);
      return {
        afterMs,
        ring: at < 0 ? null : at,
        requirement: left === null ? null : language.formatRequirement(left),
        personIds: candidates(document, queue, { ...stage, afterMs }).filter(
          (personId) => left === null || language.meets(agentOf(document, personId).skills, left),
        ),
      };
    });
}

/** Levels and loans of the rings add up, as in the router; lowering and dropping are the last ring's. */
function stageAt(rings: readonly queues.Ring[], afterMs: number): queues.Ring {
  return rings
    .filter((ring) => ring.afterMs <= afterMs)
    .toSorted((one, other) => one.afterMs - other.afterMs)
    .reduce(
      (stage, ring) => ({
        ...ring,
        level: Math.max(stage.level, ring.level),
        borrowFrom: [...stage.borrowFrom, ...ring.borrowFrom],
      }),
      atFirst,
    );
}

/** Members whom level and delay let in, and everybody of the queues that are borrowed from, whatever they are there. */
function candidates(document: Document, queue: Queue, stage: queues.Ring): string[] {
  const own = staffOf(document, queue).filter(
    ({ level, delayMs }) => level <= stage.level && delayMs <= stage.afterMs,
  );
  const borrowed = document.queues
    .filter(({ id }) => stage.borrowFrom.includes(id))
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
