/** Where time comes from: passed in, so that tests and the simulator can own it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs once at or after `atMs` (epoch milliseconds); the returned function cancels and is idempotent. */
  setTimer(atMs: number, run: () => void): () => void;
  /** Milliseconds from any start, which nobody sets: only differences mean something. Absent where `now` is such. */
  elapsed?(): number;
}

/** setTimeout holds at most 2^31-1 ms; later deadlines are reached by several hops. */
const longestTimeoutMs = 2 ** 31 - 1;

/** The machine's own clock. Timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimer(atMs, run) {
    let timer: NodeJS.Timeout;
    const arm = () => {
      const delayMs = Math.max(0, atMs - Date.now());
      timer = delayMs > longestTimeoutMs ? setTimeout(arm, longestTimeoutMs) : setTimeout(run, delayMs);
      timer.unref();
    };
    arm();
    return () => {
      clearTimeout(timer);
    };
  },
};
