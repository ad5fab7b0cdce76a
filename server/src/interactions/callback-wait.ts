/**
 * An open call back that this process looks after, until it is served or over:
 *
 *   held (not final yet) ─► out of the queue until its time ◄─► a stay in the queue ─► served, failed, expired …
 */
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { CallbackState } from "../contract/callbacks.ts";
import type { CallbackClaims } from "./callback-claims.ts";
import type { CallbackControl, CallbackResult } from "./callback-control.ts";
import { callbackHoursOf, callbackSettingsOf } from "./callback-queue.ts";
import type { CallbackChange, StoredCallback } from "./callbacks.postgres.ts";
import { afterTry, nextStep } from "./core/callback-plan.ts";
import { serveCallback } from "./serve-callback.ts";
import type { KeptCallback, World } from "./world.ts";

export const openStates: readonly CallbackState[] = ["waiting", "calling"];
/** After a fault of ours or of the router's. */
const retryMs = 2_000;
const nobody = Promise.resolve();

/** Who keeps all the calls back. */
export interface WaitKeeper {
  readonly clock: Clock;
  readonly log: Log;
  readonly claims: CallbackClaims;
  /** Null before the program has begun. */
  world(): World | null;
  isDraining(): boolean;
  /** Whether this wait is the one of its call back. */
  keeps(wait: CallbackWait): boolean;
  forget(wait: CallbackWait): void;
  /** Screens show it anew. */
  tell(): void;
}

export class CallbackWait {
  readonly #keeper: WaitKeeper;
  #stored: StoredCallback;
  /** Written down, and not in the queue before the request is final. */
  #isHeld: boolean;
  #customerGone: Promise<unknown> = nobody;
  #stay: { leaving: AbortController; ending: AbortController; ended: Promise<void> } | null = null;
  #stopTimer = () => {};
  /** Changes of one call back are written one after the other. */
  #writes: Promise<unknown> = nobody;

  constructor(stored: StoredCallback, { isHeld }: { isHeld: boolean }, keeper: WaitKeeper) {
    this.#stored = stored;
    this.#isHeld = isHeld;
    this.#keeper = keeper;
  }

  get callback(): KeptCallback {
    return this.#stored.callback;
  }

  get revision(): number {
    return this.#stored.revision;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** The customer is being called, or talks. */
  get isBusy(): boolean {
    return this.#stay !== null && this.callback.state !== "waiting";
  }

  /** Resolves when all that has been written so far is written. */
  get written(): Promise<unknown> {
    return this.#writes;
  }

  /** The request is final. */
  enter(customerGone: Promise<unknown>): void {
    this.#isHeld = false;
    this.#customerGone = customerGone;
    this.judge();
  }

  /** Into the queue, out of it, or a timer for when to look again. */
  judge(): void {
    this.#stopTimer();
    const { clock, world, isDraining, keeps } = this.#keeper;
    if (isDraining() || this.#isHeld || !keeps(this)) return;
    const now = clock.now();
    const step = nextStep(this.callback, now, callbackHoursOf(this.callback.queueId, now, world()));
    if (this.#stay !== null) {
      if (step.do === "enter") this.#lookAgainAt(step.until);
      else this.#stay.leaving.abort(step.do === "expire" ? "expired" : "closed");
      return;
    }
    if (step.do === "expire") return this.end("expired", "expired");
    this.#lookAgainAt(step.until);
    if (step.do === "enter") this.#enterQueue();
  }

  /** What the database says of it now. */
  follow(stored: StoredCallback): void {
    const before = this.callback;
    if (!this.#learn(stored)) return;
    const now = stored.callback;
    const isMoved = now.number !== before.number || (now.first && !before.first);
    if (!openStates.includes(now.state)) {
      this.#stay?.leaving.abort(now.endReason ?? "supervisor");
      this.forget();
    } else if (isMoved && this.#stay !== null) this.#stay.leaving.abort("moved");
    else this.judge();
  }

  /** Null when it was not ours any more. */
  write(states: readonly CallbackState[], change: CallbackChange): Promise<StoredCallback | null> {
    const writing = this.#writes.then(async () => {
      const stored = await this.#keeper.claims.write(this.callback.id, states, change);
      if (stored !== null) this.#learn(stored);
      return stored;
    });
    this.#writes = writing;
    return writing;
  }

  end(state: "expired" | "failed", endReason: "expired" | "queue-removed"): void {
    this.forget();
    this.#tellOnce(this.write(openStates, { state, endReason, endedAt: this.#keeper.clock.now() }));
  }

  forget(): void {
    this.#stopTimer();
    this.#keeper.forget(this);
  }

  /** Another process has it. */
  lose(): void {
    this.#stay?.leaving.abort("lost");
    this.endStay();
    this.forget();
  }

  /** Resolves when a call under way is over. */
  async drain(): Promise<void> {
    this.#stopTimer();
    this.#stay?.leaving.abort("draining");
    await this.#stay?.ended;
  }

  /** Ends a call under way, too. */
  endStay(): void {
    this.#stay?.ending.abort();
  }

  #learn(stored: StoredCallback): boolean {
    if (stored.revision <= this.revision) return false;
    this.#stored = stored;
    return true;
  }

  #tellOnce(written: Promise<unknown>): void {
    void written.then(() => {
      this.#keeper.tell();
    });
  }

  #lookAgainAt(at: number): void {
    if (!Number.isFinite(at)) return;
    this.#stopTimer = this.#keeper.clock.setTimer(at, () => {
      this.judge();
    });
  }

  // ---- a stay in the queue

  #enterQueue(): void {
    const world = this.#keeper.world();
    if (world === null) return;
    const leaving = new AbortController();
    const ending = new AbortController();
    const ended = serveCallback(this.callback, this.#control(leaving.signal, ending.signal), world)
      .then((result) => this.#afterStay(result))
      .catch((error: unknown) => {
        this.#keeper.log.error(
          { callbackId: this.callback.id, error },
          "A call back could not be followed to its end",
        );
      });
    this.#stay = { leaving, ending, ended };
  }

  #control(signal: AbortSignal, end: AbortSignal): CallbackControl {
    return {
      signal,
      end,
      customerGone: this.#customerGone,
      mayCall: async () => {
        const stored = await this.write(openStates, { state: "calling" });
        this.#keeper.tell();
        return stored !== null;
      },
      notCalled: () => {
        this.#tellOnce(this.write(["calling"], { state: "waiting" }));
      },
      talking: () => {
        const at = this.#keeper.clock.now();
        const change = { state: "done", servedAt: at, endedAt: at, nextTryAt: null } as const;
        this.#tellOnce(this.write(openStates, change));
      },
      entered: (interactionId) => {
        void this.write(openStates, { interactionId });
      },
    };
  }

  async #afterStay(result: CallbackResult): Promise<void> {
    const { clock, isDraining, keeps } = this.#keeper;
    this.#stay = null;
    this.#customerGone = nobody;
    if (result.how === "served") return this.forget();
    if (result.how === "tried") return this.#afterTry(result);
    if (result.cause === "queue-removed") return this.end("failed", "queue-removed");
    if (isDraining() || !keeps(this)) return;
    if (["closed", "expired", "moved"].includes(result.cause)) return this.judge();
    // The router or this node was away for a moment: at the same place again, soon.
    this.#stopTimer();
    this.#lookAgainAt(clock.now() + retryMs);
  }

  async #afterTry({ cause }: Extract<CallbackResult, { how: "tried" }>): Promise<void> {
    const { clock, world, tell } = this.#keeper;
    const settings = callbackSettingsOf(this.callback.queueId, world());
    const stored = await this.write(openStates, {
      ...afterTry(this.callback, cause, settings, clock.now()),
    });
    if (stored === null || stored.callback.state === "failed") this.forget();
    else this.judge();
    tell();
  }
}
