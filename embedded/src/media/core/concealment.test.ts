import { describe, expect, it } from "vitest";
import { loudness, shareOfTone, sine } from "../testing/signal.ts";
import { LossConcealment } from "./concealment.ts";

function speak(concealment: LossConcealment, frames: number): void {
  for (let i = 0; i < frames; i++) concealment.onAudio(sine(200, 160, i * 160));
}

describe("loss concealment", () => {
  it("continues a tone through one lost frame", () => {
    const concealment = new LossConcealment();
    speak(concealment, 10);
    const guess = new Int16Array(160);
    concealment.conceal(guess);
    expect(shareOfTone(guess, 200)).toBeGreaterThan(0.9);
    expect(loudness(guess)).toBeGreaterThan(3000);
  });

  it("fades a longer loss to silence", () => {
    const concealment = new LossConcealment();
    speak(concealment, 10);
    const levels = Array.from({ length: 6 }, () => {
      const guess = new Int16Array(160);
      concealment.conceal(guess);
      return loudness(guess);
    });
    expect(levels[1]).toBeLessThan(levels[0]!);
    expect(levels.slice(3)).toEqual([0, 0, 0]);
  });

  it("makes no click where real audio returns", () => {
    const concealment = new LossConcealment();
    speak(concealment, 10);
    const guess = new Int16Array(160);
    concealment.conceal(guess);
    const back = sine(200, 160, 11 * 160);
    concealment.onAudio(back);
    const steps = Array.from(back.subarray(1), (sample, i) => Math.abs(sample - back[i]!));
    const largestStepOfTone = 8000 * 2 * Math.PI * (200 / 8000) * 1.2;
    expect(Math.max(...steps)).toBeLessThan(largestStepOfTone);
    expect(Math.abs(back[0]! - guess[159]!)).toBeLessThan(largestStepOfTone * 1.5);
  });

  it("is silent when nothing was ever heard", () => {
    const guess = new Int16Array(160).fill(99);
    new LossConcealment().conceal(guess);
    expect(loudness(guess)).toBe(0);
  });
});
