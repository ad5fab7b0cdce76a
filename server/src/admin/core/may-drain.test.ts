import { describe, expect, it } from "vitest";
import { refusalOfDrain } from "./may-drain.ts";

const a = { name: "a:8021", isReady: true };
const b = { name: "b:8021", isReady: true };

describe("a drain", () => {
  it("is allowed while another server takes calls", () => {
    expect(refusalOfDrain("a:8021", [a, b], new Set())).toBeNull();
    expect(refusalOfDrain("a:8021", [a, b], new Set(["a:8021"]))).toBeNull();
  });

  it("is refused when the others are down, paused or drained themselves", () => {
    const refusal = {
      isUnknown: false,
      sentence: expect.stringContaining("the last media server") as string,
    };
    expect(refusalOfDrain("a:8021", [a], new Set())).toEqual(refusal);
    expect(refusalOfDrain("a:8021", [a, { ...b, isReady: false }], new Set())).toEqual(refusal);
    expect(refusalOfDrain("a:8021", [a, b], new Set(["b:8021"]))).toEqual(refusal);
  });

  it("of a server that nobody knows is refused with the names of those that there are", () => {
    expect(refusalOfDrain("c:8021", [a, b], new Set())).toEqual({
      isUnknown: true,
      sentence: "There is no media server c:8021: there is a:8021, b:8021",
    });
  });
});
