import { performance } from "node:perf_hooks";

export const frameMs = 20;
export const frameSamples = 160;
export const sampleRate = 8000;

/** More ticks than this are never made up at once: after a longer stall the clock starts anew. */
const mostTicksAtOnce = 25;

/**
 * The one 20 ms clock of all channels. Deadlines are absolute, so that lateness never adds up; ticks
 * that were missed are made up one after the other.
 */
export class MediaClock {
  readonly #onTick: () => void;
  #timer: NodeJS.Timeout | undefined;
  #deadlineMs = 0;
  #ticks = 0;
  #skipped = 0;

  constructor(onTick: () => void) {
    this.#onTick = onTick;
  }

  /** Frames since the start. */
  get ticks(): number {
    return this.#ticks;
  }

  /** Frames that were never played because the process stood still too long. */
  get skipped(): number {
    return this.#skipped;
  }

  start(): void {
    this.#deadlineMs = performance.now() + frameMs;
    this.#schedule();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = setTimeout(
      () => this.#wake(),
      Math.max(1, Math.ceil(this.#deadlineMs - performance.now())),
    );
  }

  #wake(): void {
    this.#schedule();
    const behind = Math.floor((performance.now() - this.#deadlineMs) / frameMs);
    if (behind > mostTicksAtOnce) {
      this.#skipped += behind;
      this.#deadlineMs += behind * frameMs;
    }
    for (let made = 0; made < mostTicksAtOnce && performance.now() >= this.#deadlineMs; made++) {
      if (this.#timer === undefined) return;
      this.#deadlineMs += frameMs;
      this.#ticks++;
      this.#onTick();
    }
    clearTimeout(this.#timer);
    if (this.#timer !== undefined) this.#schedule();
  }
}
