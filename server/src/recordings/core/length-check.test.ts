import { describe, expect, it } from "vitest";
import { isLengthRight } from "./length-check.ts";

describe("the length of a recording", () => {
  it("may differ by 300 ms in a short talk, and by 2 % in a long one", () => {
    expect(isLengthRight(1_300, 1_000)).toBe(true);
    expect(isLengthRight(1_301, 1_000)).toBe(false);
    expect(isLengthRight(102_000, 100_000)).toBe(true);
    expect(isLengthRight(102_001, 100_000)).toBe(false);
    expect(isLengthRight(97_900, 100_000)).toBe(false);
    expect(isLengthRight(0, 10_000)).toBe(false);
  });

  it("may lack 150 ms more for each time that the channel left a bridge, but have nothing more", () => {
    expect(isLengthRight(9_400, 10_000, 2)).toBe(true);
    expect(isLengthRight(9_399, 10_000, 2)).toBe(false);
    expect(isLengthRight(10_301, 10_000, 2)).toBe(false);
  });
});
