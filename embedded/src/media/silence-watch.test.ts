import { describe, expect, it } from "vitest";
import { SilenceWatch } from "./silence-watch.ts";

/** How many frames of silence it takes, at most 1,000. */
function framesUntilOver(watch: SilenceWatch, signs: number): number {
  for (let frames = 1; frames <= 1000; frames++) if (watch.isOver(signs)) return frames;
  return Infinity;
}

describe("the watch over a party's silence", () => {
  it("ends when the limit is over, also for a party that never sent anything", () => {
    const watch = new SilenceWatch();
    watch.restart(2000);
    expect(framesUntilOver(watch, 0)).toBe(101);
  });

  it("starts anew with every sign of life and every agreement", () => {
    const watch = new SilenceWatch();
    watch.restart(1000);
    for (let i = 0; i < 50; i++) expect(watch.isOver(0)).toBe(false);
    expect(watch.isOver(1)).toBe(false);
    for (let i = 0; i < 50; i++) expect(watch.isOver(1)).toBe(false);
    watch.restart(1000);
    expect(framesUntilOver(watch, 1)).toBe(51);
  });

  it("never ends without a limit, and a limit of 0 leaves the former one", () => {
    const watch = new SilenceWatch();
    watch.restart(0);
    expect(framesUntilOver(watch, 0)).toBe(Infinity);
    watch.restart(1000);
    watch.restart(0);
    expect(framesUntilOver(watch, 0)).toBe(51);
  });
});
