import type { Agent, Board, Caller, DeadlineKind, Offer, Queue } from "./board.ts";
import { waitingIn } from "./board.ts";

/** The one deadline of a record: set, moved, or taken away with null. A function of the record alone. */
function schedule(board: Board, kind: DeadlineKind, id: string, at: number | null): void {
  const deadlines = board.deadlines[kind];
  if (at === null) deadlines.remove(id);
  else if (deadlines.score(id) !== at) deadlines.add(id, at, id, null);
}

export function scheduleCaller(board: Board, caller: Caller, queue: Queue): void {
  schedule(board, "caller", caller.interactionId, callerDeadline(caller, queue));
}

export function unscheduleCaller(board: Board, interactionId: string): void {
  schedule(board, "caller", interactionId, null);
}

function callerDeadline(caller: Caller, { settings }: Queue): number | null {
  let at = Infinity;
  if (settings.maxWaitMs !== null) at = caller.waitingSince + settings.maxWaitMs;
  if (settings.alarmWaitMs !== null && !caller.alarmed) {
    at = Math.min(at, caller.enqueuedAt + settings.alarmWaitMs);
  }
  if (caller.announceAt !== null) at = Math.min(at, caller.announceAt);
  for (const agentId in caller.leftOut) at = Math.min(at, caller.leftOut[agentId] ?? Infinity);
  return at === Infinity ? null : at;
}

export function scheduleOffer(board: Board, offer: Offer): void {
  schedule(board, "offer", offer.offerId, offer.deadline);
}

export function unscheduleOffer(board: Board, offerId: string): void {
  schedule(board, "offer", offerId, null);
}

export function scheduleAgent(board: Board, agent: Agent): void {
  schedule(board, "agent", agent.agentId, agent.wrapUp?.until ?? null);
}

export function unscheduleAgent(board: Board, agentId: string): void {
  schedule(board, "agent", agentId, null);
}

/** Only a queue where somebody waits and nobody works has a deadline. */
export function scheduleQueue(board: Board, queue: Queue): void {
  const { queueId } = queue.settings;
  const isForsaken = queue.unstaffedSince !== null && waitingIn(queue) > 0;
  schedule(board, "queue", queueId, isForsaken ? forsakenAt(queue) : null);
}

export function unscheduleQueue(board: Board, queueId: string): void {
  schedule(board, "queue", queueId, null);
}

/** When callers leave the queue because nobody has staffed it, or null for never. */
export function forsakenAt(queue: Queue): number | null {
  const { noAgentsAfterMs } = queue.settings;
  if (noAgentsAfterMs === null || queue.unstaffedSince === null) return null;
  return queue.unstaffedSince + noAgentsAfterMs;
}
