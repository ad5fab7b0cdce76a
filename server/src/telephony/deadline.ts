import type { Clock } from "../base/clock.ts";

/** A command that the media server or the SIP edge did not answer in time. */
export class DeadlineError extends Error {
  constructor(what: string, deadlineMs: number) {
    super(`No answer to ${what} within ${deadlineMs} ms`);
    this.name = "DeadlineError";
  }
}

/** The outcome of a promise, or DeadlineError. The promise itself goes on; a late rejection of it is absorbed. */
export function within<T>(clock: Clock, deadlineMs: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(clock.now() + deadlineMs, () => {
      reject(new DeadlineError(what, deadlineMs));
    });
    promise.then(resolve, reject).finally(cancel);
  });
}

/** Resolves after so many milliseconds, or at once when the signal is aborted. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const cancel = clock.setTimer(clock.now() + ms, done);
    signal?.addEventListener("abort", done, { once: true });
    function done(): void {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    }
  });
}
