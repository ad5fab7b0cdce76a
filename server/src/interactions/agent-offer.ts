/** One offer of the router's, as the agent's telephone, their desk and the ledger know it. */
import type { WaitingStep } from "../acd/acd.ts";
import type { OfferEndCause } from "../contract/ledger.ts";
import { type AgentLeg, type Beside, isLeg, type Ring } from "../telephony/telephony.ts";
import type { Conversation } from "./conversation.ts";
import { cardWhy } from "./core/card-why.ts";
import type { World } from "./world.ts";

export type Offer = Extract<WaitingStep, { type: "offer" }>;

/** An agent whose phone has been answered and whom the router gave the caller. */
export interface Answered {
  offer: Offer;
  isSoftphone: boolean;
  leg: AgentLeg;
}

export class AgentOffer {
  readonly offer: Offer;
  readonly offeredAt: number;
  /** Whether it is the agent's browser that rings; else a desk phone. */
  readonly isSoftphone: boolean;
  readonly #conversation: Conversation;
  readonly #world: World;
  #ring: Ring | null = null;
  #leg: AgentLeg | null = null;
  #isOver = false;

  constructor(offer: Offer, conversation: Conversation, world: World) {
    this.offer = offer;
    this.#conversation = conversation;
    this.#world = world;
    this.offeredAt = world.clock.now();
    this.isSoftphone = world.telephony.registrar.devicesOf(offer.agentId).includes("softphone"); // it goes first
  }

  get leg(): AgentLeg | null {
    return this.#leg;
  }

  hasEnded(): boolean {
    return this.#isOver;
  }

  /** The agent's telephone rings. Before `tell`, if it is to ring at once: the ledger is told how quick that was. */
  ring(ringTimeoutMs: number, beside: Beside): void {
    const { agentId, offerId } = this.offer;
    const { interactionId: callId, call } = this.#conversation;
    const caller = { name: call.from, number: call.from };
    const options = { personId: agentId, callId, offerId, caller, ringTimeoutMs, beside };
    this.#ring = this.#world.telephony.ringAgent(options);
  }

  /** To the ledger and the agent's desk. */
  tell(enqueuedAt: number, times: { expiresAt: number; callingSince?: number | null }): void {
    const { desks, acd } = this.#world;
    const { append, card } = this.#conversation;
    const { offerId, agentId, queueId, reason, triggeredAt } = this.offer;
    const invitedAt = this.#ring?.invitedAt ?? null;
    const timeToOfferMs = invitedAt === null ? null : Math.max(0, invitedAt - triggeredAt);
    append({ type: "offer.made", offerId, agentId, queueId, reason, timeToOfferMs });
    desks.offered(agentId, {
      offerId,
      card: { ...card(queueId, enqueuedAt), why: cardWhy(reason) },
      offeredAt: this.offeredAt,
      ...times,
      decline: () => acd.decline(offerId, "declined"),
    });
  }

  /** What the telephone that rings makes of it; never rejects then. */
  async answered(): Promise<Awaited<Ring["answered"]>> {
    const { offerId, agentId } = this.offer;
    if (this.#ring === null) throw new Error(`Nothing rings for the offer ${offerId}`);
    void this.#ring.ringing.then((rings) => {
      if (rings) this.#conversation.append({ type: "offer.ringing", offerId, agentId });
    });
    const outcome = await this.#ring.answered;
    if (isLeg(outcome)) this.#leg = outcome;
    return outcome;
  }

  /** A ring that has been answered can't be cancelled any more: its leg is ended. */
  stopRinging(): void {
    this.#ring?.cancel();
    void this.#leg?.hangUp("cancelled"); // never rejects
  }

  /** Told once; how the telephone ends is `stopRinging`'s. */
  end(cause: OfferEndCause): void {
    const { offerId, agentId, queueId } = this.offer;
    this.#isOver = true;
    const ringMs = this.#world.clock.now() - this.offeredAt;
    this.#conversation.append({ type: "offer.ended", offerId, agentId, queueId, cause, ringMs });
    this.#world.desks.offerEnded(agentId, offerId);
  }
}
