import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OfferTimes } from "./offer-times.ts";

const minute = 60_000;
/** Nearest rank. */
const exactly = (times: number[], share: number) =>
  times.toSorted((a, b) => a - b)[Math.ceil(share * times.length) - 1] ?? Number.NaN;

describe("times to offer", () => {
  it("are unknown before the first offer", () => {
    expect(new OfferTimes().figures(0)).toBeNull();
  });

  it("are told within 5 % of the exact percentiles", () => {
    const time = fc.double({ min: 0.1, max: 100_000, noNaN: true });
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 400 }), (times) => {
        const offers = new OfferTimes();
        for (const [index, ms] of times.entries()) offers.add(ms, index * 100);
        const figures = offers.figures(times.length * 100);
        expect(figures?.offers).toBe(times.length);
        for (const [told, share] of [
          [figures?.p50, 0.5],
          [figures?.p99, 0.99],
        ] as const) {
          const exact = exactly(times, share);
          expect(Math.abs((told ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.05);
        }
      }),
    );
  });

  it("forget what is older than the window, a minute at a time, and nothing else", () => {
    const offers = new OfferTimes();
    const start = 1_000 * minute;
    offers.add(5_000, start);
    for (let index = 0; index < 9; index += 1) offers.add(1, start + 10 * minute);
    expect(offers.figures(start + 14 * minute)).toMatchObject({ offers: 10 });
    expect(offers.figures(start + 14 * minute)?.p99).toBeGreaterThan(4_000);
    expect(offers.figures(start + 15 * minute)).toMatchObject({ offers: 9 });
    expect(offers.figures(start + 15 * minute)?.p99).toBeLessThan(1.1);
    expect(offers.figures(start + 25 * minute)).toBeNull();
    offers.add(2, start + 300 * minute);
    expect(offers.figures(start + 300 * minute)).toMatchObject({ offers: 1 });
  });

  it("take anything for a time: nothing is lost, nothing is negative", () => {
    const offers = new OfferTimes();
    for (const odd of [0, -1, Number.NaN, Infinity, 1e12]) offers.add(odd, 5 * minute);
    offers.add(3, 2 * minute); // a clock set back
    expect(offers.figures(0)).toMatchObject({ offers: 6 });
  });
});
