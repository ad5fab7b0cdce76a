/** Time as an input: the whole edge asks this, so that tests can move it. Milliseconds. */
export interface Clock {
  now(): number;
  /** Runs once after the delay; the returned function withdraws it and may be called at any time. */
  after(delayMs: number, run: () => void): Cancel;
}

export type Cancel = () => void;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};
