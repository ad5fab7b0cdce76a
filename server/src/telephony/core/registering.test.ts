import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterRegister, type RegisterAnswer } from "./registering.ts";

const asked = { expirySeconds: 3_600, token: "t0k3n", failures: 0, random: 0.5 };
const answer = (status: number | null, rest: Partial<RegisterAnswer> = {}): RegisterAnswer => ({
  ...{
    status,
    reason: "",
    contact: undefined,
    expires: undefined,
    minExpires: undefined,
    retryAfter: undefined,
  },
  ...rest,
});

describe("a registrar's 200", () => {
  it.each([
    ["<sip:other@192.0.2.1>;expires=9, <sip:t0k3n@192.0.2.2:5060>;expires=120", "60", 120],
    ["<sip:t0k3n@192.0.2.2>", "60", 60],
    ["<sip:other@192.0.2.1>;expires=9", undefined, 3_600],
    [undefined, undefined, 3_600],
  ])("with Contact %s and Expires %s grants %i seconds", (contact, expires, grantedSeconds) => {
    const after = afterRegister(answer(200, { contact, expires }), asked);
    expect(after).toMatchObject({ kind: "registered", grantedSeconds });
  });

  it("that grants nothing is a failure", () => {
    const after = afterRegister(answer(200, { contact: "<sip:t0k3n@h>;expires=0" }), asked);
    expect(after).toMatchObject({
      kind: "failed",
      sentence: expect.stringContaining("did not keep") as string,
    });
  });

  it("is refreshed before it expires, at a time that nobody shares", () => {
    const grants = fc.integer({ min: 2, max: 86_400 });
    fc.assert(
      fc.property(grants, fc.double({ min: 0, max: 1, noNaN: true }), (seconds, random) => {
        const after = afterRegister(answer(200, { expires: String(seconds) }), { ...asked, random });
        if (after.kind !== "registered") throw new Error(after.kind);
        expect(after.refreshInMs).toBeLessThan(seconds * 1_000);
        expect(after.refreshInMs).toBeGreaterThanOrEqual(1_000);
      }),
    );
  });
});

describe("a registrar's refusal", () => {
  it("by 423 is obeyed at once, unless it makes no sense", () => {
    expect(afterRegister(answer(423, { minExpires: "7200" }), asked)).toEqual({
      kind: "again",
      expirySeconds: 7_200,
    });
    for (const minExpires of [undefined, "60", "x", "999999999"])
      expect(afterRegister(answer(423, { minExpires }), asked).kind).toBe("failed");
  });

  it("is answered by waiting longer each time, with jitter and a bound", () => {
    const waits = [0, 1, 2, 20].map((failures) => {
      const after = afterRegister(answer(null), { ...asked, failures });
      return after.kind === "failed" ? after.retryInMs : NaN;
    });
    expect(waits).toEqual([5_000, 10_000, 20_000, 300_000]);
    const early = afterRegister(answer(500), { ...asked, random: 0 });
    const late = afterRegister(answer(500), { ...asked, random: 1 });
    expect([early, late]).toMatchObject([{ retryInMs: 3_750 }, { retryInMs: 6_250 }]);
  });

  it("waits as long as Retry-After says, and long after a wrong password", () => {
    expect(
      afterRegister(answer(503, { retryAfter: "120 (maintenance)" }), { ...asked, random: 0 }),
    ).toMatchObject({
      retryInMs: 120_000,
    });
    expect(afterRegister(answer(403, { reason: "Forbidden" }), asked)).toMatchObject({
      sentence: "The registrar answered 403 Forbidden",
      retryInMs: 600_000,
    });
  });
});
