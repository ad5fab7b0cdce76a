import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterFailure, type FailedAttempt } from "./after-failure.ts";

const failed = (sipStatus: number | null, rest: Partial<FailedAttempt> = {}): FailedAttempt => ({
  ...{
    sipStatus,
    cause: "failed",
    wasRinging: false,
    wasSilent: false,
    retryAfterMs: null,
    q850: null,
    isEmergency: false,
  },
  ...rest,
});

describe("after a carrier's failure", () => {
  it.each([401, 402, 403, 407, 408, 420, 482, 488, 500, 502, 503, 504, 513, 606])(
    "%i is the next one's turn",
    (status) => {
      expect(afterFailure(failed(status))).toEqual({ go: "next", restMs: 0 });
    },
  );

  it.each([404, 410, 480, 484, 486, 487, 600, 603, 604, 607])("%i is the callee's answer", (status) => {
    expect(afterFailure(failed(status))).toEqual({ go: "end" });
  });

  it("silence and an INVITE that could not be sent are the next one's turn", () => {
    expect(afterFailure(failed(null, { cause: "cancelled", wasSilent: true })).go).toBe("next");
    expect(afterFailure(failed(null, { cause: "unreachable" })).go).toBe("next");
  });

  it("a 503 says for how long to stay away, within reason", () => {
    expect(afterFailure(failed(503, { retryAfterMs: 30_000 }))).toEqual({ go: "next", restMs: 30_000 });
    expect(afterFailure(failed(503, { retryAfterMs: 1e12 }))).toEqual({ go: "next", restMs: 3_600_000 });
    expect(afterFailure(failed(500, { retryAfterMs: 30_000 }))).toEqual({ go: "next", restMs: 0 });
  });

  it("a 500 that tells of a busy line, by its Reason, is the callee's answer", () => {
    expect(afterFailure(failed(500, { q850: 17 }))).toEqual({ go: "end" });
    expect(afterFailure(failed(500, { q850: 38 })).go).toBe("next");
  });

  it("an emergency call goes on whatever the carrier says, until it is given up", () => {
    const statuses = fc.option(fc.integer({ min: 200, max: 699 }), { nil: null });
    fc.assert(
      fc.property(statuses, fc.boolean(), fc.boolean(), (status, wasRinging, wasSilent) => {
        const attempt = failed(status, { wasRinging, wasSilent, isEmergency: true });
        expect(afterFailure(attempt).go).toBe("next");
        expect(afterFailure({ ...attempt, wasSilent: false, cause: "cancelled" }).go).toBe("end");
      }),
    );
  });

  it("nobody is rung twice, and nobody is called who was given up", () => {
    const statuses = fc.option(fc.integer({ min: 300, max: 699 }), { nil: null });
    fc.assert(
      fc.property(statuses, fc.boolean(), (status, wasRinging) => {
        expect(afterFailure(failed(status, { wasRinging: true })).go).toBe("end");
        expect(afterFailure(failed(status, { wasRinging, cause: "cancelled" })).go).toBe("end");
        expect(afterFailure(failed(status, { wasRinging, cause: "no-answer" })).go).toBe("end");
      }),
    );
    expect(afterFailure(failed(200)).go).toBe("end");
  });
});
