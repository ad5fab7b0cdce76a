import type { Clock } from "../../base/clock.ts";
import { afterFailure } from "../core/after-failure.ts";
import type { Ring, RingFailure } from "../interfaces.ts";
import type { AgentLeg } from "../leg.ts";

/** Nothing at all from the carrier: it is asked whether it is there. A lost datagram is repeated within this. */
const silentMs = 4_000;
/** A carrier that is there may take its time to find the callee, but not for ever while others wait to try. */
const stillSilentMs = 12_000;

/** One carrier's turn. */
export interface Attempt {
  ring: Ring;
  /** Whether the carrier answers OPTIONS now; null: it is not to be asked. */
  isThere: (() => Promise<boolean>) | null;
  /** Tells how it ended, once. `wasSilent`: we gave it up for that. */
  end(outcome: AgentLeg | RingFailure, wasSilent: boolean): void;
  /** The carrier asked to be left alone. */
  rest(restMs: number): void;
}

export interface CarrierCallParts {
  clock: Clock;
  /** The carriers to try, the best first. */
  candidates: readonly string[];
  /** Null: there is no channel any more, or the trunk is gone. */
  begin(trunkId: string, ringTimeoutMs: number): Attempt | null;
  ringTimeoutMs: number;
  isEmergency: boolean;
}

/**
 * A call out as one ring, through one carrier after the other, never two at the same time.
 *
 *   trying ──18x──► ringing ──200──► answered
 *     │ ▲             │
 *     │ └─ next ◄─ failure of the carrier, silence
 *     └── the callee's answer, cancel, time over, nobody left ──► failed
 *
 * The ring timeout spans all attempts.
 */
export class CarrierCall implements Ring {
  readonly invitedAt: number | null;
  readonly ringing: Promise<boolean>;
  readonly answered: Promise<AgentLeg | RingFailure>;
  readonly #parts: CarrierCallParts;
  readonly #left: string[];
  readonly #deadline: number;
  #current: Ring | null = null;
  #isCancelled = false;
  #failure: RingFailure = { cause: "unreachable", sipStatus: null };
  #resolveRinging: (isRinging: boolean) => void = () => undefined;
  #resolveAnswered: (outcome: AgentLeg | RingFailure) => void = () => undefined;

  constructor(parts: CarrierCallParts) {
    this.#parts = parts;
    this.#left = [...parts.candidates];
    this.#deadline = parts.clock.now() + parts.ringTimeoutMs;
    this.ringing = new Promise((resolve) => (this.#resolveRinging = resolve));
    this.answered = new Promise((resolve) => (this.#resolveAnswered = resolve));
    this.invitedAt = this.#next()?.invitedAt ?? null;
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#current?.cancel();
  }

  /** The next carrier that has room; without one, the last failure is the call's. */
  #next(): Ring | null {
    const leftMs = this.#deadline - this.#parts.clock.now();
    for (let id = this.#left.shift(); id !== undefined && leftMs > 0; id = this.#left.shift()) {
      const attempt = this.#parts.begin(id, leftMs);
      if (!attempt) continue;
      this.#watch(attempt);
      return attempt.ring;
    }
    this.#settle(leftMs > 0 ? this.#failure : { cause: "no-answer", sipStatus: this.#failure.sipStatus });
    return null;
  }

  #watch(attempt: Attempt): void {
    const { ring } = attempt;
    this.#current = ring;
    const state = { wasRinging: false, wasSilent: false, isOver: false };
    // With nobody left to try, silence is waited out.
    const stopTimer = this.#left.length === 0 ? () => undefined : this.#watchSilence(attempt, state);
    void ring.ringing.then((isRinging) => {
      state.wasRinging = isRinging;
      if (!isRinging) return;
      stopTimer();
      this.#resolveRinging(true);
    });
    void ring.answered.then((outcome) => {
      state.isOver = true;
      stopTimer();
      this.#onOutcome(attempt, outcome, state);
    });
  }

  #watchSilence(
    attempt: Attempt,
    state: { wasRinging: boolean; wasSilent: boolean; isOver: boolean },
  ): () => void {
    const { clock } = this.#parts;
    const begunAt = clock.now();
    const giveUp = () => {
      if (state.isOver || state.wasRinging) return;
      state.wasSilent = true;
      attempt.ring.cancel();
    };
    const look = () => {
      // The edge keeps a carrier's 100 to itself, so that silence is all we see of a slow one, too: we ask.
      void attempt.isThere?.().then((isThere) => {
        if (!isThere) giveUp();
      });
    };
    const stopLooking = attempt.isThere ? clock.setTimer(begunAt + silentMs, look) : () => undefined;
    const stopWaiting = clock.setTimer(begunAt + stillSilentMs, giveUp);
    return () => {
      stopLooking();
      stopWaiting();
    };
  }

  #onOutcome(
    attempt: Attempt,
    outcome: AgentLeg | RingFailure,
    { wasRinging, wasSilent }: { wasRinging: boolean; wasSilent: boolean },
  ): void {
    attempt.end(outcome, wasSilent);
    if ("channelId" in outcome) {
      if (!this.#isCancelled) return this.#settle(outcome);
      void outcome.hangUp("cancelled"); // it was answered in the moment of the cancel
      return this.#settle({ cause: "cancelled", sipStatus: null });
    }
    const { cause, sipStatus, refusal } = outcome;
    const { retryAfterMs = null, q850 = null } = refusal ?? {};
    const isSilent = wasSilent && !this.#isCancelled;
    const { isEmergency } = this.#parts;
    const refused = { sipStatus, cause, retryAfterMs, q850 };
    const decided = afterFailure({ ...refused, wasRinging, wasSilent: isSilent, isEmergency });
    if (decided.go === "end") return this.#settle({ cause, sipStatus });
    if (decided.restMs > 0) attempt.rest(decided.restMs);
    this.#failure = { cause: isSilent ? "unreachable" : cause, sipStatus };
    if (this.#isCancelled) this.#settle({ cause: "cancelled", sipStatus: null });
    else this.#next();
  }

  #settle(outcome: AgentLeg | RingFailure): void {
    this.#current = null;
    this.#resolveRinging("channelId" in outcome);
    this.#resolveAnswered(outcome);
  }
}
