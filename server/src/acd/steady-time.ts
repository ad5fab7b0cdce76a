import type { Clock } from "../base/clock.ts";

/** A clock that was set is followed by so much of the time that passes: an hour's error is made good in ten. */
const followedShare = 0.1;

/**
 * The time of day, without its jumps. Every deadline of the board hangs on it: were a clock set forward by minutes,
 * all rings, wrap-ups and waits would end at once, for the agents of every node.
 */
export class SteadyTime {
  private readonly clock: Clock;
  private time: number;
  private elapsed: number | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
    this.time = clock.now();
    this.elapsed = clock.elapsed?.();
  }

  /** Epoch milliseconds, whole. */
  now(): number {
    const elapsed = this.clock.elapsed?.();
    if (elapsed === undefined || this.elapsed === undefined) return this.clock.now();
    const passed = elapsed - this.elapsed;
    const expected = this.time + passed;
    const most = passed * followedShare;
    this.elapsed = elapsed;
    this.time = expected + Math.max(-most, Math.min(most, this.clock.now() - expected));
    return Math.round(this.time);
  }
}
