import type { Clock } from "../base/clock.ts";

const askEveryMs = 2_000;
/** A server that is only busy answers in milliseconds. */
const patienceMs = 2_000;
/** After a time-out, what has come meanwhile is read first: it may be this process that stood still. */
const graceMs = 250;

export interface PulseParts {
  clock: Clock;
  /** Asks the server; resolves when it has answered, whatever it said. */
  ask(): Promise<void>;
  /** No answer came, and no sign of life either. */
  onSilence(): void;
}

/**
 * Feels whether a server answers, on a connection that stands: TCP alone finds a server that hangs, or a cable that is
 * out, after minutes. Each answer, and each sign of life besides, counts; a question that goes unanswered tells.
 */
export class Pulse {
  readonly #parts: PulseParts;
  readonly #stop = new AbortController();
  #heardAt: number;
  #cancelTimer: () => void = () => undefined;

  constructor(parts: PulseParts) {
    this.#parts = parts;
    this.#heardAt = parts.clock.now();
    this.#askNow();
  }

  /** It has said something by itself. */
  heard(): void {
    this.#heardAt = this.#parts.clock.now();
  }

  stop(): void {
    this.#stop.abort();
    this.#cancelTimer();
  }

  #askNow(): void {
    const { ask } = this.#parts;
    const askedAt = this.#parts.clock.now();
    this.#after(patienceMs, () => this.#after(graceMs, () => this.#judge(askedAt)));
    ask().then(
      () => this.#answered(askedAt),
      () => undefined, // the silence is judged by the timer
    );
  }

  #answered(askedAt: number): void {
    if (this.#stop.signal.aborted) return;
    this.heard();
    const { clock } = this.#parts;
    this.#after(Math.max(0, askedAt + askEveryMs - clock.now()), () => this.#askNow());
  }

  #judge(askedAt: number): void {
    if (this.#heardAt > askedAt) this.#askNow();
    else this.#parts.onSilence();
  }

  /** One timer at a time. */
  #after(ms: number, run: () => void): void {
    this.#cancelTimer();
    if (this.#stop.signal.aborted) return;
    const { clock } = this.#parts;
    this.#cancelTimer = clock.setTimer(clock.now() + ms, run);
  }
}
