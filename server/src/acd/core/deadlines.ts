import type { Agent, Board, Caller, DeadlineKind, Offer, Queue } from "./board.ts";
import { liveWaitingIn } from "./board.ts";
import { widensAt } from "./demands.ts";

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

function callerDeadline(caller: Caller, queue: Queue): number | null {
  const { announceAt, sticky } = caller;
  let at = Math.min(announceAt ?? Infinity, sticky?.until ?? Infinity, widensAt(caller, queue) ?? Infinity);
  at = Math.min(at, leavesAt(caller, queue) ?? Infinity, alarmAt(caller, queue) ?? Infinity);
  for (const agentId in caller.leftOut) at = Math.min(at, caller.leftOut[agentId] ?? Infinity);
  return at === Infinity ? null : at;
}

/** When the caller leaves with cause "max-wait", or null for never. */
export function leavesAt({ waitingSince, callback }: Caller, { settings }: Queue): number | null {
  return settings.maxWaitMs === null || callback ? null : waitingSince + settings.maxWaitMs;
}

/** When the wait is beyond the queue's alarm, unless it was raised. */
export function alarmAt({ enqueuedAt, alarmed, callback }: Caller, { settings }: Queue): number | null {
  return settings.alarmWaitMs === null || alarmed || callback ? null : enqueuedAt + settings.alarmWaitMs;
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

/** Only a queue where somebody waits on the line and nobody works has a deadline. */
export function scheduleQueue(board: Board, queue: Queue): void {
  const { queueId } = queue.settings;
  const isForsaken = queue.unstaffedSince !== null && liveWaitingIn(queue) > 0;
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
