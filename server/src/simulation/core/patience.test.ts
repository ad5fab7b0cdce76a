import { describe, expect, it } from "vitest";
import { drawExponential } from "./distribution.ts";
import { drawLeaving, estimatePatience, survivalAt } from "./patience.ts";
import { createRandom } from "./random.ts";

describe("patience", () => {
  it("gives the product-limit estimate of the textbook (Kaplan and Meier's remission times)", () => {
    // Freireich's 6-MP patients: events at 6, 6, 6, 7, 10, 13, 16, 22, 23; censored where marked.
    const events = [6, 6, 6, 7, 10, 13, 16, 22, 23];
    const censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
    const patience = estimatePatience([
      ...events.map((waitedMs) => ({ waitedMs, cause: "abandoned" })),
      ...censored.map((waitedMs) => ({ waitedMs, cause: null })),
    ]);
    if (!patience) throw new Error("Somebody left");
    expect(survivalAt(patience, 5)).toBe(1);
    expect(survivalAt(patience, 6)).toBeCloseTo(0.857, 3);
    expect(survivalAt(patience, 10)).toBeCloseTo(0.753, 3);
    expect(survivalAt(patience, 22)).toBeCloseTo(0.538, 3);
    expect(survivalAt(patience, 23)).toBeCloseTo(0.448, 3);
  });

  it("finds the true patience although most were answered first, where the mean of the leavers is far off", () => {
    const random = createRandom(1);
    const waits = Array.from({ length: 20_000 }, () => {
      const [patienceMs, offeredMs] = [drawExponential(120_000, random), drawExponential(30_000, random)];
      const waitedMs = Math.min(patienceMs, offeredMs);
      return { waitedMs, cause: patienceMs < offeredMs ? "abandoned" : null };
    });
    const leavers = waits.filter(({ cause }) => cause !== null);
    expect(leavers.reduce((sum, { waitedMs }) => sum + waitedMs, 0) / leavers.length).toBeLessThan(30_000);
    const patience = estimatePatience(waits);
    if (!patience) throw new Error("Somebody left");
    for (const atMs of [10_000, 30_000, 60_000, 90_000])
      expect(Math.abs(survivalAt(patience, atMs) - Math.exp(-atMs / 120_000))).toBeLessThan(0.02);
    const drawn = Array.from({ length: 20_000 }, () => drawLeaving(patience, 0, random)?.afterMs ?? 0);
    expect(drawn.reduce((sum, each) => sum + each, 0) / drawn.length / 120_000).toBeCloseTo(1, 1);
  });

  it("draws for one who has waited only what is longer, with the cause that belongs to it", () => {
    const patience = estimatePatience([
      { waitedMs: 1_000, cause: "abandoned" },
      { waitedMs: 5_000, cause: "exit-key" },
      { waitedMs: 9_000, cause: null },
    ]);
    const random = createRandom(2);
    for (let count = 0; count < 200; count += 1) {
      const leaving = drawLeaving(patience, 2_000, random);
      expect(leaving?.afterMs).toBeGreaterThan(2_000);
      if (leaving?.afterMs === 5_000) expect(leaving.cause).toBe("exit-key");
      else expect(leaving?.afterMs).toBeGreaterThan(9_000);
    }
  });

  it("is endless when nobody ever left", () => {
    expect(estimatePatience([{ waitedMs: 60_000, cause: null }])).toBeNull();
    expect(drawLeaving(null, 0, createRandom(3))).toBeNull();
  });
});
