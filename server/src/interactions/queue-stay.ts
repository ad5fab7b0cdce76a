/**
 * One stay of a caller in one queue, as a loop over what the router says: announce, ring, take back, talk, leave.
 *
 *   enqueue ─► position* ─► offer ─► (withdrawn ─► offer …)* ─► accepted ─► talk ─► answered
 *                  │                                                         │
 *                  └─► exit (maximum wait, key, closing, hung up …)          └─► agent lost ─► front of the queue
 */
import type { EnqueueRequest, Waiting, WaitingStep } from "../acd/acd.ts";
import { Failure } from "../base/failure.ts";
import type { QueueLeftCause } from "../contract/ledger.ts";
import { callbackOfferPrompts, estimatedWaitPrompts, queuePositionPrompts } from "../ivr/ivr.ts";
import type { Answered } from "./agent-offer.ts";
import { askForCallback } from "./ask-for-callback.ts";
import { watchClosing } from "./closing-watch.ts";
import type { Conversation } from "./conversation.ts";
import { leavingOf } from "./parting.ts";
import { enteredOf, entryOf, type QueuePlace, type StayEnd } from "./queue-place.ts";
import { exitOf, offerEnd } from "./queue-words.ts";
import { RingingOffers } from "./ringing-offers.ts";
import { talk } from "./talk.ts";
import { cancelPlace, releaseAgent } from "./tell-router.ts";
import { WaitingSound } from "./waiting-sound.ts";
import type { World } from "./world.ts";

type Position = Extract<WaitingStep, { type: "position" }>;

/** How long the router may take to confirm that a caller who is gone has left; it may have lost its log. */
const farewellMs = 1_000;
class RouterSilent extends Error {}

/** Rejects after a fault of ours, with nothing of the stay left behind anywhere. */
export function stayInQueue(conversation: Conversation, place: QueuePlace, world: World): Promise<StayEnd> {
  return new QueueStay(conversation, place, world).run();
}

class QueueStay {
  readonly #conversation: Conversation;
  readonly #place: QueuePlace;
  readonly #world: World;
  readonly #offers: RingingOffers;
  readonly #sound: WaitingSound;
  /** Whom the router counts as busy with this caller. */
  #agentId: string | null = null;
  /** No `queue.left` yet since the last entry or return. */
  #isInQueue = false;
  /** The caller left while the router did not answer. */
  #isGone = false;
  #stopListening: (() => void)[] = [];
  /** The caller is asked about a call back; the place in the queue stays meanwhile. */
  #dialogue: { cut: AbortController; over: Promise<void> } | null = null;
  #isWaiting = false;

  constructor(conversation: Conversation, place: QueuePlace, world: World) {
    this.#conversation = conversation;
    this.#place = place;
    this.#world = world;
    this.#offers = new RingingOffers(conversation, place.enqueuedAt, world, (agentId) => {
      if (this.#isGone) this.#release(agentId);
      return this.#isGone;
    });
    const music = world.prompts.music(place.settings.musicPromptId);
    this.#sound = new WaitingSound(conversation, world, music, () => this.#offers.isRinging);
  }

  async run(): Promise<StayEnd> {
    this.#conversation.append(enteredOf(this.#place));
    this.#isInQueue = true;
    const entering = this.#enter();
    try {
      this.#beginWaiting([]); // music at once, even while the router's log is away
      let waiting = await this.#unlessGone(entering);
      for (;;) {
        const outcome = await this.#waitFor(waiting);
        if (outcome.type === "exit") {
          const end = this.#left(outcome.cause, outcome.waitedMs);
          if (end === "callback") await this.#dialogue?.over; // the goodbye
          return end;
        }
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

  /** Whatever the router can't make of the wishes, the caller waits. */
  async #enter(): Promise<Waiting> {
    const { acd } = this.#world;
    const { interactionId, append } = this.#conversation;
    const entry = entryOf(interactionId, this.#place);
    try {
      return await acd.enqueue(entry);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== "bad-request") throw error;
      append({ type: "fault", where: "queue", sentence: error.message });
      const { requirement: _, sticky: __, ageMs: ___, ...plain } = entry;
      return await acd.enqueue(plain);
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
  #leftUnheard(): StayEnd {
    this.#isGone = true;
    return this.#left(leavingOf(this.#conversation.leg), this.#waitedMs());
  }

  /** A fault of ours: the flow goes on without the queue, and nothing of the visit may stay behind anywhere. */
  #abandonAfterFault(): void {
    const agentId = this.#agentId;
    this.#offers.takeBackAll("moved");
    if (this.#isInQueue) this.#appendLeft("system", this.#waitedMs());
    this.#conversation.reached("failed");
    this.#cancel("fault");
    if (agentId === null) return;
    this.#world.desks.callEnded(agentId, this.#conversation.interactionId);
    this.#release(agentId);
  }

  #release(agentId: string): void {
    releaseAgent(this.#conversation.interactionId, agentId, this.#world);
  }

  #cancel(cause: string): void {
    cancelPlace(this.#conversation.interactionId, cause, "A caller", this.#world);
  }

  /** Consumes the router's steps until the caller has an agent or leaves. */
  async #waitFor(
    waiting: Waiting,
  ): Promise<{ type: "accepted"; answered: Answered } | { type: "exit"; cause: string; waitedMs: number }> {
    for (;;) {
      const step = await this.#unlessGone(waiting.next());
      switch (step.type) {
        case "position":
          this.#announcePosition(step);
          break;
        case "offer":
          this.#dialogue?.cut.abort();
          this.#offers.ring(step);
          break;
        case "withdrawn":
          this.#offers.takeBack(step.offerId, offerEnd[step.cause]);
          break;
        case "accepted":
          this.#agentId = step.agentId;
          return { type: "accepted", answered: this.#offers.accept(step.offerId) };
        case "exit":
          return step;
      }
    }
  }

  async #talkWith({ offer, leg, isSoftphone }: Answered): Promise<"ended" | "agent-lost"> {
    const { agentId, queueId } = offer;
    const { enqueuedAt, settings } = this.#place;
    try {
      await this.#stopWaiting();
      const waitMs = this.#waitedMs();
      // Told by the talk: a caller whose agent was lost before the bridge has not been answered.
      const leaveQueue = (cause: QueueLeftCause) => {
        this.#appendLeft(cause, waitMs);
      };
      const partner = { agentLeg: leg, agentId, isSoftphone, queueId, enqueuedAt, leaveQueue };
      return await talk(this.#conversation, partner, settings, this.#world);
    } catch (error) {
      void leg.hangUp("failed"); // never rejects
      throw error;
    }
  }

  /** The agent's leg was lost: the caller goes on, first in line, with the entry time that they had. */
  async #returnToFront(lostAgentId: string): Promise<Waiting> {
    const { interactionId, append } = this.#conversation;
    const { queueId, enqueuedAt } = this.#place;
    append({ type: "queue.returned", queueId, cause: "agent-lost", enqueuedAt });
    this.#isInQueue = true;
    const { sticky: _, ...entry }: EnqueueRequest = entryOf(interactionId, this.#place);
    return this.#world.acd.requeue({ ...entry, position: "front", lostAgentId });
  }

  /** `opening`: what is said over the music at first. */
  #beginWaiting(opening: Parameters<World["prompts"]["files"]>[0]): void {
    const { leg, language } = this.#conversation;
    const { prompts, clock } = this.#world;
    const { queueId, settings, exitKey, maxWaitMs } = this.#place;
    const gone = () => {
      this.#cancel(leavingOf(leg));
    };
    this.#conversation.tell("waiting");
    this.#isWaiting = true;
    this.#sound.start();
    leg.signal.addEventListener("abort", gone, { once: true });
    this.#stopListening.push(
      () => {
        leg.signal.removeEventListener("abort", gone);
      },
      leg.onDigit((digit) => digit === exitKey && this.#dialogue === null && this.#cancel("exit-key")),
      watchClosing(queueId, settings, this.#world, () => {
        this.#cancel("closed");
      }),
    );
    if (leg.signal.aborted) gone();
    if (maxWaitMs !== null)
      // Of this stay, as the router counts: who comes back after a talk is not thrown out for having talked.
      this.#stopListening.push(
        clock.setTimer(clock.now() + maxWaitMs, () => {
          this.#cancel("max-wait");
        }),
      );
    this.#sound.say({ files: prompts.files(opening, language) });
    if (settings.callback.offered) this.#offerCallback(settings.callback.key);
  }

  /** Said every so often; the key works at any time. */
  #offerCallback(key: string): void {
    const { leg, language } = this.#conversation;
    const { prompts, clock } = this.#world;
    const { announceEveryMs } = this.#place.settings;
    let stopTimer = () => {};
    const say = () => {
      if (this.#dialogue === null)
        this.#sound.say({ files: prompts.files(callbackOfferPrompts(key), language) });
      stopTimer = clock.setTimer(clock.now() + announceEveryMs, say);
    };
    say();
    this.#stopListening.push(
      () => {
        stopTimer();
      },
      leg.onDigit((digit) => {
        if (digit === key && this.#dialogue === null && !this.#offers.isRinging) this.#ask();
      }),
    );
  }

  #ask(): void {
    const cut = new AbortController();
    const over = this.#converse(cut.signal)
      .catch((error: unknown) => {
        this.#world.log.error({ error }, "The dialogue about a call back broke");
      })
      .finally(() => {
        this.#dialogue = null;
        if (this.#isWaiting) this.#sound.start();
      });
    this.#dialogue = { cut, over };
  }

  async #converse(signal: AbortSignal): Promise<void> {
    const { interactionId, leg } = this.#conversation;
    const leave = async () =>
      (await this.#world.acd.cancel(interactionId, "callback").catch(() => null)) === "cancelled";
    leg.clearDigits(); // the key that brought them here is no answer
    await this.#sound.stop();
    await askForCallback(this.#conversation, this.#place, leave, this.#world, signal);
  }

  /** The position, and with it the wait if it is known: the router never tells one who kept the place a longer one. */
  #announcePosition({ position, waiting, estimatedWaitMs }: Position): void {
    const { announcePosition, announceEstimate } = this.#place.settings;
    if (!announcePosition || this.#dialogue !== null) return;
    const { language, append } = this.#conversation;
    const told = announceEstimate && Number.isFinite(estimatedWaitMs) ? estimatedWaitMs : null;
    const ids = [
      ...queuePositionPrompts(language, position),
      ...(told === null ? [] : estimatedWaitPrompts(language, told)),
    ];
    this.#sound.say({
      files: this.#world.prompts.files(ids, language),
      begins: () => {
        append({ type: "queue.announced", position, waiting, estimatedWaitMs: told });
      },
    });
  }

  async #stopWaiting(): Promise<void> {
    for (const stop of this.#stopListening) stop();
    this.#stopListening = [];
    this.#isWaiting = false;
    this.#dialogue?.cut.abort();
    await this.#sound.stop();
  }

  #left(cause: string, waitedMs: number): StayEnd {
    this.#isWaiting = false;
    this.#offers.takeBackAll("customer-left");
    const { ledgerCause, flowCause, outcome = "not-served" } = exitOf(cause);
    this.#appendLeft(ledgerCause, waitedMs);
    this.#conversation.reached(outcome);
    return flowCause;
  }

  #waitedMs(): number {
    return this.#world.clock.now() - this.#place.enqueuedAt;
  }

  #appendLeft(cause: QueueLeftCause, waitMs: number): void {
    const { queueId } = this.#place;
    this.#isInQueue = false;
    this.#conversation.append({ type: "queue.left", queueId, cause, waitMs: Math.max(0, waitMs) });
  }
}
