import { describe, expect, it } from "vitest";
import { DigitEntry, KeyBuffer } from "./digit-entry.ts";

describe("an entry of digits", () => {
  it("is done when there are enough", () => {
    const entry = new DigitEntry({ maxDigits: 2, terminators: "#" });
    expect(entry.press("1")).toEqual({ state: "open", digits: "1" });
    expect(entry.press("2")).toEqual({ state: "done", digits: "12", terminator: null, isTimeout: false });
  });

  it("is done at a terminator, which is no part of it", () => {
    const entry = new DigitEntry({ maxDigits: 9, terminators: "#*" });
    entry.press("7");
    expect(entry.press("*")).toEqual({ state: "done", digits: "7", terminator: "*", isTimeout: false });
    expect(new DigitEntry({ maxDigits: 9, terminators: "#" }).press("#")).toMatchObject({
      digits: "",
      terminator: "#",
    });
  });

  it("times out only when there is nothing", () => {
    const entry = new DigitEntry({ maxDigits: 9, terminators: "" });
    expect(entry.timeOut()).toMatchObject({ digits: "", isTimeout: true });
    entry.press("#");
    expect(entry.timeOut()).toMatchObject({ digits: "#", isTimeout: false });
  });
});

describe("keys pressed ahead", () => {
  it("are taken in order, and bounded", () => {
    const keys = new KeyBuffer();
    for (let i = 0; i < 1_000; i++) keys.push("5");
    expect(keys.take()).toBe("5");
    expect(keys.takeAll()).toHaveLength(63);
    expect(keys.isEmpty).toBe(true);
    expect(keys.take()).toBe("");
  });
});
