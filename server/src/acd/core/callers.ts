import type { Caller, Queue } from "./board.ts";
import { laneOf, liveWaitingIn, waitingIn } from "./board.ts";
import { demandOf, stageAt } from "./demands.ts";
import { forsakenAt, scheduleCaller, scheduleQueue, unscheduleCaller } from "./deadlines.ts";
import type { ExitCause, ReplyResult, WithdrawCause } from "./effect.ts";
import type { Entry } from "./event.ts";
import { clampPriority, endSticky, positionOf, takeCallerOut } from "./lanes.ts";
import { seekAgents, seekCallers } from "./matching.ts";
import { estimateWait, noteLeaving, tellEstimate } from "./pace.ts";
import { endAll } from "./revoking.ts";
import type { Trigger } from "./reason.ts";
import { becomeFree, endTalk } from "./talks.ts";
import type { Turn } from "./turn.ts";

/*
 * Somebody who waits:
 *
 *   enqueued, requeued --> open <--> ringing --> accepted
 *                           |           |
 *                           +-----------+--> exit, always with a cause
 */

export function enqueue(turn: Turn, entry: Entry): ReplyResult {
  const queue = turn.board.queues.get(entry.queueId);
  if (!queue) return { code: "not-found", sentence: `There is no queue ${entry.queueId}` };
  if (turn.board.callers.has(entry.interactionId)) return alreadyWaits(entry.interactionId);
  enter(turn, callerOf(turn, entry, entry.enqueuedAt, turn.now), queue, "caller-entered");
  return "done";
}

/** The agent's leg was lost in the talk: back at the front, as old as before, and not to that agent at once. */
export function requeue(turn: Turn, entry: Entry, lostAgentId: string): ReplyResult {
  const { board } = turn;
  const queue = board.queues.get(entry.queueId);
  if (!queue) return { code: "not-found", sentence: `There is no queue ${entry.queueId}` };
  if (board.callers.has(entry.interactionId)) return alreadyWaits(entry.interactionId);
  const agent = board.agents.get(lostAgentId);
  const talk = agent && endTalk(board, agent, entry.interactionId);
  const enqueuedAt = Math.min(entry.enqueuedAt, talk?.enqueuedAt ?? Infinity);
  const caller = callerOf(turn, { ...entry, position: "front" }, enqueuedAt, enqueuedAt);
  caller.sticky = null;
  if (queue.settings.leaveOutMs > 0) caller.leftOut[lostAgentId] = turn.now + queue.settings.leaveOutMs;
  enter(turn, caller, queue, "caller-returned");
  if (agent && talk) becomeFree(turn, agent);
  return "done";
}

function alreadyWaits(interactionId: string): ReplyResult {
  return { code: "conflict", sentence: `Interaction ${interactionId} waits in a queue already` };
}

function callerOf(turn: Turn, entry: Entry, enqueuedAt: number, widensFrom: number): Caller {
  turn.board.sequence += 1;
  const { interactionId, queueId, channel, position, sticky } = entry;
  return {
    interactionId,
    queueId,
    channel,
    priority: clampPriority(entry.priority),
    enqueuedAt: Math.min(enqueuedAt, turn.now),
    waitingSince: turn.now,
    front: position === "front",
    offerMs: entry.offerMs ?? null,
    ageMs: entry.ageMs ?? 0,
    requirement: entry.requirement ?? null,
    callback: entry.callback ?? false,
    widensFrom: Math.min(widensFrom, turn.now),
    stageMs: 0,
    sticky: sticky
      ? { agentId: sticky.agentId, because: sticky.because, until: turn.now + sticky.patienceMs }
      : null,
    order: turn.board.sequence,
    session: turn.session,
    offers: [],
    leftOut: {},
    announceAt: null,
    told: null,
    alarmed: false,
  };
}

function enter(turn: Turn, caller: Caller, queue: Queue, trigger: Trigger): void {
  const { interactionId, queueId, enqueuedAt, priority } = caller;
  caller.stageMs = stageAt(queue, turn.now - caller.widensFrom).afterMs;
  const refusal = refusalOf(turn, caller, queue);
  turn.effects.push({ type: "waiting", interactionId, queueId, enqueuedAt, priority });
  if (refusal) return exit(turn, caller, refusal);
  turn.board.callers.set(interactionId, caller);
  if (caller.callback) queue.callbacks += 1;
  const isTold = queue.settings.announceEveryMs !== null && !caller.callback;
  if (isTold) caller.announceAt = turn.now + (queue.settings.announceEveryMs ?? 0);
  seekAgents(turn, caller, trigger);
  if (isTold && caller.offers.length === 0) announce(turn, caller, queue);
  scheduleCaller(turn.board, caller, queue);
  if (queue.unstaffedSince !== null) scheduleQueue(turn.board, queue);
}

/** Why the queue does not take this caller, or null. Who will be called back can always wait. */
function refusalOf(turn: Turn, caller: Caller, queue: Queue): ExitCause | null {
  if (caller.callback) return null;
  const { maxWaiting } = queue.settings;
  const forsaken = forsakenAt(queue);
  if (forsaken !== null && forsaken <= turn.now) return "no-agents";
  if (caller.front) return null;
  if (maxWaiting !== null && liveWaitingIn(queue) >= maxWaiting) return "queue-full";
  return isTooLong(turn, caller, queue) ? "estimated-wait" : null;
}

/** Whether the caller would wait longer than the queue wants anybody to, as far as an estimate can be made. */
function isTooLong(turn: Turn, caller: Caller, queue: Queue): boolean {
  const { maxEstimatedWaitMs } = queue.settings;
  if (maxEstimatedWaitMs === null) return false;
  const lane = laneOf(queue, caller.channel);
  if (demandOf(turn.board, queue, lane, caller).available.size > 0) return false;
  const estimate = estimateWait(lane, queue, positionOf(caller, queue));
  return estimate !== null && estimate > maxEstimatedWaitMs;
}

function exit(turn: Turn, { interactionId, queueId, enqueuedAt }: Caller, cause: string): void {
  const waitedMs = turn.now - enqueuedAt;
  turn.effects.push({ type: "exit", interactionId, queueId, cause, waitedMs });
}

export function cancel(turn: Turn, interactionId: string, cause: string): ReplyResult {
  const caller = turn.board.callers.get(interactionId);
  if (!caller) return "ignored";
  leave(turn, caller, cause, "caller-left");
  return "done";
}

/** Out of the queue, for the recorded cause; whoever rang for the caller is free for the next one. */
export function leave(turn: Turn, caller: Caller, cause: string, withdrawCause: WithdrawCause): void {
  const { board } = turn;
  const queue = board.queues.get(caller.queueId);
  const freed = endAll(turn, caller, withdrawCause);
  board.callers.delete(caller.interactionId);
  unscheduleCaller(board, caller.interactionId);
  endSticky(board, caller);
  if (queue) {
    if (caller.callback) queue.callbacks -= 1;
    takeCallerOut(turn, caller, queue);
    noteLeaving(laneOf(queue, caller.channel));
    if (queue.unstaffedSince !== null) scheduleQueue(board, queue);
  }
  exit(turn, caller, cause);
  for (const agent of freed) seekCallers(turn, agent, "agent-freed");
}

/** Tells the caller where they stand. */
export function announce(turn: Turn, caller: Caller, queue: Queue): void {
  const { interactionId, queueId } = caller;
  const position = positionOf(caller, queue);
  const estimatedWaitMs = tellEstimate(caller, laneOf(queue, caller.channel), queue, position, turn.now);
  const waiting = waitingIn(queue);
  turn.effects.push({ type: "position", interactionId, queueId, position, waiting, estimatedWaitMs });
}
