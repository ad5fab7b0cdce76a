import { setTimeout as sleep } from "node:timers/promises";
import { ErrorReply } from "redis";
import { Failure } from "../../base/failure.ts";
import { describeError, type Log } from "../../base/log.ts";
import type { RedisClient } from "../../store/redis.ts";

const retryAfterMs = 50;

/** Error replies that pass: the server starts, fails over, or is short of something. Any other is a bug. */
const passing = /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|OOM|MISCONF|BUSY|NOREPLICAS|UNBLOCKED)/;

/** Runs commands until they succeed, over any outage, or until it is closed. */
export class Persistence {
  private readonly journal: Log;
  private readonly closing = new AbortController();

  constructor(journal: Log) {
    this.journal = journal;
  }

  get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  /** Rejects with a Failure "unavailable" once closed, and with the error when it is a bug of ours. */
  async run<T>(client: RedisClient, work: (client: RedisClient) => Promise<T>): Promise<T> {
    for (;;) {
      this.insistOnOpen();
      try {
        if (client.isReady) return await this.orClosed(work(client));
      } catch (error) {
        this.insistOnOpen();
        if (isBug(error)) throw error;
        this.journal.debug({ error: describeError(error) }, "A command to Redis failed and is tried again");
      }
      await sleep(retryAfterMs, undefined, { ref: false });
    }
  }

  close(): void {
    this.closing.abort();
  }

  private insistOnOpen(): void {
    if (this.isClosed) throw new Failure("unavailable", "The router's log is closed");
  }

  /** A command that hangs must not hold up the closing. */
  private orClosed<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.closing;
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        reject(new Failure("unavailable", "The router's log is closed"));
      };
      signal.addEventListener("abort", abort, { once: true });
      work.then(resolve, reject).finally(() => {
        signal.removeEventListener("abort", abort);
      });
    });
  }
}

function isBug(error: unknown): boolean {
  return error instanceof ErrorReply && !passing.test(error.message);
}
