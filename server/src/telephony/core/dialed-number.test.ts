import { describe, expect, it } from "vitest";
import { callerNumber, dialedNumber } from "./dialed-number.ts";

describe("the number that was dialed", () => {
  it.each([
    ["sip:+15550100@h", ["+15550100", "15550100"]],
    ["sip:15550100@h;user=phone", ["+15550100", "15550100"]],
    ["sip:%2B1555-0100;phone-context=x@h", ["+15550100", "15550100"]],
    ["tel:+1-555-0100", ["+15550100", "15550100"]],
    ["sip:1000@h", ["1000"]],
    ["sip:004930123456@h", ["+4930123456", "004930123456"]],
    ["sip:sales@h", ["sales"]],
    ["sip:*98@h", ["*98"]],
  ])("of %s may be %j", (uri, forms) => {
    expect(dialedNumber(uri)).toEqual({ number: forms[0], forms });
  });

  it("is national where a region says so", () => {
    expect(dialedNumber("sip:6502530000@h", "US")?.number).toBe("+16502530000");
    expect(dialedNumber("sip:030123456@h", "DE")?.number).toBe("+4930123456");
    expect(dialedNumber("sip:1000@h", "US")?.number).toBe("1000");
  });

  it.each(["sip:h", "http://x", "sip:@h", ""])("is none in %j", (uri) => {
    expect(dialedNumber(uri)).toBeNull();
  });
});

describe("the number of the caller", () => {
  it.each([
    ['"Ann" <sip:+15550177@h>;tag=1', "+15550177"],
    ["<sip:16502530000@h>;tag=1", "+16502530000"],
    ["<sip:1001@h>;tag=1", "1001"],
    ["<sip:ann@h>;tag=1", "ann"],
    ["<sip:anonymous@anonymous.invalid>;tag=1", "anonymous"],
    ["<sip:+15550177@anonymous.invalid>;tag=1", "anonymous"],
    ["<sip:Unavailable@h>;tag=1", "anonymous"],
    ["nonsense <", "anonymous"],
  ])("in From %s is %s", (from, number) => {
    expect(callerNumber({ from })).toBe(number);
  });

  it("is the asserted one of a peer that is trusted", () => {
    const headers = {
      from: "<sip:anonymous@anonymous.invalid>",
      assertedIdentity: "<sip:+15550177@carrier>",
    };
    expect(callerNumber(headers)).toBe("+15550177");
    expect(callerNumber({ from: undefined })).toBe("anonymous");
  });
});
