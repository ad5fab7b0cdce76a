import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { StorySpan } from "./core/span.ts";

/** Sends one batch; resolves with what went wrong, or null. Never rejects. */
export type SendSpans = (spans: StorySpan[]) => Promise<string | null>;

interface QueueOptions {
  send: SendSpans;
  clock: Clock;
  log: Log;
  /** Spans that wait while a batch is on its way; one too many and the newest are dropped. */
  mostWaiting?: number;
  mostInBatch?: number;
  everyMs?: number;
}

/** Spans on their way out, one batch at a time. Whoever adds one never waits, whatever the other side does. */
export class SpanQueue {
  readonly #options: Required<QueueOptions>;
  #waiting: StorySpan[] = [];
  #sending: Promise<void> | null = null;
  #stopTimer: (() => void) | null = null;
  #isAway = false;
  #exported = 0;
  #dropped = 0;

  constructor(options: QueueOptions) {
    this.#options = { mostWaiting: 8_192, mostInBatch: 512, everyMs: 2_000, ...options };
  }

  get counts(): { exported: number; dropped: number; waiting: number } {
    return { exported: this.#exported, dropped: this.#dropped, waiting: this.#waiting.length };
  }

  add(span: StorySpan): void {
    if (this.#waiting.length >= this.#options.mostWaiting) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push(span);
    if (this.#waiting.length >= this.#options.mostInBatch) void this.flush();
    else this.#arm();
  }

  /** Sends what waits now; resolves when that is done. Never rejects. */
  async flush(): Promise<void> {
    while (this.#sending !== null) await this.#sending;
    this.#stopTimer?.();
    this.#stopTimer = null;
    if (this.#waiting.length === 0) return;
    this.#sending = this.#sendBatch(this.#waiting.splice(0, this.#options.mostInBatch));
    await this.#sending;
    if (this.#waiting.length > 0) this.#arm();
  }

  /** Sends what is left, for a moment. */
  async close(withinMs: number): Promise<void> {
    const { clock } = this.#options;
    let stopTimer = () => {};
    const late = new Promise<void>((resolve) => {
      stopTimer = clock.setTimer(clock.now() + withinMs, resolve);
    });
    await Promise.race([this.#flushAll(), late]);
    stopTimer();
    this.#stopTimer?.();
    this.#dropped += this.#waiting.splice(0).length;
  }

  async #flushAll(): Promise<void> {
    while (this.#waiting.length > 0 || this.#sending !== null) await this.flush();
  }

  #arm(): void {
    const { clock, everyMs } = this.#options;
    this.#stopTimer ??= clock.setTimer(clock.now() + everyMs, () => {
      this.#stopTimer = null;
      void this.flush();
    });
  }

  async #sendBatch(batch: StorySpan[]): Promise<void> {
    const problem = await this.#options.send(batch);
    this.#sending = null;
    if (problem === null) this.#exported += batch.length;
    else this.#dropped += batch.length;
    this.#tell(problem);
  }

  /** Once when it begins and once when it is over. */
  #tell(problem: string | null): void {
    const { log } = this.#options;
    if (this.#isAway === (problem !== null)) return;
    this.#isAway = problem !== null;
    if (problem === null) log.info({}, "Traces are taken again");
    else log.warn({ problem }, "Traces are not taken; they are dropped until they are");
  }
}
