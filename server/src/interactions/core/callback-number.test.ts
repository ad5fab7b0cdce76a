import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCallbackNumber } from "./callback-number.ts";

const rules = { allowed: [], isOwn: (number: string) => number === "+15550100" };
const check = (text: string, allowed: string[] = []) => checkCallbackNumber(text, { ...rules, allowed });

describe("a number to call back", () => {
  it("is taken as it is shown or typed; 00 is the plus that a telephone has no key for", () => {
    expect(check("+15550177")).toEqual({ ok: true, number: "+15550177" });
    expect(check("0301234567")).toEqual({ ok: true, number: "0301234567" });
    expect(check("004930123456")).toEqual({ ok: true, number: "+4930123456" });
  });

  it.each([
    ["anonymous", "digits"],
    ["web", "digits"],
    ["555*0177", "digits"],
    ["", "digits"],
    ["4711", "length"],
    ["1234567890123456", "length"],
    ["+15550100", "own"],
    ["15550100", "own"],
    ["0015550100", "own"],
    ["112", "emergency"],
    ["0911", "emergency"],
    ["+1911", "emergency"],
    ["00110", "emergency"],
    ["+44999", "emergency"],
  ])("is refused: %s (%s)", (text, because) => {
    expect(check(text)).toEqual({ ok: false, because });
  });

  it("must be like one of the queue's patterns, when it has any", () => {
    expect(check("+15550177", ["+1555*"]).ok).toBe(true);
    expect(check("+15560177", ["+1555*"])).toEqual({ ok: false, because: "not-allowed" });
    expect(check("030123", ["0?????"]).ok).toBe(true);
    expect(check("0301234", ["0?????"])).toEqual({ ok: false, because: "not-allowed" });
    expect(check("+15550177", ["0*", "+*"]).ok).toBe(true);
  });

  it("never throws, and never lets an emergency number through, whatever is typed", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.constantFrom("112", "911", "999", "110"), (noise, sos) => {
        check(noise);
        for (const prefix of ["", "0", "00", "9", "+1", "+49"]) expect(check(prefix + sos).ok).toBe(false);
      }),
    );
  });
});
