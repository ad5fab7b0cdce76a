/** The router's offers of one caller, from the INVITE to the phone's answer. Several may ring at a time. */
import type { OfferEndCause } from "../contract/ledger.ts";
import { isLeg } from "../telephony/telephony.ts";
import { AgentOffer, type Answered, type Offer } from "./agent-offer.ts";
import type { Conversation } from "./conversation.ts";
import type { World } from "./world.ts";

export class RingingOffers {
  readonly #conversation: Conversation;
  readonly #enqueuedAt: number;
  readonly #world: World;
  readonly #offers = new Map<string, AgentOffer>();
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
    const ringing = new AgentOffer(offer, this.#conversation, this.#world);
    ringing.ring(offer.ringTimeoutMs + 5_000, this.#conversation.leg); // the router's own deadline comes first
    this.#offers.set(offer.offerId, ringing);
    ringing.tell(this.#enqueuedAt, { expiresAt: ringing.offeredAt + offer.ringTimeoutMs });
    void this.#follow(ringing).catch((error: unknown) => {
      this.#world.log.error({ offerId: offer.offerId, error }, "An offer could not be followed to its end");
    });
  }

  /** From the INVITE to the phone's answer, told to the router. */
  async #follow(ringing: AgentOffer): Promise<void> {
    const { acd } = this.#world;
    const { offerId, agentId } = ringing.offer;
    const outcome = await ringing.answered();
    if (!isLeg(outcome)) {
      if (outcome.cause !== "cancelled") await acd.decline(offerId, outcome.cause);
      return;
    }
    if ((await acd.accept(offerId)) === "withdrawn" || this.#tooLate(agentId))
      await outcome.hangUp("cancelled");
  }

  /** The router gave the caller to this agent; whoever else rang is let go. Throws when there is no leg to talk on. */
  accept(offerId: string): Answered {
    const accepted = this.#offers.get(offerId);
    this.#end(offerId, "accepted");
    this.takeBackAll("moved");
    if (accepted?.leg) return { offer: accepted.offer, isSoftphone: accepted.isSoftphone, leg: accepted.leg };
    throw new Error(`The router accepted the offer ${offerId} without a leg`);
  }

  takeBack(offerId: string, cause: OfferEndCause): void {
    this.#offers.get(offerId)?.stopRinging();
    this.#end(offerId, cause);
  }

  takeBackAll(cause: OfferEndCause): void {
    for (const offerId of [...this.#offers.keys()]) this.takeBack(offerId, cause);
  }

  #end(offerId: string, cause: OfferEndCause): void {
    const ringing = this.#offers.get(offerId);
    this.#offers.delete(offerId);
    ringing?.end(cause);
  }
}
