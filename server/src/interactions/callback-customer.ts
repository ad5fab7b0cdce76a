/** The customer's side of a stay: the right to call them, the call, and what they hear until an agent is there. */
import type { CallbackTryCause } from "../contract/callbacks.ts";
import type { QueueSettings } from "../contract/queues.ts";
import { type AgentLeg, isLeg } from "../telephony/telephony.ts";
import { type CallbackControl, type CallbackResult, tried } from "./callback-control.ts";
import type { CallbackConversation } from "./callback-conversation.ts";
import { tryCauseOf } from "./core/callback-words.ts";
import { WaitingSound } from "./waiting-sound.ts";
import type { KeptCallback, World } from "./world.ts";

/** How long somebody who asked may take to hear the goodbye and hang up. */
const goodbyeMs = 15_000;

/** What the stay makes of it. */
interface CustomerEvents {
  /** Not reached, or not ours to call any more. */
  lost(result: CallbackResult): void;
  /** The call was given up before anybody answered. */
  givenUp(): void;
  hungUp(): void;
}

export class CallbackCustomer {
  readonly #callback: KeptCallback;
  readonly #control: CallbackControl;
  readonly #settings: QueueSettings;
  readonly #conversation: CallbackConversation;
  readonly #events: CustomerEvents;
  readonly #world: World;
  /** The call, shared by the offers that come meanwhile. */
  #calling: Promise<"answered" | "not-reached"> | null = null;
  #lastCall: Promise<unknown> = Promise.resolve();
  #unwanted = new AbortController();
  #sound: WaitingSound | null = null;
  /** The agent who waits for them, if one does. */
  #besideAgent: () => AgentLeg | undefined = () => undefined;

  constructor(
    callback: KeptCallback,
    control: CallbackControl,
    settings: QueueSettings,
    conversation: CallbackConversation,
    events: CustomerEvents,
    world: World,
  ) {
    this.#callback = callback;
    this.#control = control;
    this.#settings = settings;
    this.#conversation = conversation;
    this.#events = events;
    this.#world = world;
  }

  /** Being called, or on the line. */
  get isTaken(): boolean {
    return this.#calling !== null;
  }

  /** On "not-reached" the stay has been told why. */
  reach(besideAgent: () => AgentLeg | undefined): Promise<"answered" | "not-reached"> {
    this.#besideAgent = besideAgent;
    this.#calling ??= this.#lastCall = this.#call(this.#lastCall);
    return this.#calling;
  }

  /** Ends the call if nobody has answered yet. */
  giveUp(): void {
    this.#unwanted.abort();
  }

  /** Gives the call up, and the next offer makes one of its own. */
  abandon(): void {
    this.giveUp();
    this.#calling = null;
  }

  /** Music for a customer who has to wait after all; `opening` is said over it at first. */
  keep(opening: Parameters<World["prompts"]["files"]>[0]): void {
    this.#sound?.start();
    this.#sound?.say({ files: this.#world.prompts.files(opening, this.#conversation.language) });
  }

  async stopMusic(): Promise<void> {
    await this.#sound?.stop();
  }

  async letGo(): Promise<void> {
    this.giveUp();
    if (!this.#conversation.hasCustomer) return;
    const { leg } = this.#conversation;
    await this.stopMusic();
    await leg.hangUp("normal");
  }

  async #call(former: Promise<unknown>): Promise<"answered" | "not-reached"> {
    this.#unwanted = new AbortController();
    const { signal } = this.#unwanted;
    await former; // given up, but its claim must be given back before the next one
    await this.#untilGone(signal);
    if (!signal.aborted && !(await this.#control.mayCall())) {
      this.#calling = null;
      this.#events.lost({ how: "left", cause: "lost" });
      return "not-reached";
    }
    const outcome = signal.aborted ? null : await this.#dial(signal);
    if (outcome === "cancelled" || outcome === null) {
      if (this.#unwanted.signal === signal) this.#calling = null;
      this.#control.notCalled();
      this.#events.givenUp();
      return "not-reached";
    }
    if (outcome !== "answered") this.#events.lost(tried(outcome));
    return outcome === "answered" ? outcome : "not-reached";
  }

  async #dial(signal: AbortSignal): Promise<"answered" | "cancelled" | CallbackTryCause> {
    const { telephony, clock } = this.#world;
    const { append, interactionId } = this.#conversation;
    const { number, dialed, tries } = this.#callback;
    const { ringMs, first } = this.#settings.callback;
    const calledAt = clock.now();
    append({ type: "callback.calling", number, try: tries + 1, first });
    const ring = telephony.dialOut({
      to: number,
      callId: interactionId,
      caller: { name: "", number: dialed },
      ringTimeoutMs: ringMs,
      signal,
      beside: () => this.#besideAgent(),
    });
    const outcome = await ring.answered;
    const cause = isLeg(outcome) ? "answered" : tryCauseOf(outcome);
    append({ type: "callback.called", number, try: tries + 1, cause, ringMs: clock.now() - calledAt });
    if (isLeg(outcome)) this.#join(outcome);
    return cause;
  }

  #join(customer: AgentLeg): void {
    const { prompts } = this.#world;
    this.#conversation.join(customer);
    const music = prompts.music(this.#settings.musicPromptId);
    this.#sound = new WaitingSound(this.#conversation, this.#world, music, () => false);
    const gone = () => {
      this.#events.hungUp();
    };
    customer.signal.addEventListener("abort", gone, { once: true });
    if (customer.signal.aborted) gone();
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
}
