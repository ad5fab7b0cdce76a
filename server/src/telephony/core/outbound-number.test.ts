import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEmergencyNumber } from "./emergency-numbers.ts";
import { inFormat, type NumberPlan, readOutboundNumber, writeNumber } from "./outbound-number.ts";

const plan = (region?: string): NumberPlan => ({
  ...{ region, emergencyRegions: region === undefined ? [] : [region], emergencyNumbers: ["7700"] },
});

describe("a number on its way out", () => {
  it.each([
    ["+49 (30) 123-456", "DE", "+4930123456"],
    ["030/123456", "DE", "+4930123456"],
    ["tel:+1-650-253-0000", "DE", "+16502530000"],
    ["0041 44 668 18 00", "DE", "+41446681800"],
    ["6502530000", "US", "+16502530000"],
    ["011 49 30 123456", "US", "+4930123456"],
    ["00493012345678", undefined, "+493012345678"],
    ["030123456", undefined, "030123456"],
    ["1000", "US", "1000"],
    ["*98#", "US", "*98#"],
  ])("%s in %s is %s", (dialed, region, number) => {
    expect(readOutboundNumber(dialed, plan(region))).toEqual({ number, isEmergency: false });
  });

  it.each(["", "sales", "+", "++1", "1;2", "12345678901234567890123456789012345678901"])(
    "is none in %j",
    (dialed) => {
      expect(readOutboundNumber(dialed, plan("US"))).toBeNull();
    },
  );

  it.each([
    ["112", "US"],
    ["9-1-1", "DE"],
    ["110", "DE"],
    ["999", "GB"],
    ["1 1 9", "CN"],
    ["120", "CN"],
    ["119", undefined],
    ["7700", "GB"],
  ])("is left as it is when it is the emergency number %s in %s", (dialed, region) => {
    const number = dialed.replace(/\D/g, "");
    expect(readOutboundNumber(dialed, plan(region))).toEqual({ number, isEmergency: true });
  });

  it("is no emergency elsewhere, and 112 and 911 are one everywhere", () => {
    expect(isEmergencyNumber("999", ["DE"])).toBe(false);
    expect(isEmergencyNumber("", ["US"])).toBe(false);
    const regions = fc.array(fc.stringMatching(/^[A-Z]{2}$/), { maxLength: 3 });
    fc.assert(
      fc.property(regions, (some) => isEmergencyNumber("112", some) && isEmergencyNumber("911", some)),
    );
  });
});

describe("a carrier's way of writing numbers", () => {
  const rules = (format: "e164" | "e164-without-plus" | "national", strip = 0, add = "") => ({
    format,
    strip,
    add,
  });
  it.each([
    ["+4930123456", rules("e164"), "DE", "+4930123456"],
    ["+4930123456", rules("e164-without-plus"), "DE", "4930123456"],
    ["+4930123456", rules("national"), "DE", "030123456"],
    ["+16502530000", rules("national"), "DE", "0016502530000"],
    ["+16502530000", rules("national"), "US", "6502530000"],
    ["+4930123456", rules("national"), "US", "0114930123456"],
    ["+4930123456", rules("national"), undefined, "4930123456"],
    ["+4930123456", rules("e164-without-plus", 2, "9900"), "DE", "990030123456"],
    ["1000", rules("national", 0, "9"), "DE", "91000"],
  ])("writes %s by %j in %s as %s", (number, how, region, written) => {
    expect(writeNumber(number, how, region)).toBe(written);
  });

  it("keeps the number: what is written nationally is read back as the same", () => {
    const numbers = fc.constantFrom(
      "+4930123456",
      "+16502530000",
      "+442079460000",
      "+8613800138000",
      "+33142685300",
    );
    fc.assert(
      fc.property(numbers, fc.constantFrom("DE", "US", "GB", "CN", "FR"), (number, region) => {
        const written = inFormat(number, "national", region);
        expect(readOutboundNumber(written, plan(region))?.number).toBe(number);
      }),
    );
  });
});
