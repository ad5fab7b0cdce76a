import type { Clock } from "../base/clock.ts";
import type { AgentLeg } from "./leg.ts";
import type { Ring, RingFailure, RingFailureCause } from "./interfaces.ts";

/** Shorter than any ring time: the router's own deadline would blame the agent. */
const patienceMs = 2_500;

/**
 * A ring asked for while the SIP edge is away: it begins when the edge is back. If that takes too long it has "failed",
 * which is our fault: "unreachable" would take every free agent out, one after the other, in a few milliseconds.
 *
 *   waiting ──edge is up──► the ring that `begin` makes
 *      └─ patience over, cancel() ──► failed
 */
export class PatientRing implements Ring {
  readonly invitedAt = null;
  /** None yet: it does not fail with any. */
  readonly edge = null;
  readonly ringing: Promise<boolean>;
  readonly answered: Promise<AgentLeg | RingFailure>;
  #ring: Ring | null = null;
  #begin: (ring: Ring | null) => void = () => undefined;
  #failure: RingFailureCause = "failed";
  readonly #stopWaiting: () => void;

  constructor(begin: () => Ring, parts: { onUp(listener: () => void): () => void; clock: Clock }) {
    const { clock, onUp } = parts;
    const begun = new Promise<Ring | null>((resolve) => (this.#begin = resolve));
    this.ringing = begun.then((ring) => ring?.ringing ?? false);
    this.answered = begun.then((ring) => ring?.answered ?? { cause: this.#failure, sipStatus: null });
    const stopTimer = clock.setTimer(clock.now() + patienceMs, () => this.fail());
    const stopListening = onUp(() => this.#start(begin));
    this.#stopWaiting = () => {
      stopTimer();
      stopListening();
    };
  }

  cancel(): void {
    if (this.#ring) this.#ring.cancel();
    else this.#giveUp("cancelled");
  }

  /** The edge won't come back in time. */
  fail(): void {
    if (!this.#ring) this.#giveUp("failed");
  }

  #start(begin: () => Ring): void {
    this.#stopWaiting();
    this.#ring = begin();
    this.#begin(this.#ring);
  }

  #giveUp(cause: RingFailureCause): void {
    this.#stopWaiting();
    this.#failure = cause;
    this.#begin(null);
  }
}
