import type { Agent, Caller, Offer, Queue } from "./board.ts";
import { scheduleCaller, scheduleOffer, unscheduleOffer } from "./deadlines.ts";
import type { HoldCause, WithdrawCause } from "./effect.ts";
import { refreshAgent } from "./lanes.ts";
import type { OfferReason } from "./reason.ts";
import { noteWinner } from "./strategies.ts";
import type { Turn } from "./turn.ts";

/** One offer begins. The caller is placed by whoever asks, once all of its offers are made. */
export function makeOffer(turn: Turn, caller: Caller, agent: Agent, queue: Queue, reason: OfferReason): void {
  const { board } = turn;
  const { queueId } = queue.settings;
  const ringTimeoutMs = caller.offerMs ?? queue.settings.ringTimeoutMs;
  const { interactionId } = caller;
  const { agentId } = agent;
  board.sequence += 1;
  const offerId = `${interactionId}.${board.sequence}`;
  const offer: Offer = { offerId, interactionId, agentId, queueId, deadline: turn.now + ringTimeoutMs };
  board.offers.set(offerId, offer);
  scheduleOffer(board, offer);
  caller.offers.push(offerId);
  agent.offers.push(offerId);
  noteWinner(queue, agent);
  agent.turns += 1;
  agent.lastOffered[queueId] = board.sequence;
  const what = { offerId, interactionId, agentId, queueId, ringTimeoutMs };
  turn.effects.push({ type: "offer", ...what, triggeredAt: turn.now, reason });
  refreshAgent(turn, agent);
}

/** One offer ends without having been accepted. Both sides are left for the caller of this to place. */
export function endOffer(turn: Turn, offer: Offer, cause: WithdrawCause): void {
  const { offerId, interactionId, agentId } = offer;
  forgetOffer(turn, offer);
  turn.effects.push({ type: "withdrawn", offerId, interactionId, agentId, cause });
  const agent = turn.board.agents.get(agentId);
  if (agent) refreshAgent(turn, agent);
}

export function forgetOffer(turn: Turn, { offerId, interactionId, agentId }: Offer): void {
  const { board } = turn;
  board.offers.delete(offerId);
  unscheduleOffer(board, offerId);
  const agent = board.agents.get(agentId);
  if (agent) agent.offers = agent.offers.filter((other) => other !== offerId);
  const caller = board.callers.get(interactionId);
  if (caller) caller.offers = caller.offers.filter((other) => other !== offerId);
}

/** For a moment, this caller is not offered to this agent again. */
export function leaveOut(turn: Turn, caller: Caller, agentId: string): void {
  const queue = turn.board.queues.get(caller.queueId);
  if (!queue || queue.settings.leaveOutMs <= 0) return;
  caller.leftOut[agentId] = turn.now + queue.settings.leaveOutMs;
  scheduleCaller(turn.board, caller, queue);
}

/** Stops offering to the agent until they are ready again. */
export function hold(turn: Turn, agent: Agent, cause: HoldCause, offer: Offer): void {
  if (!agent.routable) return;
  const { offerId, interactionId } = offer;
  agent.held = cause;
  turn.effects.push({ type: "held", agentId: agent.agentId, cause, interactionId, offerId });
  refreshAgent(turn, agent);
}
