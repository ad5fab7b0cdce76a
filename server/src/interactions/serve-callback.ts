/**
 * One stay of a call back in the queue, from its place to the talk.
 *
 *   agent first:     offer ─► the agent's phone answers ─► ringback, the customer is called ─► accepted ─► talk
 *   customer first:  offer ─► the customer is called ─► greeting, the agent's phone rings ─► accepted ─► talk
 *                                                  └─► no agent after all: music, first in line
 *   the customer is not reached ─► out of the queue; the agent is free at once, without wrap-up
 *
 * The offer is accepted only when both are on the line: until then the router holds the agent, and lets them go when
 * the call back leaves the queue.
 */
import type { Waiting, WaitingStep } from "../acd/acd.ts";
import { describeError } from "../base/log.ts";
import type { CallbackTryCause } from "../contract/callbacks.ts";
import type { OfferEndCause, QueueLeftCause } from "../contract/ledger.ts";
import type { QueueSettings } from "../contract/queues.ts";
import { type AgentLeg, isLeg, type Music, type Ring, ringbackTone } from "../telephony/telephony.ts";
import { type CallbackConversation, openCallbackConversation } from "./callback-conversation.ts";
import { cardWhy } from "./core/card-why.ts";
import { leftCauseOf, offerMsOf, tryCauseOf } from "./core/callback-words.ts";
import { partingOf } from "./parting.ts";
import { offerEnd } from "./queue-words.ts";
import { talk } from "./talk.ts";
import type { KeptCallback, World } from "./world.ts";

/** How the stay ended. "left": by somebody's will, or the router's; the cause is theirs. */
export type CallbackResult =
  { how: "served" } | { how: "tried"; cause: CallbackTryCause } | { how: "left"; cause: string };

/** What the keeper of calls back allows and wants. */
export interface CallbackControl {
  /** Aborted (the reason is a cause in words) when the call back must leave the queue; heeded while nobody is called. */
  signal: AbortSignal;
  /** Aborted when even a call under way must end: the program closes, or another process has the call back. */
  end: AbortSignal;
  /** The customer who asked is still on the line until this resolves. */
  customerGone: Promise<unknown>;
  /** Claims the right to call the customer now; false when it is not ours any more. */
  mayCall(): Promise<boolean>;
  /** The claim was not used: the customer was not called, or not to the end. */
  notCalled(): void;
  /** Agent and customer talk. */
  talking(): void;
  entered(interactionId: string): void;
}

type Offer = Extract<WaitingStep, { type: "offer" }>;
interface LiveOffer {
  offer: Offer;
  offeredAt: number;
  isSoftphone: boolean;
  ring: Ring | null;
  leg: AgentLeg | null;
  isOver: boolean;
}

/** How long somebody who asked may take to hear the goodbye and hang up. */
const goodbyeMs = 15_000;
/** Our own word for leaving the queue in order to come back at its front. */
const toFront = "to-front";

/** Never rejects; the interaction of this stay is told to its end. */
export async function serveCallback(
  callback: KeptCallback,
  control: CallbackControl,
  world: World,
): Promise<CallbackResult> {
  const queue = world.directory.queue(callback.queueId);
  if (queue === null) return { how: "left", cause: "queue-removed" };
  return new CallbackStay(callback, control, queue.settings, world).run();
}

class CallbackStay {
  readonly #callback: KeptCallback;
  readonly #control: CallbackControl;
  readonly #settings: QueueSettings;
  readonly #world: World;
  readonly #conversation: CallbackConversation;
  #offer: LiveOffer | null = null;
  /** The call to the customer, shared by the offers that come meanwhile. */
  #calling: Promise<"answered" | "not-reached"> | null = null;
  #lastCall: Promise<unknown> = Promise.resolve();
  #unwanted = new AbortController();
  #music: Music | null = null;
  #result: CallbackResult | null = null;
  #isInQueue = false;
  #isTalking = false;
  #wasServed = false;
  /** Whom the router counts as busy with this call back. */
  #agentId: string | null = null;

  constructor(callback: KeptCallback, control: CallbackControl, settings: QueueSettings, world: World) {
    this.#callback = callback;
    this.#control = control;
    this.#settings = settings;
    this.#world = world;
    this.#conversation = openCallbackConversation(callback, settings.callback.first, world);
  }

  async run(): Promise<CallbackResult> {
    const { signal, end } = this.#control;
    const { interactionId, append } = this.#conversation;
    const { queueId, priority, enqueuedAt, requirement, ageMs } = this.#callback;
    this.#control.entered(interactionId);
    append({
      type: "queue.entered",
      queueId,
      priority,
      enqueuedAt,
      callback: true,
      ...(requirement === null ? {} : { requirement }),
      ...(ageMs === 0 ? {} : { ageMs }),
    });
    this.#isInQueue = true;
    const leave = () => {
      this.#leaveIfAsked();
    };
    signal.addEventListener("abort", leave, { once: true });
    end.addEventListener("abort", leave, { once: true });
    try {
      const entering = this.#enqueue(this.#callback.first ? "front" : "back");
      leave();
      return this.#tellEnd(await this.#serve(await entering));
    } catch (error) {
      return this.#tellEnd(this.#breakOff(error));
    } finally {
      signal.removeEventListener("abort", leave);
      end.removeEventListener("abort", leave);
      await this.#letGo();
    }
  }

  /** Not while the customer is being called or on the line, unless all must end. */
  #leaveIfAsked(): void {
    const { signal, end } = this.#control;
    if (end.aborted) this.#unwanted.abort();
    if (end.aborted || (signal.aborted && this.#calling === null))
      this.#leave({ how: "left", cause: signal.aborted ? String(signal.reason) : "shutdown" });
  }

  #enqueue(position: "front" | "back"): Promise<Waiting> {
    const { queueId, priority, enqueuedAt, requirement, ageMs } = this.#callback;
    return this.#world.acd.enqueue({
      interactionId: this.#conversation.interactionId,
      queueId,
      channel: "voice",
      priority,
      enqueuedAt,
      position,
      callback: true,
      offerMs: offerMsOf(this.#settings),
      ...(requirement === null ? {} : { requirement }),
      ...(ageMs === 0 ? {} : { ageMs }),
    });
  }

  async #serve(entered: Waiting): Promise<CallbackResult> {
    let waiting = entered;
    for (;;) {
      const step = await waiting.next();
      switch (step.type) {
        case "position":
          break;
        case "offer":
          this.#begin(step);
          break;
        case "withdrawn":
          this.#takeBack(step.offerId, offerEnd[step.cause]);
          break;
        case "accepted": {
          const ended = await this.#talkWith(step.offerId, step.agentId);
          if (ended !== "agent-lost") return this.#wasServed ? { how: "served" } : tried("failed");
          waiting = await this.#returnToFront(step.agentId);
          break;
        }
        case "exit":
          if (step.cause !== toFront || this.#result !== null)
            return this.#result ?? { how: "left", cause: step.cause };
          waiting = await this.#enqueue("front");
          break;
      }
    }
  }

  // ---- an offer

  #begin(offer: Offer): void {
    const { telephony, desks, clock, acd } = this.#world;
    const { append, card, hasCustomer } = this.#conversation;
    const { callback: settings, ringTimeoutMs } = this.#settings;
    const { offerId, agentId, queueId, reason, triggeredAt } = offer;
    const offeredAt = clock.now();
    const isSoftphone = telephony.registrar.devicesOf(agentId).includes("softphone");
    const callsCustomer = settings.first === "customer" && !hasCustomer;
    const live: LiveOffer = { offer, offeredAt, isSoftphone, ring: null, leg: null, isOver: false };
    this.#offer = live;
    if (!callsCustomer) live.ring = this.#ringAgent(offer);
    const invitedAt = live.ring?.invitedAt ?? null;
    const timeToOfferMs = invitedAt === null ? null : Math.max(0, invitedAt - triggeredAt);
    append({ type: "offer.made", offerId, agentId, queueId, reason, timeToOfferMs });
    desks.offered(agentId, {
      offerId,
      card: { ...card(queueId, this.#callback.enqueuedAt), why: cardWhy(reason) },
      offeredAt,
      expiresAt: offeredAt + (callsCustomer ? settings.ringMs : ringTimeoutMs),
      callingSince: callsCustomer ? offeredAt : null,
      decline: () => acd.decline(offerId, "declined"),
    });
    this.#follow(live).catch((error: unknown) => {
      this.#world.log.error({ offerId, error }, "An offer of a call back could not be followed to its end");
      this.#leave(tried("failed"));
    });
  }

  #ringAgent({ agentId, offerId }: Offer): Ring {
    const { number } = this.#callback;
    return this.#world.telephony.ringAgent({
      personId: agentId,
      offerId,
      caller: { name: number, number },
      ringTimeoutMs: this.#settings.ringTimeoutMs,
    });
  }

  /** From the offer to both on the line, told to the router. */
  async #follow(live: LiveOffer): Promise<void> {
    const { offerId, agentId } = live.offer;
    if (live.ring === null) {
      if ((await this.#reachCustomer(live)) === "not-reached") return;
      this.#keepCustomer(["callback-greeting"]);
      if (this.#hasEnded(live)) {
        if (this.#offer === null) this.#moveToFront(); // else the next agent's turn goes on from here
        return;
      }
      live.ring = this.#ringAgent(live.offer);
      this.#showRinging(live);
    }
    void live.ring.ringing.then((rings) => {
      if (rings) this.#conversation.append({ type: "offer.ringing", offerId, agentId });
    });
    const leg = await live.ring.answered;
    if (!isLeg(leg)) return this.#notAnswered(live, leg.cause);
    live.leg = leg;
    if (this.#hasEnded(live)) return void leg.hangUp("cancelled");
    if (!this.#conversation.hasCustomer) {
      leg.startMusic(ringbackTone);
      // An agent who hangs up now has had enough of waiting for the customer: the next one, please.
      const gone = () => void this.#decline(live, "declined");
      leg.signal.addEventListener("abort", gone, { once: true });
      if ((await this.#reachCustomer(live)) === "not-reached") return;
      leg.signal.removeEventListener("abort", gone);
    }
    if (!this.#hasEnded(live) && (await this.#world.acd.accept(offerId)) === "accepted") return;
    void leg.hangUp("cancelled");
    if (this.#offer === null || this.#offer === live) this.#moveToFront();
  }

  async #notAnswered(
    live: LiveOffer,
    cause: "declined" | "no-answer" | "unreachable" | "failed" | "cancelled",
  ) {
    if (cause !== "cancelled") await this.#decline(live, cause);
    if (this.#offer === null || this.#offer === live) this.#moveToFront();
  }

  async #decline(live: LiveOffer, cause: "declined" | "no-answer" | "unreachable" | "failed"): Promise<void> {
    if (live.isOver) return;
    const { offerId } = live.offer;
    await this.#world.acd.decline(offerId, cause).catch((error: unknown) => {
      this.#world.log.warn({ offerId, error: describeError(error) }, "An offer could not be declined");
    });
  }

  #hasEnded(live: LiveOffer): boolean {
    return live.isOver;
  }

  #showRinging(live: LiveOffer): void {
    const { desks, clock } = this.#world;
    const expiresAt = clock.now() + this.#settings.ringTimeoutMs;
    desks.offerChanged(live.offer.agentId, live.offer.offerId, { callingSince: null, expiresAt });
  }

  #takeBack(offerId: string, cause: OfferEndCause): void {
    const live = this.#offer;
    if (live?.offer.offerId !== offerId) return;
    this.#endOffer(live, cause);
    live.ring?.cancel();
    void live.leg?.hangUp("cancelled"); // never rejects
    // With the agent first, nobody is there for the customer any more; else the next agent may be.
    if (this.#settings.callback.first !== "agent" || this.#conversation.hasCustomer) return;
    this.#unwanted.abort();
    this.#calling = null;
  }

  #endOffer(live: LiveOffer, cause: OfferEndCause): void {
    const { offerId, agentId, queueId } = live.offer;
    live.isOver = true;
    if (this.#offer === live) this.#offer = null;
    const ringMs = this.#world.clock.now() - live.offeredAt;
    this.#conversation.append({ type: "offer.ended", offerId, agentId, queueId, cause, ringMs });
    this.#world.desks.offerEnded(agentId, offerId);
  }

  // ---- the customer

  /** On "not-reached" the call back is on its way out of the queue, or waits for the next agent. */
  async #reachCustomer(live: LiveOffer): Promise<"answered" | "not-reached"> {
    const { desks, clock } = this.#world;
    const now = clock.now();
    const expiresAt = now + this.#settings.callback.ringMs;
    desks.offerChanged(live.offer.agentId, live.offer.offerId, { callingSince: now, expiresAt });
    this.#calling ??= this.#lastCall = this.#callCustomer(this.#lastCall);
    return this.#calling;
  }

  async #callCustomer(former: Promise<unknown>): Promise<"answered" | "not-reached"> {
    this.#unwanted = new AbortController();
    const { signal } = this.#unwanted;
    await former; // given up, but its claim must be given back before the next one
    await this.#untilGone(signal);
    if (!signal.aborted && !(await this.#control.mayCall())) {
      this.#calling = null;
      this.#leave({ how: "left", cause: "lost" });
      return "not-reached";
    }
    const outcome = signal.aborted ? null : await this.#dial(signal);
    if (outcome === "cancelled" || outcome === null) {
      if (this.#unwanted.signal === signal) this.#calling = null;
      this.#control.notCalled();
      this.#leaveIfAsked();
      return "not-reached";
    }
    if (outcome !== "answered") this.#leave(tried(outcome));
    return outcome === "answered" ? outcome : "not-reached";
  }

  async #dial(signal: AbortSignal): Promise<"answered" | "cancelled" | CallbackTryCause> {
    const { telephony, clock } = this.#world;
    const { append } = this.#conversation;
    const { number, dialed, tries } = this.#callback;
    const { ringMs, first } = this.#settings.callback;
    const calledAt = clock.now();
    append({ type: "callback.calling", number, try: tries + 1, first });
    const ring = telephony.dialOut({
      to: number,
      caller: { name: "", number: dialed },
      ringTimeoutMs: ringMs,
      signal,
    });
    const outcome = await ring.answered;
    const cause = isLeg(outcome) ? "answered" : tryCauseOf(outcome);
    append({ type: "callback.called", number, try: tries + 1, cause, ringMs: clock.now() - calledAt });
    if (isLeg(outcome)) this.#join(outcome);
    return cause;
  }

  #join(customer: AgentLeg): void {
    this.#conversation.join(customer);
    const gone = () => {
      if (this.#isTalking) return; // the talk sees it itself
      this.#leave(this.#wasServed ? { how: "served" } : tried("customer-left"));
    };
    customer.signal.addEventListener("abort", gone, { once: true });
    if (customer.signal.aborted) gone();
  }

  /** Music for a customer who has to wait after all; `opening` is said over it at first. */
  #keepCustomer(opening: Parameters<World["prompts"]["files"]>[0]): void {
    const { hasCustomer, language, interactionId } = this.#conversation;
    const { prompts, log } = this.#world;
    if (!hasCustomer || this.#isTalking || this.#result !== null) return;
    this.#music ??= this.#conversation.leg.startMusic(prompts.music(this.#settings.musicPromptId));
    if (opening.length === 0) return;
    this.#music.announce(prompts.files(opening, language)).catch((error: unknown) => {
      log.warn({ interactionId, error }, "A greeting could not be played");
    });
  }

  async #untilGone(signal: AbortSignal): Promise<void> {
    const { clock } = this.#world;
    let stop = () => {};
    const late = new Promise<void>((resolve) => {
      stop = clock.setTimer(clock.now() + goodbyeMs, resolve);
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([this.#control.customerGone, late]);
    stop();
  }

  // ---- the talk, and ways out

  async #talkWith(offerId: string, agentId: string): Promise<"ended" | "agent-lost"> {
    const live = this.#offer;
    if (live?.offer.offerId !== offerId || live.leg === null)
      throw new Error(`The router accepted the offer ${offerId} without a leg`);
    this.#agentId = agentId;
    this.#isTalking = true;
    this.#endOffer(live, "accepted");
    await this.#stopMusic();
    const { queueId, enqueuedAt } = this.#callback;
    const partner = {
      agentLeg: live.leg,
      agentId,
      isSoftphone: live.isSoftphone,
      queueId,
      enqueuedAt,
      leaveQueue: (cause: QueueLeftCause) => {
        if (cause === "answered") {
          this.#wasServed = true;
          this.#control.talking();
        }
        this.#appendLeft(cause);
      },
    };
    try {
      return await talk(this.#conversation, partner, this.#settings, this.#world);
    } catch (error) {
      void live.leg.hangUp("failed"); // never rejects
      throw error;
    } finally {
      this.#isTalking = false;
    }
  }

  /** The agent's leg was lost: as with everybody, the customer hears music and is first in line. */
  async #returnToFront(lostAgentId: string): Promise<Waiting> {
    const { interactionId, append } = this.#conversation;
    const { queueId, priority, enqueuedAt } = this.#callback;
    append({ type: "queue.returned", queueId, cause: "agent-lost", enqueuedAt });
    this.#isInQueue = true;
    const returning = this.#world.acd.requeue({
      interactionId,
      queueId,
      channel: "voice",
      priority,
      enqueuedAt,
      position: "front",
      callback: true,
      offerMs: offerMsOf(this.#settings),
      lostAgentId,
    });
    this.#keepCustomer(["agent-lost"]);
    const waiting = await returning;
    this.#agentId = null;
    if (this.#conversation.leg.signal.aborted) this.#leave({ how: "served" });
    return waiting;
  }

  /** The customer is on the line and the agent is not: from now on nobody goes before them. */
  #moveToFront(): void {
    if (!this.#conversation.hasCustomer || this.#result !== null || this.#isTalking) return;
    this.#keepCustomer([]);
    const { queueId, enqueuedAt } = this.#callback;
    this.#conversation.append({ type: "queue.returned", queueId, cause: "no-agent", enqueuedAt });
    this.#cancel(toFront);
  }

  /** The first result counts. The queue's own exit follows. */
  #leave(result: CallbackResult): void {
    if (this.#result !== null) return;
    this.#result = result;
    this.#cancel(result.how === "served" ? "customer-left" : result.cause);
  }

  #cancel(cause: string): void {
    const { interactionId } = this.#conversation;
    this.#world.acd.cancel(interactionId, cause).catch((error: unknown) => {
      const problem = describeError(error);
      this.#world.log.error(
        { interactionId, error: problem },
        "A call back could not be taken out of the queue",
      );
    });
  }

  /** The router is gone, the queue is, or we made a mistake: nothing of the stay may stay behind anywhere. */
  #breakOff(problem: unknown): CallbackResult {
    const { interactionId, append } = this.#conversation;
    const { log, acd, desks } = this.#world;
    const sentence = describeError(problem);
    log.error({ interactionId, error: sentence }, "A call back's stay in the queue broke");
    append({ type: "fault", where: "callback", sentence });
    this.#cancel("fault");
    if (this.#agentId !== null) {
      const agentId = this.#agentId;
      desks.callEnded(agentId, interactionId);
      acd.release(interactionId, agentId).catch((error: unknown) => {
        log.warn({ interactionId, agentId, error: describeError(error) }, "An agent was not released");
      });
    }
    if (this.#wasServed) return { how: "served" };
    return this.#result ?? (this.#calling === null ? { how: "left", cause: "fault" } : tried("failed"));
  }

  #tellEnd(result: CallbackResult): CallbackResult {
    if (this.#offer !== null) this.#takeBack(this.#offer.offer.offerId, "customer-left");
    if (this.#isInQueue) this.#appendLeft(leftCauseOf(result));
    if (result.how === "tried") this.#conversation.reached("not-reached");
    const parting = this.#conversation.hasCustomer ? partingOf(this.#conversation.leg) : null;
    const cause = result.how === "served" ? "talk-ended" : result.cause;
    this.#conversation.end(parting?.by ?? "system", parting?.cause ?? cause);
    return result;
  }

  #appendLeft(cause: QueueLeftCause): void {
    const { queueId, enqueuedAt } = this.#callback;
    this.#isInQueue = false;
    const waitMs = Math.max(0, this.#world.clock.now() - enqueuedAt);
    this.#conversation.append({ type: "queue.left", queueId, cause, waitMs });
  }

  async #stopMusic(): Promise<void> {
    const music = this.#music;
    this.#music = null;
    await music?.stop();
  }

  async #letGo(): Promise<void> {
    this.#unwanted.abort();
    if (!this.#conversation.hasCustomer) return;
    const { leg } = this.#conversation;
    await this.#stopMusic();
    await leg.hangUp("normal");
  }
}

function tried(cause: CallbackTryCause): CallbackResult {
  return { how: "tried", cause };
}
