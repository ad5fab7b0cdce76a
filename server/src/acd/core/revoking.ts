import type { Agent, Caller, Offer } from "./board.ts";
import type { WithdrawCause } from "./effect.ts";
import { seekAgents } from "./matching.ts";
import { endOffer } from "./offering.ts";
import type { Turn } from "./turn.ts";

/** Takes back whatever rings for the caller; returns the agents that this freed. */
export function endAll(turn: Turn, caller: Caller, cause: WithdrawCause): Agent[] {
  const freed: Agent[] = [];
  for (const offerId of caller.offers) {
    const offer = turn.board.offers.get(offerId);
    const agent = offer && turn.board.agents.get(offer.agentId);
    if (offer) endOffer(turn, offer, cause);
    if (agent) freed.push(agent);
  }
  return freed;
}

/** Takes back the agent's offers, all or those of some queues; their callers look for others at once. */
export function revokeOffers(
  turn: Turn,
  agent: Agent,
  cause: WithdrawCause,
  isMeant: (offer: Offer) => boolean = () => true,
): void {
  for (const offerId of agent.offers) {
    const offer = turn.board.offers.get(offerId);
    if (!offer || !isMeant(offer)) continue;
    endOffer(turn, offer, cause);
    const caller = turn.board.callers.get(offer.interactionId);
    if (caller) seekAgents(turn, caller, "caller-returned");
  }
}
