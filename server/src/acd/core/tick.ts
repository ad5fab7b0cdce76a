import type { Caller, DeadlineKind, Queue } from "./board.ts";
import { liveWaitingIn, nextDue } from "./board.ts";
import { announce, leave } from "./callers.ts";
import { alarmAt, leavesAt, scheduleCaller, scheduleQueue } from "./deadlines.ts";
import { stageAt } from "./demands.ts";
import { callersOf, effectiveAt, endSticky, reachStage } from "./lanes.ts";
import { seekAgents } from "./matching.ts";
import { failOffer } from "./offers.ts";
import { finishWrapUp } from "./talks.ts";
import type { Turn } from "./turn.ts";

/** How many deadlines one tick handles; the rest is due at once, and other events get in between. */
const deadlinesPerTick = 200;

/**
 * Does what is due, earliest first. Callers who are due look for agents last, and in the order of their queues: who
 * reaches a ring a moment earlier must not overtake who stands before them and reaches it in the same tick.
 */
export function tick(turn: Turn): void {
  const due: Due[] = [];
  for (let done = 0; done < deadlinesPerTick; done += 1) {
    const next = nextDue(turn.board);
    if (!next || next.at > turn.now) break;
    turn.board.deadlines[next.kind].remove(next.id);
    if (next.kind === "caller") due.push(...callerIsDue(turn, next.id));
    else meet[next.kind](turn, next.id);
  }
  due.sort((a, b) => a.at - b.at || a.caller.order - b.caller.order);
  for (const each of due) goOn(turn, each);
}

const meet: Record<Exclude<DeadlineKind, "caller">, (turn: Turn, id: string) => void> = {
  offer: ringOut,
  agent: finishWrapUp,
  queue: queueIsForsaken,
};

function ringOut(turn: Turn, offerId: string): void {
  const offer = turn.board.offers.get(offerId);
  if (offer) failOffer(turn, offer, "ring-timeout");
}

/** Somebody who is due, with their place in the queue. */
interface Due {
  caller: Caller;
  queue: Queue;
  at: number;
  /** Whether the search has widened. */
  isWider: boolean;
}

/** Who leaves, leaves now; the others reach their stage. */
function callerIsDue(turn: Turn, interactionId: string): Due[] {
  const caller = turn.board.callers.get(interactionId);
  const queue = caller && turn.board.queues.get(caller.queueId);
  if (!caller || !queue) return [];
  if ((leavesAt(caller, queue) ?? Infinity) <= turn.now) {
    leave(turn, caller, "max-wait", "caller-left");
    return [];
  }
  return [{ caller, queue, at: effectiveAt(caller, queue.settings), isWider: widen(turn, caller, queue) }];
}

/** The caller passes a ring or a delay: more agents may be asked, or for less. */
function widen(turn: Turn, caller: Caller, queue: Queue): boolean {
  const { afterMs } = stageAt(queue, turn.now - caller.widensFrom);
  if (afterMs === caller.stageMs) return false;
  reachStage(turn, caller, queue, afterMs);
  return true;
}

function goOn(turn: Turn, { caller, queue, isWider }: Due): void {
  if (turn.board.callers.get(caller.interactionId) !== caller) return;
  if (isWider) seekAgents(turn, caller, "widened");
  endPatience(turn, caller);
  letBackIn(turn, caller);
  raiseAlarm(turn, caller, queue);
  tellPosition(turn, caller, queue);
  scheduleCaller(turn.board, caller, queue);
}

/** The caller has waited long enough for their own agent alone. */
function endPatience(turn: Turn, caller: Caller): void {
  if (!caller.sticky || caller.sticky.until > turn.now) return;
  endSticky(turn.board, caller);
  seekAgents(turn, caller, "sticky-ended");
}

/** Agents who were left out for a moment may be asked again. */
function letBackIn(turn: Turn, caller: Caller): void {
  const over = Object.keys(caller.leftOut).filter((agentId) => (caller.leftOut[agentId] ?? 0) <= turn.now);
  if (over.length === 0) return;
  for (const agentId of over) delete caller.leftOut[agentId];
  seekAgents(turn, caller, "left-out-ended");
}

function raiseAlarm(turn: Turn, caller: Caller, queue: Queue): void {
  if ((alarmAt(caller, queue) ?? Infinity) > turn.now) return;
  caller.alarmed = true;
  const { interactionId, queueId, enqueuedAt } = caller;
  turn.effects.push({ type: "late", interactionId, queueId, waitedMs: turn.now - enqueuedAt });
}

/** Not while an agent rings: nobody wants to hear a position then. */
function tellPosition(turn: Turn, caller: Caller, queue: Queue): void {
  const { announceEveryMs } = queue.settings;
  if (caller.announceAt === null || announceEveryMs === null || caller.announceAt > turn.now) return;
  caller.announceAt = turn.now + announceEveryMs;
  if (caller.offers.length === 0) announce(turn, caller, queue);
}

/** Everybody on the line leaves, a few at a time: what one tick does not reach is due at the next. */
function queueIsForsaken(turn: Turn, queueId: string): void {
  const queue = turn.board.queues.get(queueId);
  if (!queue) return;
  const live = callersOf(queue).filter(({ callback }) => !callback);
  for (const caller of live.slice(0, deadlinesPerTick)) leave(turn, caller, "no-agents", "caller-left");
  if (liveWaitingIn(queue) > 0) scheduleQueue(turn.board, queue);
}
