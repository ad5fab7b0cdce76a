import type { operations } from "@ringdown/contract";
import { describe, expect, it } from "vitest";
import { standingOf, takersBeside } from "./drain.ts";

const server = (name: string, change: Partial<operations.MediaServer> = {}): operations.MediaServer => ({
  ...{ name, state: "up", isDraining: false, since: 0, reconnects: 0, sessions: 3, maxSessions: 10 },
  ...{ channels: 2, waiting: 0, idleCpu: 0.9, failures: {}, mayBeStopped: false, sentence: "Takes calls" },
  ...change,
});

describe("a drain", () => {
  it("leaves new calls to those that are up, and to nobody where there is no other", () => {
    const others = [server("b"), server("c", { state: "down" }), server("d", { state: "draining" })];
    expect(takersBeside("a", [server("a"), ...others])).toEqual(["b"]);
    expect(takersBeside("b", [server("b"), ...others.slice(1)])).toEqual([]);
  });

  it("tells an empty server from one that still has calls, and one that went down meanwhile", () => {
    const draining = { state: "draining", isDraining: true } as const;
    expect(standingOf(server("a", draining))).toBe("draining");
    expect(standingOf(server("a", { ...draining, sessions: 0, mayBeStopped: true }))).toBe("empty");
    expect(standingOf(server("a", { ...draining, state: "down" }))).toBe("drained-down");
    expect(standingOf(server("a", { sessions: 10 }))).toBe("full");
    expect(standingOf(server("a", { sessions: 10, maxSessions: 0 }))).toBe("up");
  });
});
