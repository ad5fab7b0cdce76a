import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import { describeError, type Log } from "../base/log.ts";
import type { Postgres } from "../store/postgres.ts";
import type { LedgerBuffer } from "./ledger-buffer.ts";
import type { LedgerRecord } from "./ledger-record.ts";
import { writeBatch } from "./ledger.postgres.ts";

const batchSize = 500;
/** From the start of one batch to the next, so that a busy hour's entries share transactions; the first goes at once. */
const betweenBatchesMs = 25;
const firstRetryMs = 100;
const longestRetryMs = 2_000;

interface WriterParts {
  postgres: Postgres;
  clock: Clock;
  log: Log;
  nodeId: string;
  buffer: LedgerBuffer;
  onNumber(interactionId: string, number: number): void;
  onRefused(record: LedgerRecord, sentence: string): Promise<void>;
}

interface Flush {
  upTo: number;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Carries the buffer to PostgreSQL, one batch at a time, in order:
 *
 *   idle -push-> writing -written-> idle | gathering (25 ms from batch to batch) -> writing
 *                writing -database away-> waiting (100 ms doubling to 2 s) -> writing
 *                writing -refused-> singly, so that only the bad record is set aside
 */
export class LedgerWriter {
  readonly #parts: WriterParts;
  #pushed: number;
  #written = 0;
  #flushes: Flush[] = [];
  #running: Promise<void> | null = null;
  #started = false;
  #singly = 0;
  #failingSince: number | null = null;
  readonly #stopping = new AbortController();
  /** By the monotonic clock. */
  #nextBatchAt = 0;
  /** Aborted when a batch that is being gathered is wanted, or never will be. */
  #hurry = new AbortController();

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#pushed = parts.buffer.size;
  }

  start(): void {
    this.#started = true;
    this.#run();
  }

  push(record: LedgerRecord): void {
    this.#parts.buffer.push(record);
    this.#pushed += 1;
    this.#run();
  }

  flush(): Promise<void> {
    if (this.#written >= this.#pushed) return Promise.resolve();
    if (this.#stopping.signal.aborted) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#flushes.push({ upTo: this.#pushed, resolve, reject });
      this.#hurry.abort();
    });
  }

  backlog(): { entries: number; failingSince: number | null } {
    return { entries: this.#parts.buffer.size, failingSince: this.#failingSince };
  }

  /** Waits for what is left as long as the database answers, at most `patienceMs`; the rest goes to the disk. */
  async close(patienceMs: number): Promise<void> {
    if (this.#failingSince === null) {
      const patience = new AbortController();
      const late = wait(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined);
      await Promise.race([this.flush().catch(() => undefined), late]);
      patience.abort();
    }
    this.#stopping.abort();
    this.#hurry.abort();
    await this.#running;
    for (const flush of this.#flushes.splice(0)) flush.reject(closed());
    await this.#parts.buffer.close();
  }

  #run(): void {
    if (!this.#started || this.#stopping.signal.aborted) return;
    this.#running ??= this.#writeAll()
      .catch(async (error: unknown) => {
        this.#parts.log.error({ error: describeError(error) }, "the ledger's writer stumbled");
        await this.#pause(longestRetryMs);
      })
      .finally(() => {
        this.#running = null;
        if (this.#written < this.#pushed) this.#run();
      });
  }

  async #writeAll(): Promise<void> {
    let retryMs = firstRetryMs;
    while (!this.#stopping.signal.aborted) {
      await this.#gather();
      const records = await this.#parts.buffer.peek(this.#singly > 0 ? 1 : batchSize);
      if (records.length === 0) {
        if (this.#parts.buffer.size === 0) return this.#settle();
        continue; // pushed meanwhile
      }
      this.#nextBatchAt = performance.now() + betweenBatchesMs;
      if (await this.#write(records)) {
        retryMs = firstRetryMs;
        continue;
      }
      await this.#pause(retryMs);
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    }
  }

  /** Until the next batch is due, it is full, or somebody waits for what is in it. */
  async #gather(): Promise<void> {
    const leftMs = this.#nextBatchAt - performance.now();
    if (leftMs <= 0 || this.#flushes.length > 0 || this.#parts.buffer.size >= batchSize) return;
    this.#hurry = new AbortController();
    await wait(leftMs, undefined, { signal: this.#hurry.signal }).catch(() => undefined); // somebody waits
  }

  /** Nothing is left: a damaged line of the spool may have been counted. */
  #settle(): void {
    this.#written = this.#pushed;
    this.#answerFlushes();
  }

  /** False when the database is away and the same records must be tried again. */
  async #write(records: LedgerRecord[]): Promise<boolean> {
    try {
      const { numbers, refused } = await writeBatch(this.#parts.postgres, this.#parts.nodeId, records);
      for (const [interactionId, number] of numbers) this.#parts.onNumber(interactionId, number);
      for (const { entry, sentence } of refused)
        await this.#parts.onRefused({ kind: "entry", entry }, sentence);
      this.#finish(records.length);
      return true;
    } catch (error) {
      if (isAway(error)) return this.#noteAway(error);
      return await this.#setAside(records, error);
    }
  }

  #noteAway(error: unknown): false {
    if (this.#failingSince === null)
      this.#parts.log.warn({ error: describeError(error) }, "the ledger cannot be written now; it is kept");
    this.#failingSince ??= this.#parts.clock.now();
    return false;
  }

  /** Something in these records is refused: find out which, one by one. */
  async #setAside(records: LedgerRecord[], error: unknown): Promise<true> {
    const [only] = records;
    if (records.length > 1 || only === undefined) {
      this.#singly = records.length;
      return true;
    }
    await this.#parts.onRefused(only, describeError(error));
    this.#finish(1);
    return true;
  }

  #finish(count: number): void {
    if (this.#failingSince !== null)
      this.#parts.log.info({ left: this.#parts.buffer.size }, "the ledger is being written again");
    this.#failingSince = null;
    this.#singly = Math.max(0, this.#singly - count);
    this.#parts.buffer.drop(count);
    this.#written += count;
    this.#answerFlushes();
  }

  #answerFlushes(): void {
    const done = this.#flushes.filter((flush) => flush.upTo <= this.#written);
    this.#flushes = this.#flushes.filter((flush) => flush.upTo > this.#written);
    for (const flush of done) flush.resolve();
  }

  async #pause(delayMs: number): Promise<void> {
    await wait(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined); // closing
  }
}

function isAway(error: unknown): boolean {
  return error instanceof Failure && (error.code === "unavailable" || error.code === "disk-full");
}

function closed(): Failure {
  return new Failure("unavailable", "The ledger is closed");
}
