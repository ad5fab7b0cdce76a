import type { live } from "@ringdown/contract";
import { describe, expect, it } from "vitest";
import { applyMessage, nothingYet, stalenessOf, type LiveState } from "./live-state.ts";

const queue = (queueId: string, waiting: number): live.LiveQueue => ({
  queueId,
  waiting,
  longestSince: null,
  agents: { idle: 0, offered: 0, talking: 0, wrapUp: 0, notReady: 0 },
  today: {
    offered: 0,
    answered: 0,
    answeredInTime: 0,
    abandoned: 0,
    shortAbandoned: 0,
    convertedToCallback: 0,
    calledBack: 0,
    flowedOut: 0,
    serviceLevel: null,
    averageWaitMs: null,
    longestWaitMs: null,
  },
  router: {
    estimatedWaitMs: null,
    estimateErrorMs: null,
    estimatesJudged: 0,
    timeToOfferMs: null,
    late: 0,
    callbacks: 0,
  },
});

function snapshot(seq: number): LiveState {
  const message = {
    type: "snapshot",
    stream: "s1",
    seq,
    now: 5_000,
    desk: null,
    queues: [queue("q1", 1)],
    agents: [],
    waiting: [],
  } as unknown as live.ServerMessage;
  const verdict = applyMessage(nothingYet, message, 4_000);
  if (verdict.kind !== "applied") throw new Error(verdict.kind);
  return verdict.state;
}
const event = (seq: number, change: live.LiveEvent): live.ServerMessage => ({
  type: "event",
  seq,
  event: change,
});

describe("the live state", () => {
  it("starts from a snapshot and knows how far the clocks are apart", () => {
    const state = snapshot(7);
    expect(state.seq).toBe(7);
    expect(state.clockOffsetMs).toBe(1_000);
    expect(state.queues.get("q1")?.waiting).toBe(1);
  });
  it("applies the next event and leaves the rest as it was", () => {
    const before = snapshot(7);
    const verdict = applyMessage(before, event(8, { kind: "queue", queue: queue("q2", 3) }), 0);
    if (verdict.kind !== "applied") throw new Error(verdict.kind);
    expect(verdict.state.seq).toBe(8);
    expect([...verdict.state.queues.keys()]).toEqual(["q1", "q2"]);
    expect(verdict.state.agents).toBe(before.agents);
    expect(before.queues.size).toBe(1);
  });
  it("keeps what the router says of all queues", () => {
    const timeToOfferMs = { p50: 2, p99: 9, offers: 40 };
    const verdict = applyMessage(snapshot(7), event(8, { kind: "router", router: { timeToOfferMs } }), 0);
    expect(verdict.kind === "applied" && verdict.state.router).toEqual({ timeToOfferMs });
    expect(snapshot(7).router.timeToOfferMs).toBeNull();
  });
  it("removes what is gone", () => {
    const verdict = applyMessage(snapshot(1), event(2, { kind: "queue-removed", queueId: "q1" }), 0);
    expect(verdict.kind === "applied" && verdict.state.queues.size).toBe(0);
  });
  it("passes over an event that it has seen", () => {
    expect(applyMessage(snapshot(7), event(7, { kind: "queue-removed", queueId: "q1" }), 0).kind).toBe(
      "known",
    );
  });
  it("notices a gap", () => {
    expect(applyMessage(snapshot(7), event(9, { kind: "queue-removed", queueId: "q1" }), 0).kind).toBe("gap");
  });
  it("does not go on with another stream", () => {
    const resumed: live.ServerMessage = { type: "resumed", stream: "s2", seq: 7, now: 0 };
    expect(applyMessage(snapshot(7), resumed, 0).kind).toBe("gap");
  });
  it("tells what was fetched and is stale now", () => {
    expect(stalenessOf(event(1, { kind: "changed", what: "queues" }))).toEqual({
      kind: "changed",
      what: "queues",
    });
    expect(stalenessOf(event(1, { kind: "queue-removed", queueId: "q" }))).toBeNull();
  });
});
