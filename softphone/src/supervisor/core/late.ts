import type { live } from "@ringdown/contract";

/** Who waits beyond a queue's alarm, by interaction. */
export function lateOf(waiting: Iterable<live.LiveWaiting>): Set<string> {
  return new Set([...waiting].filter(({ late }) => late).map(({ interactionId }) => interactionId));
}

/** Whether anybody is late who was not before: who goes on waiting does not sound again. */
export function someoneNew(before: ReadonlySet<string>, now: ReadonlySet<string>): boolean {
  return [...now].some((interactionId) => !before.has(interactionId));
}
