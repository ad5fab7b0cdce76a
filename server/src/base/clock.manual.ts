import type { Clock } from "./clock.ts";

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves to a time and runs what is due on the way, earliest first, each at its own time. */
  advanceTo(atMs: number): void;
  /** Moves by so many milliseconds. */
  advance(byMs: number): void;
  /** When the next timer is due, or null. */
  nextTimerAt(): number | null;
}

interface Timer {
  atMs: number;
  run: () => void;
}

export function createManualClock(startMs = 1_800_000_000_000): ManualClock {
  let now = startMs;
  const timers = new Set<Timer>();

  function earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) if (!first || timer.atMs < first.atMs) first = timer;
    return first;
  }

  function advanceTo(atMs: number): void {
    for (let timer = earliest(); timer && timer.atMs <= atMs; timer = earliest()) {
      timers.delete(timer);
      now = Math.max(now, timer.atMs);
      timer.run();
    }
    now = Math.max(now, atMs);
  }

  return {
    now: () => now,
    setTimer(atMs, run) {
      const timer = { atMs, run };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    advanceTo,
    advance: (byMs) => {
      advanceTo(now + byMs);
    },
    nextTimerAt: () => earliest()?.atMs ?? null,
  };
}
