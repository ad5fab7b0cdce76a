import fc from "fast-check";
import { expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

it("the pause before a new attempt grows to five seconds, give or take a quarter, whatever the dice say", () => {
  expect([1, 2, 3, 6, 100].map((attempt) => backoffMs(attempt, 0.5))).toEqual([
    250, 500, 1_000, 5_000, 5_000,
  ]);
  fc.assert(
    fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const steady = backoffMs(attempt, 0.5);
      const ms = backoffMs(attempt, random);
      expect(ms).toBeGreaterThanOrEqual(Math.floor(steady * 0.75));
      expect(ms).toBeLessThanOrEqual(Math.ceil(steady * 1.25));
      expect(ms).toBeLessThanOrEqual(6_250);
    }),
  );
});
