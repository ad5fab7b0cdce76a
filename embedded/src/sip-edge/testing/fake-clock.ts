import type { Clock } from "../clock.ts";

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  #nowMs = 0;
  #serial = 0;
  readonly #timers = new Map<number, { readonly atMs: number; readonly run: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  after(delayMs: number, run: () => void): () => void {
    const id = this.#serial++;
    this.#timers.set(id, { atMs: this.#nowMs + delayMs, run });
    return () => {
      this.#timers.delete(id);
    };
  }

  /** Runs what is due in order, also what that sets in turn. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (let next = this.#takeDue(untilMs); next !== undefined; next = this.#takeDue(untilMs)) {
      this.#nowMs = next.atMs;
      next.run();
    }
    this.#nowMs = untilMs;
  }

  #takeDue(untilMs: number): { readonly atMs: number; readonly run: () => void } | undefined {
    const due = [...this.#timers].filter(([, timer]) => timer.atMs <= untilMs);
    const [first] = due.toSorted(([idA, a], [idB, b]) => a.atMs - b.atMs || idA - idB);
    if (first === undefined) return undefined;
    this.#timers.delete(first[0]);
    return first[1];
  }
}
