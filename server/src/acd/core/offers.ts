import type { Agent, Caller, Offer, Talk } from "./board.ts";
import { laneOf } from "./board.ts";
import { unscheduleCaller } from "./deadlines.ts";
import type { HoldCause, ReplyResult, WithdrawCause } from "./effect.ts";
import type { DeclineCause } from "./event.ts";
import { endSticky, refreshAgent, takeCallerOut } from "./lanes.ts";
import { releaseReserved, seekAgents, seekCallers } from "./matching.ts";
import { endOffer, forgetOffer, hold, leaveOut } from "./offering.ts";
import { noteAnswer } from "./pace.ts";
import { endAll } from "./revoking.ts";
import { beginTalk } from "./talks.ts";
import type { Turn } from "./turn.ts";

/*
 * An offer:
 *
 *            +--> accepted            (the agent is busy with the caller)
 *   live ----+--> declined, no-answer, unreachable, failed   (by the agent's side)
 *            +--> ring-timeout        (by the router's own deadline)
 *            +--> withdrawn           (the caller left, the agent became unavailable, another answered)
 *
 * It leaves "live" exactly once, as its record is deleted by whichever comes first.
 */

/** Failures of our own side in a row after which the agent is held. */
const failuresBeforeHold = 3;

const holdAfter: Partial<Record<WithdrawCause, HoldCause>> = {
  "ring-timeout": "not-responding",
  "no-answer": "not-responding",
  unreachable: "unreachable",
};

export function accept(turn: Turn, offerId: string): ReplyResult {
  const { board } = turn;
  const offer = board.offers.get(offerId);
  if (!offer) return board.accepted.has(offerId) ? "accepted" : "withdrawn";
  const caller = board.callers.get(offer.interactionId);
  const agent = board.agents.get(offer.agentId);
  if (!caller || !agent) throw new Error(`Offer ${offerId} outlived its caller or its agent`);
  forgetOffer(turn, offer);
  const losers = endAll(turn, caller, "answered-elsewhere");
  const queue = board.queues.get(caller.queueId);
  endSticky(board, caller);
  if (queue) {
    if (caller.callback) queue.callbacks -= 1;
    takeCallerOut(turn, caller, queue);
    noteAnswer(laneOf(queue, caller.channel), agent, caller, turn.now);
  }
  board.callers.delete(caller.interactionId);
  unscheduleCaller(board, caller.interactionId);
  agent.failures = 0;
  agent.handled += 1;
  beginTalk(board, agent, talkOf(caller, offer, queue?.settings.wrapUpMs ?? 0));
  const { interactionId, agentId, queueId } = offer;
  turn.effects.push({ type: "accepted", offerId, interactionId, agentId, queueId });
  refreshAgent(turn, agent);
  for (const loser of losers) seekCallers(turn, loser, "agent-freed");
  seekCallers(turn, agent, "agent-freed");
  return "accepted";
}

function talkOf(caller: Caller, { offerId, agentId, queueId }: Offer, wrapUpMs: number): Talk {
  const { interactionId, channel, enqueuedAt, session } = caller;
  return { interactionId, agentId, channel, queueId, offerId, enqueuedAt, session, wrapUpMs };
}

/** The agent's side ended the offer. */
export function decline(turn: Turn, offerId: string, cause: DeclineCause): ReplyResult {
  const offer = turn.board.offers.get(offerId);
  if (!offer) return "ignored";
  failOffer(turn, offer, cause);
  return "done";
}

/** The offer came to nothing by the agent: left out for this caller, perhaps held; the caller goes on. */
export function failOffer(turn: Turn, offer: Offer, cause: DeclineCause | "ring-timeout"): void {
  const agent = turn.board.agents.get(offer.agentId);
  const caller = turn.board.callers.get(offer.interactionId);
  endOffer(turn, offer, cause);
  if (caller) leaveOut(turn, caller, offer.agentId);
  if (caller?.sticky?.agentId === offer.agentId) endSticky(turn.board, caller);
  if (agent) holdIfNeeded(turn, agent, offer, cause);
  if (caller) seekAgents(turn, caller, "caller-returned");
  releaseReserved(turn, offer.agentId);
  if (agent) seekCallers(turn, agent, "agent-freed");
}

function holdIfNeeded(turn: Turn, agent: Agent, offer: Offer, cause: WithdrawCause): void {
  agent.failures = cause === "failed" ? agent.failures + 1 : 0;
  const holdCause = holdAfter[cause] ?? (agent.failures >= failuresBeforeHold ? "failing" : null);
  if (holdCause) hold(turn, agent, holdCause, offer);
}
