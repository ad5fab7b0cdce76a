/**
 * A caller's time in a queue, as one loop over what the router says: announce, ring, take back, talk, leave.
 *
 *   enqueue ─► position* ─► offer ─► (withdrawn ─► offer …)* ─► accepted ─► talk ─► answered
 *                  │                                                         │
 *                  └─► exit (maximum wait, key, nobody there, hung up)       └─► agent lost ─► front of the queue
 */
import type { Waiting, WaitingStep } from "../acd/acd.ts";
import type { OfferEndCause, QueueLeftCause } from "../contract/ledger.ts";
import type { QueueSettings } from "../contract/queues.ts";
import type { QueueExitCause } from "../contract/flow.ts";
import { describeError } from "../base/log.ts";
import { queuePositionPrompts } from "../ivr/ivr.ts";
import { type AgentLeg, isLeg, type Music, type Ring } from "../telephony/telephony.ts";
import { announceRecording } from "./announce-recording.ts";
import type { Conversation } from "./conversation.ts";
import { cardWhy } from "./core/card-why.ts";
import { leavingOf } from "./parting.ts";
import { exitOf, offerEnd } from "./queue-words.ts";
import { talk } from "./talk.ts";
import type { World } from "./world.ts";

/** What the flow asks of the queue. */
export interface QueueVisit {
  queueId: string;
  priority: number;
  maxWaitMs?: number;
  exitKey?: string;
}

type Offer = Extract<WaitingStep, { type: "offer" }>;
interface RingingOffer {
  offer: Offer;
  ring: Ring;
  offeredAt: number;
  /** Whether it is the agent's browser that rings; else a desk phone. */
  isSoftphone: boolean;
  leg: AgentLeg | null;
}
type Answered = RingingOffer & { leg: AgentLeg };

/** How long the router may take to confirm that a caller who is gone has left; it may have lost its log. */
const farewellMs = 1_000;
class RouterSilent extends Error {}

/** How the visit ended, for the flow: "answered" after a talk, else the cause by which the caller left. */
export async function serveInQueue(
  conversation: Conversation,
  visit: QueueVisit,
  world: World,
): Promise<QueueExitCause | "answered" | "hung-up"> {
  const queue = world.directory.queue(visit.queueId);
  if (queue === null) throw new Error(`The flow names a queue that does not exist: ${visit.queueId}`);
  await announceRecording(conversation, queue.settings, world);
  if (conversation.leg.signal.aborted) return "hung-up";
  return new QueueStay(conversation, visit, queue.settings, world).run();
}

class QueueStay {
  readonly #conversation: Conversation;
  readonly #visit: QueueVisit;
  readonly #settings: QueueSettings;
  readonly #world: World;
  readonly #enqueuedAt: number;
  readonly #priority: number;
  readonly #offers = new Map<string, RingingOffer>();
  /** Whom the router counts as busy with this caller. */
  #agentId: string | null = null;
  /** No `queue.left` yet since the last entry or return. */
  #isInQueue = false;
  /** The caller left while the router did not answer. */
  #isGone = false;
  #music: Music | null = null;
  #stopListening: (() => void)[] = [];

  constructor(conversation: Conversation, visit: QueueVisit, settings: QueueSettings, world: World) {
    this.#conversation = conversation;
    this.#visit = visit;
    this.#settings = settings;
    this.#world = world;
    this.#enqueuedAt = world.clock.now();
    this.#priority = Math.min(10, settings.priority + visit.priority);
  }

  async run(): Promise<QueueExitCause | "answered" | "hung-up"> {
    const { acd } = this.#world;
    const { interactionId, append } = this.#conversation;
    const { queueId } = this.#visit;
    const enqueuedAt = this.#enqueuedAt;
    append({ type: "queue.entered", queueId, priority: this.#priority, enqueuedAt });
    this.#isInQueue = true;
    const entering = acd.enqueue({
      interactionId,
      queueId,
      channel: "voice",
      priority: this.#priority,
      enqueuedAt,
    });
    try {
      this.#beginWaiting([]); // music at once, even while the router's log is away
      let waiting = await this.#unlessGone(entering);
      for (;;) {
        const outcome = await this.#waitFor(waiting);
        if (outcome.type === "exit") return this.#left(outcome.cause, outcome.waitedMs);
        const ended = await this.#talkWith(outcome.answered);
        if (ended !== "agent-lost") return "answered";
        const returning = this.#returnToFront(outcome.answered.offer.agentId);
        this.#beginWaiting(["agent-lost"]);
        waiting = await this.#unlessGone(returning);
        this.#agentId = null;
      }
    } catch (error) {
      if (error instanceof RouterSilent) return this.#leftUnheard();
      this.#abandonAfterFault();
      throw error;
    } finally {
      await this.#stopWaiting();
    }
  }

  /** The caller's hang-up ends the wait for the router, too: rejects with RouterSilent a moment after it. */
  async #unlessGone<T>(waitingFor: Promise<T>): Promise<T> {
    const { signal } = this.#conversation.leg;
    const { clock } = this.#world;
    let stopTimer = () => {};
    let onGone = () => {};
    const silence = new Promise<never>((_resolve, reject) => {
      onGone = () => {
        stopTimer = clock.setTimer(clock.now() + farewellMs, () => {
          reject(new RouterSilent());
        });
      };
    });
    if (signal.aborted) onGone();
    else signal.addEventListener("abort", onGone, { once: true });
    try {
      return await Promise.race([waitingFor, silence]);
    } finally {
      stopTimer();
      signal.removeEventListener("abort", onGone);
    }
  }

  /** The router learns of it as soon as it can; an agent whom it gives the caller until then is released. */
  #leftUnheard(): QueueExitCause | "hung-up" {
    this.#isGone = true;
    const waitedMs = this.#world.clock.now() - this.#enqueuedAt;
    return this.#left(leavingOf(this.#conversation.leg), waitedMs);
  }

  /** A fault of ours: the flow goes on without the queue, and nothing of the visit may stay behind anywhere. */
  #abandonAfterFault(): void {
    const { clock, desks } = this.#world;
    const { interactionId } = this.#conversation;
    const agentId = this.#agentId;
    for (const offerId of [...this.#offers.keys()]) this.#takeBack(offerId, "moved");
    if (this.#isInQueue) this.#appendLeft("system", clock.now() - this.#enqueuedAt);
    this.#conversation.reached("failed");
    this.#cancel("fault");
    if (agentId === null) return;
    desks.callEnded(agentId, interactionId);
    this.#release(agentId);
  }

  #release(agentId: string): void {
    const { interactionId } = this.#conversation;
    this.#world.acd.release(interactionId, agentId).catch((error: unknown) => {
      const problem = describeError(error);
      this.#world.log.warn({ interactionId, agentId, error: problem }, "An agent was not released");
    });
  }

  #cancel(cause: string): void {
    const { interactionId } = this.#conversation;
    this.#world.acd.cancel(interactionId, cause).catch((error: unknown) => {
      const problem = describeError(error);
      this.#world.log.error(
        { interactionId, error: problem },
        "A caller could not be taken out of the queue",
      );
    });
  }

  /** Consumes the router's steps until the caller has an agent or leaves. */
  async #waitFor(
    waiting: Waiting,
  ): Promise<{ type: "accepted"; answered: Answered } | { type: "exit"; cause: string; waitedMs: number }> {
    for (;;) {
      const step = await this.#unlessGone(waiting.next());
      switch (step.type) {
        case "position":
          this.#announcePosition(step.position, step.waiting);
          break;
        case "offer":
          this.#ring(step);
          break;
        case "withdrawn":
          this.#takeBack(step.offerId, offerEnd[step.cause]);
          break;
        case "accepted": {
          const accepted = this.#offers.get(step.offerId);
          this.#agentId = step.agentId;
          this.#endOffer(step.offerId, "accepted");
          if (accepted?.leg) return { type: "accepted", answered: { ...accepted, leg: accepted.leg } };
          throw new Error(`The router accepted the offer ${step.offerId} without a leg`);
        }
        case "exit":
          return step;
      }
    }
  }

  #ring(offer: Offer): void {
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
    if ((await acd.accept(offerId)) === "withdrawn") await outcome.hangUp("cancelled");
    else if (this.#isGone) this.#release(agentId);
  }

  /** A ring that has been answered can't be cancelled any more: its leg is ended. */
  #takeBack(offerId: string, cause: OfferEndCause): void {
    const ringing = this.#offers.get(offerId);
    ringing?.ring.cancel();
    void ringing?.leg?.hangUp("cancelled"); // never rejects
    this.#endOffer(offerId, cause);
  }

  #endOffer(offerId: string, cause: OfferEndCause): void {
    const ringing = this.#offers.get(offerId);
    if (ringing === undefined) return;
    this.#offers.delete(offerId);
    const { agentId, queueId } = ringing.offer;
    const ringMs = this.#world.clock.now() - ringing.offeredAt;
    this.#conversation.append({ type: "offer.ended", offerId, agentId, queueId, cause, ringMs });
    this.#world.desks.offerEnded(agentId, offerId);
  }

  async #talkWith({ offer, leg, isSoftphone }: Answered): Promise<"ended" | "agent-lost"> {
    const { agentId, queueId } = offer;
    try {
      await this.#stopWaiting();
      const waitMs = this.#world.clock.now() - this.#enqueuedAt;
      // Told by the talk: a caller whose agent was lost before the bridge has not been answered.
      const leaveQueue = (cause: QueueLeftCause) => {
        this.#appendLeft(cause, waitMs);
      };
      const partner = {
        agentLeg: leg,
        agentId,
        isSoftphone,
        queueId,
        enqueuedAt: this.#enqueuedAt,
        leaveQueue,
      };
      return await talk(this.#conversation, partner, this.#settings, this.#world);
    } catch (error) {
      void leg.hangUp("failed"); // never rejects
      throw error;
    }
  }

  /** The agent's leg was lost: the caller goes on, first in line, with the entry time that they had. */
  async #returnToFront(lostAgentId: string): Promise<Waiting> {
    const { interactionId, append } = this.#conversation;
    const { queueId } = this.#visit;
    const enqueuedAt = this.#enqueuedAt;
    append({ type: "queue.returned", queueId, cause: "agent-lost", enqueuedAt });
    this.#isInQueue = true;
    return this.#world.acd.requeue({
      interactionId,
      queueId,
      channel: "voice",
      priority: this.#priority,
      enqueuedAt,
      position: "front",
      lostAgentId,
    });
  }

  /** `opening`: what is said over the music at first. */
  #beginWaiting(opening: Parameters<World["prompts"]["files"]>[0]): void {
    const { leg, language } = this.#conversation;
    const { prompts, clock } = this.#world;
    const gone = () => {
      this.#cancel(leavingOf(leg));
    };
    this.#conversation.tell("waiting");
    this.#music = leg.startMusic(prompts.music(this.#settings.musicPromptId));
    leg.signal.addEventListener("abort", gone, { once: true });
    this.#stopListening.push(() => {
      leg.signal.removeEventListener("abort", gone);
    });
    if (leg.signal.aborted) gone();
    const exitKey = this.#visit.exitKey ?? this.#settings.exitKey;
    if (exitKey !== null)
      this.#stopListening.push(leg.onDigit((digit) => digit === exitKey && this.#cancel("exit-key")));
    if (this.#visit.maxWaitMs !== undefined) {
      // Of this stay, as the router counts: who comes back after a talk is not thrown out for having talked.
      const deadline = clock.now() + this.#visit.maxWaitMs;
      this.#stopListening.push(
        clock.setTimer(deadline, () => {
          this.#cancel("max-wait");
        }),
      );
    }
    this.#announce(prompts.files(opening, language));
  }

  #announcePosition(position: number, waiting: number): void {
    if (!this.#settings.announcePosition || this.#offers.size > 0) return;
    this.#conversation.append({ type: "queue.announced", position, waiting });
    const { language } = this.#conversation;
    this.#announce(this.#world.prompts.files(queuePositionPrompts(language, position), language));
  }

  #announce(files: string[]): void {
    if (files.length === 0 || this.#music === null) return;
    this.#music.announce(files).catch((error: unknown) => {
      const { interactionId } = this.#conversation;
      this.#world.log.warn({ interactionId, error }, "An announcement could not be played");
    });
  }

  async #stopWaiting(): Promise<void> {
    for (const stop of this.#stopListening) stop();
    this.#stopListening = [];
    const music = this.#music;
    this.#music = null;
    await music?.stop();
  }

  #left(cause: string, waitedMs: number): QueueExitCause | "hung-up" {
    for (const offerId of [...this.#offers.keys()]) this.#takeBack(offerId, "customer-left");
    const { ledgerCause, flowCause, outcome = "not-served" } = exitOf(cause);
    this.#appendLeft(ledgerCause, waitedMs);
    this.#conversation.reached(outcome);
    return flowCause;
  }

  #appendLeft(cause: QueueLeftCause, waitMs: number): void {
    const { queueId } = this.#visit;
    this.#isInQueue = false;
    this.#conversation.append({ type: "queue.left", queueId, cause, waitMs: Math.max(0, waitMs) });
  }
}
