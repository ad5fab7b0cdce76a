import { describe, expect, it } from "vitest";
import { readRefusal } from "./failure.ts";

describe("a refusal", () => {
  it("keeps the code, the sentence and the fields of the contract's body", () => {
    const body = {
      error: {
        code: "bad-request",
        message: "The name is taken",
        fields: [{ path: "body.name", message: "taken" }],
        requestId: "r1",
      },
    };
    const refusal = readRefusal(400, body, null);
    expect(refusal.code).toBe("bad-request");
    expect(refusal.message).toBe("The name is taken");
    expect(refusal.fields).toEqual([{ path: "body.name", message: "taken" }]);
    expect(refusal.requestId).toBe("r1");
  });
  it("knows how long to wait", () => {
    const body = { error: { code: "rate-limited", message: "Too many", requestId: "r" } };
    expect(readRefusal(429, body, "30").retryAfterSeconds).toBe(30);
  });
  it("of a proxy in between is told as unavailable, of anything else as unexpected", () => {
    expect(readRefusal(502, "<html>", null).code).toBe("unavailable");
    expect(readRefusal(404, null, null).code).toBe("unexpected");
  });
});
