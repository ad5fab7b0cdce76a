import { describe, expect, it } from "vitest";
import { SteadyTime } from "./steady-time.ts";

/** A clock on the wall that can be set, and the time that really passes. */
function wall() {
  const clock = { day: 1_800_000_000_000, real: 0 };
  return {
    now: () => clock.day,
    elapsed: () => clock.real,
    setTimer: () => () => undefined,
    pass(ms: number) {
      clock.day += ms;
      clock.real += ms;
    },
    set(byMs: number) {
      clock.day += byMs;
    },
  };
}

describe("steady time", () => {
  it("is the time of day, to the millisecond, as long as nobody sets the clock", () => {
    const clock = wall();
    const steady = new SteadyTime(clock);
    for (let round = 0; round < 100; round += 1) {
      clock.pass(37);
      expect(steady.now()).toBe(clock.now());
    }
  });

  for (const minutes of [7, -7]) {
    it(`does not jump when the clock is set by ${minutes} minutes, and comes round to it`, () => {
      const clock = wall();
      const steady = new SteadyTime(clock);
      const before = steady.now();
      clock.set(minutes * 60_000);
      clock.pass(1_000);
      expect(Math.abs(steady.now() - before - 1_000)).toBeLessThanOrEqual(100);
      clock.pass(1_000);
      expect(Math.abs(steady.now() - before - 2_000)).toBeLessThanOrEqual(200);
      clock.pass(80 * 60_000);
      expect(steady.now()).toBe(clock.now());
    });
  }

  it("is the clock's own where the clock has no other", () => {
    const { now, setTimer, set } = wall();
    const steady = new SteadyTime({ now, setTimer });
    set(60_000);
    expect(steady.now()).toBe(now());
  });
});
