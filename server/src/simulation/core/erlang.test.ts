import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { erlangB, erlangC, staffWithErlangA, staffWithErlangC } from "./erlang.ts";

describe("Erlang B", () => {
  // Tables of the Erlang loss formula, as printed in every book on teletraffic.
  it.each([
    [1, 1, 0.5],
    [5, 3, 0.1101],
    [10, 5, 0.0184],
    [10, 10, 0.2146],
    [20, 12.03, 0.01],
    [100, 84.06, 0.01],
    [100, 100, 0.0757],
  ])("gives the published loss for %i servers and %f Erlang", (n, load, loss) => {
    expect(erlangB(n, load)).toBeCloseTo(loss, 4);
  });

  it("is stable where factorials are not", () => {
    expect(erlangB(10_000, 9_900)).toBeGreaterThan(0);
    expect(erlangB(10_000, 9_900)).toBeLessThan(0.01);
    expect(erlangB(5_000, 1)).toBe(0);
    expect(erlangB(0, 5)).toBe(1);
    expect(erlangB(3, 0)).toBe(0);
  });
});

describe("Erlang C", () => {
  it("gives the published example: 100 calls of 3 minutes in half an hour for 14 agents", () => {
    const result = staffWithErlangC({ n: 14, callsPerTime: 100 / 1_800, handling: 180, within: 20 });
    expect(result.waits).toBeCloseTo(0.174, 3);
    expect(result.serviceLevel).toBeCloseTo(0.888, 3);
    expect(result.averageWait).toBeCloseTo(7.8, 1);
    expect(result.occupancy).toBeCloseTo(0.714, 3);
  });

  it("has everybody wait, without end, when the load is too much", () => {
    expect(erlangC(8, 8)).toBe(1);
    expect(staffWithErlangC({ n: 8, callsPerTime: 9, handling: 1, within: 1 })).toMatchObject({
      averageWait: Infinity,
      serviceLevel: 0,
    });
  });
});

describe("Erlang A", () => {
  // Garnett, Mandelbaum and Reiman, Designing a call center with impatient customers (2002): 48 calls a minute,
  // one minute of service, 50 agents, and patience of 2 minutes or none at all.
  const example = { n: 50, callsPerTime: 48, handling: 1 };

  it("gives the published example with patient and with impatient callers", () => {
    const patient = staffWithErlangC({ ...example, within: 1 / 3 });
    expect(patient.averageWait * 60).toBeCloseTo(20.8, 1);
    const impatient = staffWithErlangA({ ...example, patience: 2, within: 1 / 3 });
    expect(impatient.abandons).toBeCloseTo(0.031, 3);
    expect(impatient.averageWait * 60).toBeCloseTo(3.7, 1);
    expect(impatient.occupancy).toBeCloseTo(0.93, 2);
  });

  it("comes to Erlang C when patience is endless", () => {
    const parts = { n: 14, callsPerTime: 10, handling: 1, within: 0.1 };
    const [c, a] = [staffWithErlangC(parts), staffWithErlangA({ ...parts, patience: 1e6 })];
    expect(a.waits).toBeCloseTo(c.waits, 4);
    expect(a.answeredWithin).toBeCloseTo(c.serviceLevel, 4);
    expect(a.averageWaitOfAnswered).toBeCloseTo(c.averageWait, 4);
  });

  it("balances at any load: what comes is answered or abandons, and nothing leaves its range", () => {
    const parts = fc.record({
      n: fc.integer({ min: 1, max: 400 }),
      callsPerTime: fc.double({ min: 0.1, max: 800, noNaN: true }),
      patience: fc.double({ min: 0.05, max: 20, noNaN: true }),
      within: fc.double({ min: 0, max: 30, noNaN: true }),
    });
    fc.assert(
      fc.property(parts, (each) => {
        const result = staffWithErlangA({ ...each, handling: 1 });
        const { waits, abandons, answeredWithin, abandonsWithin, occupancy } = result;
        for (const share of [waits, abandons, answeredWithin, abandonsWithin, occupancy]) {
          expect(share).toBeGreaterThanOrEqual(-1e-6);
          expect(share).toBeLessThanOrEqual(1 + 1e-6);
        }
        expect(abandonsWithin).toBeLessThanOrEqual(abandons + 1e-6);
        expect(answeredWithin).toBeLessThanOrEqual(1 - abandons + 1e-6);
        // Little's law for those who are served: the load that is carried.
        expect(occupancy * each.n).toBeCloseTo(each.callsPerTime * (1 - abandons), 6);
      }),
      { numRuns: 100 },
    );
  });
});
