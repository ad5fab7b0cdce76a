/** The agent's side of a stay: the router's offers, one at a time, each from its beginning to both on the line. */
import { describeError } from "../base/log.ts";
import type { OfferEndCause } from "../contract/ledger.ts";
import type { QueueSettings } from "../contract/queues.ts";
import { isLeg, ringbackTone, type RingFailureCause } from "../telephony/telephony.ts";
import { AgentOffer, type Answered, type Offer } from "./agent-offer.ts";
import type { CallbackConversation } from "./callback-conversation.ts";
import type { CallbackCustomer } from "./callback-customer.ts";
import type { World } from "./world.ts";

type DeclineCause = Exclude<RingFailureCause, "cancelled">;

/** What the stay makes of it. */
interface OfferEvents {
  /** The customer is on the line, and an agent's phone is yet to ring. */
  customerFirst(): void;
  /** Nobody rings any more. */
  noAgent(): void;
  /** By a fault of ours. */
  broke(): void;
}

export class CallbackOffers {
  readonly #enqueuedAt: number;
  readonly #settings: QueueSettings;
  readonly #conversation: CallbackConversation;
  readonly #customer: CallbackCustomer;
  readonly #events: OfferEvents;
  readonly #world: World;
  #live: AgentOffer | null = null;

  constructor(
    enqueuedAt: number,
    settings: QueueSettings,
    conversation: CallbackConversation,
    customer: CallbackCustomer,
    events: OfferEvents,
    world: World,
  ) {
    this.#enqueuedAt = enqueuedAt;
    this.#settings = settings;
    this.#conversation = conversation;
    this.#customer = customer;
    this.#events = events;
    this.#world = world;
  }

  begin(offer: Offer): void {
    const { callback, ringTimeoutMs } = this.#settings;
    const callsCustomer = callback.first === "customer" && !this.#conversation.hasCustomer;
    const live = new AgentOffer(offer, this.#conversation, this.#world);
    const { offeredAt } = live;
    this.#live = live;
    if (!callsCustomer) live.ring(ringTimeoutMs, this.#besideCustomer);
    live.tell(this.#enqueuedAt, {
      expiresAt: offeredAt + (callsCustomer ? callback.ringMs : ringTimeoutMs),
      callingSince: callsCustomer ? offeredAt : null,
    });
    this.#follow(live, callsCustomer).catch((error: unknown) => {
      const { offerId } = offer;
      this.#world.log.error({ offerId, error }, "An offer of a call back could not be followed to its end");
      this.#events.broke();
    });
  }

  /** The router gave the call back to this agent. Throws when there is no leg to talk on. */
  accept(offerId: string): Answered {
    const live = this.#live;
    if (live?.offer.offerId !== offerId || live.leg === null)
      throw new Error(`The router accepted the offer ${offerId} without a leg`);
    const { offer, isSoftphone, leg } = live;
    this.#end(live, "accepted");
    return { offer, isSoftphone, leg };
  }

  takeBack(offerId: string, cause: OfferEndCause): void {
    if (this.#live?.offer.offerId === offerId) this.takeBackAll(cause);
  }

  takeBackAll(cause: OfferEndCause): void {
    const live = this.#live;
    if (live === null) return;
    this.#end(live, cause);
    live.stopRinging();
    // With the agent first, nobody is there for the customer any more; else the next agent may be.
    if (this.#settings.callback.first !== "agent" || this.#conversation.hasCustomer) return;
    this.#customer.abandon();
  }

  /** From the offer to both on the line, told to the router. */
  async #follow(live: AgentOffer, callsCustomer: boolean): Promise<void> {
    const { offerId } = live.offer;
    if (callsCustomer) {
      if ((await this.#reachCustomer(live)) === "not-reached") return;
      this.#events.customerFirst();
      if (live.hasEnded()) {
        if (this.#live === null) this.#events.noAgent(); // else the next agent's turn goes on from here
        return;
      }
      live.ring(this.#settings.ringTimeoutMs, this.#besideCustomer);
      this.#showRinging(live);
    }
    const leg = await live.answered();
    if (!isLeg(leg)) return this.#notAnswered(live, leg.cause);
    if (live.hasEnded()) return void leg.hangUp("cancelled");
    if (!this.#conversation.hasCustomer) {
      leg.startMusic(ringbackTone);
      // An agent who hangs up now has had enough of waiting for the customer: the next one, please.
      const gone = () => void this.#decline(live, "declined");
      leg.signal.addEventListener("abort", gone, { once: true });
      if ((await this.#reachCustomer(live)) === "not-reached") return;
      leg.signal.removeEventListener("abort", gone);
    }
    if (!live.hasEnded() && (await this.#world.acd.accept(offerId)) === "accepted") return;
    void leg.hangUp("cancelled");
    this.#noAgentAfter(live);
  }

  /** On "not-reached" the call back is on its way out of the queue, or waits for the next agent. */
  #reachCustomer({ offer }: AgentOffer): Promise<"answered" | "not-reached"> {
    const { desks, clock } = this.#world;
    const now = clock.now();
    const expiresAt = now + this.#settings.callback.ringMs;
    desks.offerChanged(offer.agentId, offer.offerId, { callingSince: now, expiresAt });
    return this.#customer.reach(() => this.#live?.leg ?? undefined);
  }

  /** Whoever comes second goes to the first one's media server. */
  readonly #besideCustomer = () => (this.#conversation.hasCustomer ? this.#conversation.leg : undefined);

  #showRinging({ offer }: AgentOffer): void {
    const { desks, clock } = this.#world;
    const expiresAt = clock.now() + this.#settings.ringTimeoutMs;
    desks.offerChanged(offer.agentId, offer.offerId, { callingSince: null, expiresAt });
  }

  async #notAnswered(live: AgentOffer, cause: RingFailureCause): Promise<void> {
    if (cause !== "cancelled") await this.#decline(live, cause);
    this.#noAgentAfter(live);
  }

  #noAgentAfter(live: AgentOffer): void {
    if (this.#live === null || this.#live === live) this.#events.noAgent();
  }

  async #decline(live: AgentOffer, cause: DeclineCause): Promise<void> {
    if (live.hasEnded()) return;
    const { offerId } = live.offer;
    await this.#world.acd.decline(offerId, cause).catch((error: unknown) => {
      this.#world.log.warn({ offerId, error: describeError(error) }, "An offer could not be declined");
    });
  }

  #end(live: AgentOffer, cause: OfferEndCause): void {
    if (this.#live === live) this.#live = null;
    live.end(cause);
  }
}
