/** The router's offers of one caller, from the INVITE to the phone's answer. Several may ring at a time. */
import type { WaitingStep } from "../acd/acd.ts";
import type { OfferEndCause } from "../contract/ledger.ts";
import { type AgentLeg, isLeg, type Ring } from "../telephony/telephony.ts";
import type { Conversation } from "./conversation.ts";
import { cardWhy } from "./core/card-why.ts";
import type { World } from "./world.ts";

type Offer = Extract<WaitingStep, { type: "offer" }>;
interface RingingOffer {
  offer: Offer;
  ring: Ring;
  offeredAt: number;
  /** Whether it is the agent's browser that rings; else a desk phone. */
  isSoftphone: boolean;
  leg: AgentLeg | null;
}
/** An agent whose phone has been answered and whom the router gave the caller. */
export type Answered = RingingOffer & { leg: AgentLeg };

export class RingingOffers {
  readonly #conversation: Conversation;
  readonly #enqueuedAt: number;
  readonly #world: World;
  readonly #offers = new Map<string, RingingOffer>();
  /** An agent whom the router gave a caller who is gone: to be let go. */
  readonly #tooLate: (agentId: string) => boolean;

  constructor(
    conversation: Conversation,
    enqueuedAt: number,
    world: World,
    tooLate: (agentId: string) => boolean,
  ) {
    this.#conversation = conversation;
    this.#enqueuedAt = enqueuedAt;
    this.#world = world;
    this.#tooLate = tooLate;
  }

  get isRinging(): boolean {
    return this.#offers.size > 0;
  }

  ring(offer: Offer): void {
    const { telephony, desks, clock, acd } = this.#world;
    const { call, append, card } = this.#conversation;
    const offeredAt = clock.now();
    const isSoftphone = telephony.registrar.devicesOf(offer.agentId).includes("softphone"); // it goes first
    const ring = telephony.ringAgent({
      personId: offer.agentId,
      offerId: offer.offerId,
      caller: { name: call.from, number: call.from },
      ringTimeoutMs: offer.ringTimeoutMs + 5_000, // the router's own deadline comes first
    });
    const ringing: RingingOffer = { offer, ring, offeredAt, isSoftphone, leg: null };
    this.#offers.set(offer.offerId, ringing);
    append({
      type: "offer.made",
      offerId: offer.offerId,
      agentId: offer.agentId,
      queueId: offer.queueId,
      reason: offer.reason,
      timeToOfferMs: ring.invitedAt === null ? null : Math.max(0, ring.invitedAt - offer.triggeredAt),
    });
    desks.offered(offer.agentId, {
      offerId: offer.offerId,
      card: { ...card(offer.queueId, this.#enqueuedAt), why: cardWhy(offer.reason) },
      offeredAt,
      expiresAt: offeredAt + offer.ringTimeoutMs,
      decline: () => acd.decline(offer.offerId, "declined"),
    });
    void this.#follow(ringing).catch((error: unknown) => {
      this.#world.log.error({ offerId: offer.offerId, error }, "An offer could not be followed to its end");
    });
  }

  /** From the INVITE to the phone's answer, told to the router. */
  async #follow(ringing: RingingOffer): Promise<void> {
    const { acd } = this.#world;
    const { offerId, agentId } = ringing.offer;
    void ringing.ring.ringing.then((rings) => {
      if (rings) this.#conversation.append({ type: "offer.ringing", offerId, agentId });
    });
    const outcome = await ringing.ring.answered;
    if (!isLeg(outcome)) {
      if (outcome.cause !== "cancelled") await acd.decline(offerId, outcome.cause);
      return;
    }
    ringing.leg = outcome;
    if ((await acd.accept(offerId)) === "withdrawn" || this.#tooLate(agentId))
      await outcome.hangUp("cancelled");
  }

  /** The router gave the caller to this agent; whoever else rang is let go. Throws when there is no leg to talk on. */
  accept(offerId: string): Answered {
    const accepted = this.#offers.get(offerId);
    this.#end(offerId, "accepted");
    this.takeBackAll("moved");
    if (accepted?.leg) return { ...accepted, leg: accepted.leg };
    throw new Error(`The router accepted the offer ${offerId} without a leg`);
  }

  /** A ring that has been answered can't be cancelled any more: its leg is ended. */
  takeBack(offerId: string, cause: OfferEndCause): void {
    const ringing = this.#offers.get(offerId);
    ringing?.ring.cancel();
    void ringing?.leg?.hangUp("cancelled"); // never rejects
    this.#end(offerId, cause);
  }

  takeBackAll(cause: OfferEndCause): void {
    for (const offerId of [...this.#offers.keys()]) this.takeBack(offerId, cause);
  }

  #end(offerId: string, cause: OfferEndCause): void {
    const ringing = this.#offers.get(offerId);
    if (ringing === undefined) return;
    this.#offers.delete(offerId);
    const { agentId, queueId } = ringing.offer;
    const ringMs = this.#world.clock.now() - ringing.offeredAt;
    this.#conversation.append({ type: "offer.ended", offerId, agentId, queueId, cause, ringMs });
    this.#world.desks.offerEnded(agentId, offerId);
  }
}
