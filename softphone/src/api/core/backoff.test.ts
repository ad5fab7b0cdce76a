import { expect, it } from "vitest";
import { retryDelayMs } from "./backoff.ts";

it("tries again at once after the first loss, then waits longer each time up to fifteen seconds", () => {
  expect([0, 1, 2, 3, 4, 5, 6, 20].map((attempt) => retryDelayMs(attempt, 0))).toEqual([
    0, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
  ]);
});
it("spreads the clients over the second half of the wait", () => {
  expect(retryDelayMs(3, 1)).toBe(1_000);
  expect(retryDelayMs(0, 1)).toBe(100);
});
