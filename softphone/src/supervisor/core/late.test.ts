import type { live } from "@ringdown/contract";
import { describe, expect, it } from "vitest";
import { lateOf, someoneNew } from "./late.ts";

const caller = (interactionId: string, late: boolean) => ({ interactionId, late }) as live.LiveWaiting;

describe("the starvation alarm", () => {
  it("is about those who are late, and sounds for each of them once", () => {
    const first = lateOf([caller("a", true), caller("b", false)]);
    expect([...first]).toEqual(["a"]);
    expect(someoneNew(new Set(), first)).toBe(true);
    expect(someoneNew(first, first)).toBe(false);
    const second = lateOf([caller("a", true), caller("b", true)]);
    expect(someoneNew(first, second)).toBe(true);
    // Somebody who left, or somebody new in the place of another.
    expect(someoneNew(second, first)).toBe(false);
    expect(someoneNew(first, lateOf([caller("b", true)]))).toBe(true);
  });
});
