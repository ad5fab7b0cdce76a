/**
 * The dialogue with a caller who wants to be called back: which number, is it right, and then goodbye. It may be
 * broken off at any moment (`signal`: an agent is free), and nothing has happened then.
 */
import { describeError } from "../base/log.ts";
import { Failure } from "../base/failure.ts";
import type { LedgerEvent } from "../contract/ledger.ts";
import { sayTelephoneNumber } from "../ivr/ivr.ts";
import type { CollectResult } from "../telephony/telephony.ts";
import type { Conversation } from "./conversation.ts";
import { checkCallbackNumber } from "./core/callback-number.ts";
import { enteredOf, type QueuePlace } from "./queue-place.ts";
import type { World } from "./world.ts";

/** How the caller stands in the queue, or would. */
export interface CallbackWish {
  queueId: string;
  priority: number;
  ageMs: number;
  requirement: string | null;
  /** The original entry. */
  enqueuedAt: number;
  values: Readonly<Record<string, string>>;
}

/**
 * "confirmed": it is written down as `callbackId`; `leave` then takes the caller out of the queue. "exists": there is
 * one on its way already, and the caller hangs up or waits on as they like.
 */
type Dialogue =
  { how: "confirmed"; callbackId: string } | { how: Exclude<NotAsked, "exists"> } | { how: "exists" };
type NotAsked = Extract<LedgerEvent, { type: "callback.not-asked" }>["cause"];

/** How often somebody may mistype or say nothing. */
const mostAttempts = 3;
const firstKeyMs = 8_000;
const nextKeyMs = 4_000;

type PromptIds = Parameters<World["prompts"]["files"]>[0];

/**
 * Asks, and on a yes turns the caller's wait into a call back: `leave` takes them out of the queue and says whether that
 * worked (false: an agent has them already). Then says goodbye and hangs up. "waits-on" in every other case, also when
 * the caller has hung up: the wait deals with that.
 */
export async function askForCallback(
  conversation: Conversation,
  wish: CallbackWish,
  leave: () => Promise<boolean>,
  world: World,
  signal: AbortSignal,
): Promise<"called-back" | "waits-on"> {
  const { append, leg } = conversation;
  const dialogue = await new CallbackDialogue(conversation, wish, world, signal).run();
  if (dialogue.how !== "confirmed") {
    append({ type: "callback.not-asked", queueId: wish.queueId, cause: dialogue.how });
    return "waits-on";
  }
  const { callbackId } = dialogue;
  if (signal.aborted || !(await leave())) {
    append({ type: "callback.not-asked", queueId: wish.queueId, cause: "agent-free" });
    await world.callbacks.drop(callbackId, "agent-answered").catch((error: unknown) => {
      world.log.error({ callbackId, error: describeError(error) }, "A call back was not dropped");
    });
    return "waits-on";
  }
  world.callbacks.enter(callbackId, leg.ended);
  conversation.reached("callback");
  await leg.play(world.prompts.files(["callback-goodbye"], conversation.language));
  return "called-back";
}

/** For a flow that offers a call back without a wait: the caller is offered to the queue, and converted, at once. */
export async function askWithoutWaiting(
  conversation: Conversation,
  place: QueuePlace,
  world: World,
): Promise<"callback" | "exit-key" | "hung-up"> {
  const { append, leg } = conversation;
  const leave = () => {
    append(enteredOf(place));
    append({ type: "queue.left", queueId: place.queueId, cause: "callback", waitMs: 0 });
    return Promise.resolve(true);
  };
  leg.clearDigits();
  const asked = await askForCallback(conversation, place, leave, world, new AbortController().signal);
  if (asked === "called-back") return "callback";
  return leg.signal.aborted ? "hung-up" : "exit-key";
}

class CallbackDialogue {
  readonly #conversation: Conversation;
  readonly #wish: CallbackWish;
  readonly #world: World;
  readonly #signal: AbortSignal;

  constructor(conversation: Conversation, wish: CallbackWish, world: World, signal: AbortSignal) {
    this.#conversation = conversation;
    this.#wish = wish;
    this.#world = world;
    this.#signal = AbortSignal.any([signal, conversation.leg.signal]);
  }

  async run(): Promise<Dialogue> {
    try {
      const number = await this.#agreeOnNumber();
      if (number === null) return { how: this.#whyNot() };
      return await this.#keep(number);
    } catch (error) {
      const { append } = this.#conversation;
      if (this.#signal.aborted) return { how: this.#whyNot() };
      this.#world.log.warn({ error: describeError(error) }, "A call back could not be arranged");
      append({ type: "fault", where: "callback", sentence: describeError(error) });
      await this.#say(["technical-problem", "callback-waiting"]);
      return { how: "failed" };
    }
  }

  /** The number that the caller has confirmed; null when they gave up, left, or an agent is free. */
  async #agreeOnNumber(): Promise<string | null> {
    let number = this.#checked(this.#conversation.call.from);
    for (let attempt = 0; attempt < mostAttempts && !this.#signal.aborted; attempt += 1) {
      if (number === null) {
        const typed = await this.#askForNumber();
        if (typed === "give-up") return this.#giveUp();
        number = this.#checked(typed);
        if (number === null) await this.#say(["callback-wrong"]);
        continue;
      }
      const key = await this.#ask(["callback-number", ...sayTelephoneNumber(number), "callback-confirm"], 1);
      if (key === "1") return number;
      if (key === "*") return this.#giveUp();
      if (key === "2") {
        number = null;
        attempt = -1; // another number has its own attempts
      } else if (!this.#signal.aborted) await this.#say([key === "" ? "timeout" : "invalid"]);
    }
    return this.#giveUp();
  }

  async #giveUp(): Promise<null> {
    await this.#say(["callback-waiting"]);
    return null;
  }

  async #askForNumber(): Promise<string> {
    const digits = await this.#ask(["callback-enter"], 20, "#");
    return digits.includes("*") ? "give-up" : digits;
  }

  async #keep(number: string): Promise<Dialogue> {
    const { callbacks } = this.#world;
    const existing = await callbacks.find(this.#wish.queueId, number);
    if (existing !== null) return await this.#tellOfExisting(existing.id);
    const { interactionId, call, language, card } = this.#conversation;
    const { queueId, enqueuedAt } = this.#wish;
    const { id: callbackId } = await callbacks
      .keep({
        ...this.#wish,
        number,
        language,
        originalInteractionId: interactionId,
        dialed: call.to,
        pressed: card(queueId, enqueuedAt).pressed,
      })
      .catch(async (error: unknown) => {
        // Another call with the same number was quicker by a moment.
        if (error instanceof Failure && error.code === "conflict") return { id: null };
        throw error;
      });
    if (callbackId === null) return { how: "exists" };
    this.#conversation.append({ type: "callback.asked", callbackId, queueId, number });
    return { how: "confirmed", callbackId };
  }

  async #tellOfExisting(callbackId: string): Promise<Dialogue> {
    const key = await this.#ask(["callback-exists"], 1);
    if (key !== "2") return { how: this.#signal.aborted ? this.#whyNot() : "exists" };
    await this.#world.callbacks.drop(callbackId, "customer");
    await this.#say(["callback-cancelled", "callback-waiting"]);
    return { how: "taken-back" };
  }

  #whyNot(): "hung-up" | "agent-free" | "gave-up" {
    if (this.#conversation.leg.signal.aborted) return "hung-up";
    return this.#signal.aborted ? "agent-free" : "gave-up";
  }

  #checked(text: string): string | null {
    const verdict = checkCallbackNumber(text, callbackRules(this.#wish.queueId, this.#world));
    return verdict.ok ? verdict.number : null;
  }

  async #say(ids: PromptIds): Promise<void> {
    const { leg, language } = this.#conversation;
    if (this.#signal.aborted) return;
    await leg.play(this.#world.prompts.files(ids, language), { signal: this.#signal });
  }

  /** The keys pressed; "" after silence, at a hang-up, and when an agent is free. */
  async #ask(ids: PromptIds, maxDigits: number, terminators = ""): Promise<string> {
    const { leg, language } = this.#conversation;
    if (this.#signal.aborted) return "";
    const result: CollectResult = await leg.collect({
      files: this.#world.prompts.files(ids, language),
      maxDigits,
      terminators,
      firstDigitTimeoutMs: firstKeyMs,
      interDigitTimeoutMs: nextKeyMs,
      signal: this.#signal,
    });
    if (result.outcome === "failed") throw new Error(result.sentence ?? "The keys could not be read");
    return result.outcome === "digits" || result.outcome === "timeout" ? result.digits : "";
  }
}

/** What the queue and our own numbers say about numbers to call. */
export function callbackRules(queueId: string, { directory }: Pick<World, "directory">) {
  return {
    allowed: directory.queue(queueId)?.settings.callback.allowed ?? [],
    isOwn: (number: string) => directory.number(number) !== null,
  };
}
