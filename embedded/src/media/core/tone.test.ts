import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loudness, shareOfTone } from "../testing/signal.ts";
import { renderToneStream } from "./tone.ts";

describe("tone streams", () => {
  it("sound for the first and pause for the second number of milliseconds", () => {
    const { samples, loops } = renderToneStream("%(200,100,440)", 8000)!;
    expect([samples.length, loops]).toEqual([2400, 1]);
    expect(shareOfTone(samples.subarray(0, 1600), 440)).toBeGreaterThan(0.99);
    expect(loudness(samples.subarray(1600))).toBe(0);
  });

  it("sound several frequencies together, at the level of v=", () => {
    const loud = renderToneStream("%(500,0,350,440)", 8000)!.samples;
    expect(shareOfTone(loud, 350)).toBeGreaterThan(0.4);
    expect(shareOfTone(loud, 440)).toBeGreaterThan(0.4);
    const quiet = renderToneStream("v=-27;%(500,0,350,440)", 8000)!.samples;
    expect(loudness(loud) / loudness(quiet)).toBeGreaterThan(9);
  });

  it("repeat by l=, L= and loops", () => {
    expect(renderToneStream("l=3;%(100,0,440)", 8000)!.samples).toHaveLength(2400);
    expect(renderToneStream("L=2;%(100,0,440);%(100,0,600)", 8000)!.samples).toHaveLength(3200);
    expect(renderToneStream("%(100,0,440);loops=-1", 8000)!.loops).toBe(-1);
  });

  it("dial keys", () => {
    const { samples } = renderToneStream("d=100;w=0;5", 8000)!;
    expect(samples).toHaveLength(800);
    expect(shareOfTone(samples, 770)).toBeGreaterThan(0.4);
    expect(shareOfTone(samples, 1336)).toBeGreaterThan(0.4);
  });

  it("of nothing are nothing, and no description throws or grows without bound", () => {
    expect(renderToneStream("", 8000)).toBeUndefined();
    expect(renderToneStream("%(100)", 8000)).toBeUndefined();
    fc.assert(
      fc.property(fc.stringMatching(/^[%(),;=0-9a-zA-Z.*#-]{0,40}$/), (text) => {
        expect(renderToneStream(text, 8000)?.samples.length ?? 0).toBeLessThanOrEqual(4_800_000);
      }),
      { numRuns: 300 },
    );
  });
});
