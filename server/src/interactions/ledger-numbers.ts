import { describeError, type Log } from "../base/log.ts";
import type { Postgres } from "../store/postgres.ts";
import { giveBackNumbers, takeNumbers } from "./ledger.postgres.ts";

const reserveSize = 100;
const refillBelow = 50;

/**
 * Readable numbers in reserve, so that a call gets its number while the database is away. A crash leaves a gap;
 * a clean stop gives the rest back.
 */
export class LedgerNumbers {
  #reserve: number[] = [];
  #filling: Promise<void> | null = null;
  #closed = false;
  readonly #waiting = new Map<string, (number: number) => void>();
  readonly #postgres: Postgres;
  readonly #log: Log;

  constructor(postgres: Postgres, log: Log) {
    this.#postgres = postgres;
    this.#log = log;
  }

  /** `now` is null when the reserve is empty: then the writer takes one and calls `resolve`. */
  take(interactionId: string): { now: number | null; later: Promise<number> } {
    const now = this.#reserve.shift() ?? null;
    if (this.#reserve.length < refillBelow) void this.fill(); // logs its own failure
    if (now !== null) return { now, later: Promise.resolve(now) };
    return { now, later: new Promise((resolve) => this.#waiting.set(interactionId, resolve)) };
  }

  resolve(interactionId: string, number: number): void {
    this.#waiting.get(interactionId)?.(number);
    this.#waiting.delete(interactionId);
  }

  /** Never rejects. */
  fill(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = null;
    });
    return this.#filling;
  }

  async #fill(): Promise<void> {
    try {
      this.#reserve.push(...(await takeNumbers(this.#postgres, reserveSize - this.#reserve.length)));
    } catch (error) {
      this.#log.warn({ error: describeError(error) }, "the reserve of interaction numbers was not filled");
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#filling;
    const unused = this.#reserve;
    this.#reserve = [];
    await giveBackNumbers(this.#postgres, unused).catch((error: unknown) => {
      this.#log.debug({ error: describeError(error) }, "unused interaction numbers were not given back");
    });
  }
}
