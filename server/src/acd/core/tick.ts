import type { Caller, DeadlineKind, Queue } from "./board.ts";
import { liveWaitingIn, nextDue } from "./board.ts";
import { announce, leave } from "./callers.ts";
import { alarmAt, leavesAt, scheduleCaller, scheduleQueue } from "./deadlines.ts";
import { stageAt } from "./demands.ts";
import { callersOf, endSticky, reachStage } from "./lanes.ts";
import { seekAgents } from "./matching.ts";
import { failOffer } from "./offers.ts";
import { finishWrapUp } from "./talks.ts";
import type { Turn } from "./turn.ts";

/** How many deadlines one tick handles; the rest is due at once, and other events get in between. */
const deadlinesPerTick = 200;

/** Does what is due, earliest first. */
export function tick(turn: Turn): void {
  for (let done = 0; done < deadlinesPerTick; done += 1) {
    const next = nextDue(turn.board);
    if (!next || next.at > turn.now) return;
    turn.board.deadlines[next.kind].remove(next.id);
    meet[next.kind](turn, next.id);
  }
}

const meet: Record<DeadlineKind, (turn: Turn, id: string) => void> = {
  offer: ringOut,
  agent: finishWrapUp,
  caller: callerIsDue,
  queue: queueIsForsaken,
};

function ringOut(turn: Turn, offerId: string): void {
  const offer = turn.board.offers.get(offerId);
  if (offer) failOffer(turn, offer, "ring-timeout");
}

function callerIsDue(turn: Turn, interactionId: string): void {
  const caller = turn.board.callers.get(interactionId);
  const queue = caller && turn.board.queues.get(caller.queueId);
  if (!caller || !queue) return;
  if ((leavesAt(caller, queue) ?? Infinity) <= turn.now)
    return leave(turn, caller, "max-wait", "caller-left");
  widen(turn, caller, queue);
  endPatience(turn, caller);
  letBackIn(turn, caller);
  raiseAlarm(turn, caller, queue);
  tellPosition(turn, caller, queue);
  scheduleCaller(turn.board, caller, queue);
}

/** The caller passes a ring or a delay: more agents may be asked, or for less. */
function widen(turn: Turn, caller: Caller, queue: Queue): void {
  const { afterMs } = stageAt(queue, turn.now - caller.widensFrom);
  if (afterMs === caller.stageMs) return;
  reachStage(turn, caller, queue, afterMs);
  seekAgents(turn, caller, "widened");
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
