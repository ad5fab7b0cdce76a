import { describe, expect, it } from "vitest";
import { axisOf, lastWeek, verdictOf } from "./simulation.ts";

describe("a simulated difference", () => {
  const estimate = (mean: number, low: number, high: number) => ({ mean, low, high });
  it("within its interval of nothing is noise", () => {
    expect(verdictOf(estimate(0.02, -0.01, 0.05), "higher", 5)).toBe("noise");
  });
  it("is better or worse by what the figure is for, and only more or less where neither is", () => {
    expect(verdictOf(estimate(0.1, 0.05, 0.15), "higher", 5)).toBe("better");
    expect(verdictOf(estimate(9_000, 4_000, 14_000), "lower", 5)).toBe("worse");
    expect(verdictOf(estimate(-0.1, -0.2, -0.05), null, 5)).toBe("less");
  });
  it("of one run has no interval to judge by", () => {
    expect(verdictOf(estimate(0.1, 0.1, 0.1), "higher", 1)).toBe("one-run");
    expect(verdictOf(estimate(0, 0, 0), "higher", 1)).toBe("same");
  });
});

describe("the chart's axis", () => {
  it.each([
    [1, 1],
    [0.83, 1],
    [37, 40],
    [240_000, 300_000],
    [0, 1],
  ])("for %d goes to %d", (most, top) => expect(axisOf(most).top).toBeCloseTo(top));
});

describe("last week", () => {
  it("is the seven days before this week's Monday, seen from any day of the week", () => {
    for (const day of ["2026-11-23", "2026-11-26", "2026-11-29"]) {
      const { fromDay, toDay } = lastWeek(new Date(`${day}T15:00:00`).getTime());
      expect([fromDay.getDate(), toDay.getDate()]).toEqual([16, 22]);
    }
  });
});
