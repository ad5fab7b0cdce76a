import { describe, expect, it } from "vitest";
import type { LedgerEvent } from "../../contract/ledger.ts";
import { traceIdOf, type StorySpan } from "./span.ts";
import { StoryTrace } from "./story-trace.ts";

const interactionId = "0af76519-16cd-43dd-8448-eb211c80319c";
const started: LedgerEvent = {
  type: "interaction.started",
  channel: "voice",
  direction: "inbound",
  source: "trunk",
  trunkId: "t",
  from: "+15550142",
  to: "+15550100",
  sipCallId: "abc@carrier",
};
const queueId = "q";
const ids = { agentId: "a", queueId };
const offer = (offerId: string) => ({ ...ids, offerId });
const made = (offerId: string) =>
  ({ ...offer(offerId), type: "offer.made", timeToOfferMs: 4, reason: {} }) as unknown as LedgerEvent;
const recording = { recordingId: "r", kind: "talk" } as const;

/** Each line at its time, in milliseconds since the beginning. */
function tell(lines: [at: number, event: LedgerEvent][]): { spans: StorySpan[]; trace: StoryTrace } {
  const trace = new StoryTrace(interactionId);
  const spans = lines.flatMap(([at, event], index) =>
    trace.take({ interactionId, seq: index + 1, at: 1_000 + at, event }),
  );
  return { spans, trace };
}

/** `talk 60-90 in interaction`. */
function outline(spans: StorySpan[]): string[] {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return spans.map(({ name, startAt, endAt, parentId }) => {
    const parent = parentId === null ? "nothing" : (names.get(parentId) ?? "unknown");
    return `${name} ${startAt - 1_000}-${endAt - 1_000} in ${parent}`;
  });
}

const answeredCall: [number, LedgerEvent][] = [
  [0, started],
  [1, { type: "flow.entered", flowId: "f", version: 3 }],
  [5, { type: "flow.pressed", node: "menu", digits: "4711" }],
  [6, { type: "queue.entered", queueId, priority: 0, enqueuedAt: 0 }],
  [7, made("o1")],
  [8, { type: "offer.ringing", offerId: "o1", agentId: "a" }],
  [20, { ...offer("o1"), type: "offer.ended", cause: "no-answer", ringMs: 13 }],
  [21, made("o2")],
  [30, { ...offer("o2"), type: "offer.ended", cause: "accepted", ringMs: 9 }],
  [31, { type: "recording.started", ...recording }],
  [32, { type: "queue.left", queueId, cause: "answered", waitMs: 26 }],
  [33, { type: "talk.started", ...ids, answerToBridgeMs: 2 }],
  [40, { type: "hold.started", agentId: "a" }],
  [50, { type: "hold.ended", agentId: "a", holdMs: 10 }],
  [60, { type: "talk.ended", agentId: "a", by: "customer", cause: "normal", talkMs: 17, holdMs: 10 }],
  [61, { type: "wrap-up.started", ...ids, limitMs: null }],
  [62, { type: "flow.left", node: "queue", cause: "answered" }],
  [63, { type: "interaction.ended", by: "customer", cause: "hung-up", outcome: "answered", durationMs: 63 }],
  [70, { type: "recording.stopped", ...recording, durationMs: 27, bytes: 1, sha256: "s" }],
  [71, { type: "recording.mismatch", recordingId: "r", durationMs: 27, expectedMs: 29 }],
  [90, { type: "wrap-up.ended", agentId: "a", wrapUpMs: 29, cause: "agent" }],
];

describe("the trace of an interaction", () => {
  it("has a span for each part of an answered call, in the part that it belongs to", () => {
    const { spans, trace } = tell(answeredCall);
    expect(outline(spans)).toEqual([
      "ivr node 1-5 in flow",
      "offer 7-20 in queue",
      "offer 21-30 in queue",
      "queue 6-32 in flow",
      "hold 40-50 in talk",
      "talk 33-60 in interaction",
      "flow 1-62 in interaction",
      "interaction 0-63 in nothing",
      "recording 31-70 in interaction",
      "recording mismatch 71-71 in interaction",
      "wrap-up 61-90 in interaction",
    ]);
    expect(trace.isOver).toBe(true);
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
    expect(spans.filter(({ isFailed }) => isFailed).map(({ name }) => name)).toEqual(["recording mismatch"]);
  });

  it("is found by the interaction's id, and says how it came out", () => {
    const { spans } = tell(answeredCall);
    expect(traceIdOf(interactionId)).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(spans.every(({ traceId }) => traceId === traceIdOf(interactionId))).toBe(true);
    expect(spans.find(({ name }) => name === "interaction")).toMatchObject({
      kind: "server",
      attributes: {
        "ringdown.call_id": interactionId,
        "ringdown.source": "trunk",
        "ringdown.outcome": "answered",
        "ringdown.by": "customer",
      },
    });
    const [first] = spans.filter(({ name }) => name === "offer");
    expect(first).toMatchObject({
      attributes: { "ringdown.agent_id": "a", "ringdown.cause": "no-answer", "ringdown.time_to_offer_ms": 4 },
      events: [{ name: "offer.ringing", at: 1_008 }],
    });
  });

  it("has no numbers and no keys", () => {
    expect(JSON.stringify(tell(answeredCall).spans)).not.toMatch(/15550|4711/);
  });

  it("ends what a fault leaves open, and says that the interaction failed", () => {
    const { spans } = tell([
      ...answeredCall.slice(0, 5),
      [9, { type: "fault", where: "call", sentence: "Lost" }],
      [10, { type: "interaction.ended", by: "system", cause: "fault", outcome: "failed", durationMs: 10 }],
    ]);
    expect(outline(spans)).toEqual([
      "ivr node 1-5 in flow",
      "flow 1-10 in interaction",
      "queue 6-10 in flow",
      "offer 7-10 in queue",
      "interaction 0-10 in nothing",
    ]);
    expect(spans.at(-1)).toMatchObject({ isFailed: true, events: [{ name: "fault", at: 1_009 }] });
  });

  it("has a queue's overflow into another flow within the first one", () => {
    const { spans } = tell([
      [0, started],
      [1, { type: "flow.entered", flowId: "f", version: 1 }],
      [2, { type: "queue.entered", queueId, priority: 0, enqueuedAt: 0 }],
      [3, { type: "queue.left", queueId, cause: "closed", waitMs: 1 }],
      [4, { type: "queue.overflowed", queueId, cause: "closed", to: "flow", target: "g" }],
      [5, { type: "flow.entered", flowId: "g", version: 1 }],
      [6, { type: "flow.left", node: "end", cause: "hung-up-by-flow" }],
      [7, { type: "flow.left", node: "queue", cause: "aborted" }],
      [8, { type: "interaction.ended", by: "system", cause: "c", outcome: "not-served", durationMs: 8 }],
    ]);
    expect(outline(spans)).toEqual([
      "queue 2-3 in flow",
      "flow 5-6 in flow",
      "flow 1-7 in interaction",
      "interaction 0-8 in nothing",
    ]);
    const root = spans.at(-1);
    expect(root?.events.map(({ name }) => name)).toEqual(["queue.overflowed"]);
  });

  it("has the interaction although its beginning was in an earlier life of the program", () => {
    const { spans, trace } = tell([
      [50, { type: "queue.left", queueId, cause: "system", waitMs: 1 }],
      [60, { type: "interaction.ended", by: "system", cause: "restart", outcome: "failed", durationMs: 45 }],
    ]);
    expect(outline(spans)).toEqual(["interaction 15-60 in nothing"]);
    expect(trace.isOver).toBe(true);
  });
});
