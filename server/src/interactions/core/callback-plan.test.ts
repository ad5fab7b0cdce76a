import { describe, expect, it } from "vitest";
import { afterTry, nextStep } from "./callback-plan.ts";
import { leftCauseOf, tryCauseOf } from "./callback-words.ts";

const open = { isOpen: true, opensAt: null, closesAt: null };
const closed = { isOpen: false, opensAt: 5_000, closesAt: null };

describe("a call back", () => {
  it("is in the queue from its time on, until it expires or the queue closes", () => {
    const one = { expiresAt: 10_000, nextTryAt: 3_000 };
    expect(nextStep(one, 1_000, open)).toEqual({ do: "wait", until: 3_000 });
    expect(nextStep(one, 3_000, open)).toEqual({ do: "enter", until: 10_000, leaveAs: "expired" });
    const closing = { ...open, closesAt: 7_000 };
    expect(nextStep(one, 3_000, closing)).toEqual({ do: "enter", until: 7_000, leaveAs: "closed" });
    expect(nextStep(one, 10_000, open)).toEqual({ do: "expire" });
  });

  it("waits for the next opening, or expires before it", () => {
    expect(nextStep({ expiresAt: 10_000, nextTryAt: null }, 1_000, closed)).toEqual({
      do: "wait",
      until: 5_000,
    });
    expect(nextStep({ expiresAt: 4_000, nextTryAt: null }, 1_000, closed)).toEqual({
      do: "wait",
      until: 4_000,
    });
    const unknown = { ...closed, opensAt: null };
    expect(nextStep({ expiresAt: 1e9, nextTryAt: null }, 1_000, unknown)).toEqual({
      do: "wait",
      until: 61_000,
    });
  });

  it("is tried again after the pause, and fails by the cause of the last try", () => {
    const settings = { tries: 2, retryAfterMs: 60_000 };
    expect(afterTry({ tries: 0 }, "busy", settings, 1_000)).toMatchObject({
      state: "waiting",
      tries: 1,
      nextTryAt: 61_000,
      endedAt: null,
    });
    expect(afterTry({ tries: 1 }, "no-answer", settings, 1_000)).toMatchObject({
      state: "failed",
      tries: 2,
      endedAt: 1_000,
      endReason: "no-answer",
    });
  });

  it.each([
    [{ cause: "declined", sipStatus: 486 }, "busy"],
    [{ cause: "declined", sipStatus: 603 }, "busy"],
    [{ cause: "unreachable", sipStatus: 404 }, "wrong-number"],
    [{ cause: "declined", sipStatus: 480 }, "no-answer"],
    [{ cause: "no-answer", sipStatus: null }, "no-answer"],
    [{ cause: "unreachable", sipStatus: 503 }, "unreachable"],
    [{ cause: "unreachable", sipStatus: null }, "unreachable"],
    [{ cause: "failed", sipStatus: 403 }, "forbidden"],
    [{ cause: "failed", sipStatus: 200 }, "failed"],
    [{ cause: "cancelled", sipStatus: 487 }, "cancelled"],
  ] as const)("says why the customer did not answer: %j is %s", (failure, cause) => {
    expect(tryCauseOf(failure)).toBe(cause);
  });

  it("has left the queue as whoever made it leave says", () => {
    expect(leftCauseOf({ how: "left", cause: "supervisor" })).toBe("cancelled");
    expect(leftCauseOf({ how: "left", cause: "closed" })).toBe("closed");
    expect(leftCauseOf({ how: "left", cause: "node-lost" })).toBe("system");
    expect(leftCauseOf({ how: "tried" })).toBe("not-reached");
  });
});
