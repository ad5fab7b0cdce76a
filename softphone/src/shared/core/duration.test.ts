import { expect, it } from "vitest";
import { formatCountdown, formatDuration, splitShort } from "./duration.ts";

it("tells a duration as a clock would", () => {
  expect([0, 999, 7_000, 754_000, 3_723_000, -5].map(formatDuration)).toEqual([
    "0:00",
    "0:00",
    "0:07",
    "12:34",
    "1:02:03",
    "0:00",
  ]);
});
it("tells a short time in the unit that suits it", () => {
  expect([0, 0.44, 9.96, 12.3, 999.4].map(splitShort)).toEqual(
    [0, 0.4, 10, 12, 999].map((value) => ({ unit: "milliseconds", value })),
  );
  expect([1_000, 1_240, 61_000].map(splitShort)).toEqual(
    [1, 1.2, 61].map((value) => ({ unit: "seconds", value })),
  );
});
it("counts down to zero and not below", () => {
  expect([1_001, 1_000, 1, 0, -1].map(formatCountdown)).toEqual(["0:02", "0:01", "0:01", "0:00", "0:00"]);
});
