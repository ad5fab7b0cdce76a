import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  afterCheck,
  type CarrierHealth,
  isSignOfLife,
  nextCheckMs,
  unknownHealth,
} from "./carrier-health.ts";

const answer = { isAlive: true, roundTripMs: 12, sentence: "200 OK" };
const miss = { isAlive: false, roundTripMs: null, sentence: "No answer" };
const after = (results: (typeof answer | typeof miss)[]): CarrierHealth =>
  results.reduce((health, result, index) => afterCheck(health, result, index + 1), unknownHealth);

describe("a carrier's health", () => {
  it("is up after one answer, and down only after two misses in a row", () => {
    expect(after([]).state).toBe("unknown");
    expect(after([answer])).toMatchObject({ state: "up", since: 1 });
    expect(after([answer, miss])).toMatchObject({ state: "up", since: 1 });
    expect(after([answer, miss, answer, miss])).toMatchObject({ state: "up", since: 1 });
    expect(after([answer, miss, miss])).toMatchObject({ state: "down", since: 3, roundTripMs: null });
    expect(after([answer, miss, miss, miss])).toMatchObject({ state: "down", since: 3 });
    expect(after([answer, miss, miss, answer])).toMatchObject({ state: "up", since: 4 });
    expect(after([miss])).toMatchObject({ state: "unknown", since: null });
    expect(after([miss, miss])).toMatchObject({ state: "down", since: 2 });
  });

  it("is what the last two checks say, whatever came before", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(answer, miss), { minLength: 2 }), (results) => {
        const last = results.at(-1);
        const state = last?.isAlive === true ? "up" : results.at(-2)?.isAlive === true ? null : "down";
        if (state !== null) expect(after(results).state).toBe(state);
      }),
    );
  });

  it("is looked at again soon after a first miss, and never by all at the same time", () => {
    expect(nextCheckMs(after([answer, miss]), 30_000, 0.5)).toBe(2_000);
    for (const health of [after([answer]), after([miss, miss])]) {
      expect(nextCheckMs(health, 30_000, 0)).toBe(27_000);
      expect(nextCheckMs(health, 30_000, 1)).toBe(33_000);
    }
  });

  it("is proven by any answer but 503", () => {
    expect([200, 404, 405, 483, 500, 503, 603].filter((status) => !isSignOfLife(status))).toEqual([503]);
  });
});
