import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Interaction } from "../../contract/interactions.ts";
import type { LedgerEntry, LedgerEvent } from "../../contract/ledger.ts";
import { closeStory } from "./close-story.ts";
import { beginStory, continueStory, isSettled, type Story } from "./story.ts";

const interactionId = randomUUID();
const [queueId, ann, ben, recordingId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
const first: LedgerEntry = {
  interactionId,
  seq: 1,
  at: 1_000,
  event: {
    type: "interaction.started",
    channel: "voice",
    direction: "inbound",
    from: "+15551234567",
    to: "1000",
    source: "trunk",
    trunkId: null,
    sipCallId: "x",
  },
};

function tell(...events: [number, LedgerEvent][]): Story {
  return events.reduce(
    (story, [at, event], index) => continueStory(story, { interactionId, seq: index + 2, at, event }),
    beginStory(first, 7),
  );
}

const entered = (at: number): [number, LedgerEvent] => [
  at,
  { type: "queue.entered", queueId, priority: 0, enqueuedAt: at },
];
const answered: [number, LedgerEvent][] = [
  entered(2_000),
  [5_000, { type: "queue.left", queueId, cause: "answered", waitMs: 3_000 }],
  [5_000, { type: "talk.started", agentId: ann, queueId, answerToBridgeMs: 40 }],
];

describe("a story", () => {
  it("counts one visit when the agent is lost and the caller comes back, and both agents' talks", () => {
    const story = tell(
      ...answered,
      [8_000, { type: "agent.lost", agentId: ann, cause: "connection-lost" }],
      [8_000, { type: "queue.returned", queueId, cause: "agent-lost", enqueuedAt: 2_000 }],
      [9_000, { type: "queue.left", queueId, cause: "answered", waitMs: 7_000 }],
      [9_000, { type: "talk.started", agentId: ben, queueId, answerToBridgeMs: 40 }],
      [12_000, { type: "talk.ended", agentId: ben, by: "customer", cause: "bye", talkMs: 3_000, holdMs: 0 }],
    );
    expect(story.visits).toEqual([
      {
        queueId,
        enteredAt: 2_000,
        leftAt: 5_000,
        cause: "answered",
        waitMs: 3_000,
        agentId: ann,
        callback: false,
      },
    ]);
    expect(story.handlings.map(({ agentId, talkMs }) => [agentId, talkMs])).toEqual([
      [ann, 3_000],
      [ben, 3_000],
    ]);
    expect(story.interaction).toMatchObject({
      answeredAt: 5_000,
      agentId: ben,
      talkMs: 6_000,
      waitMs: 3_000,
    });
  });

  it("counts two visits for two queues", () => {
    const other = randomUUID();
    const story = tell(
      entered(2_000),
      [4_000, { type: "queue.left", queueId, cause: "maximum-wait", waitMs: 2_000 }],
      [4_000, { type: "queue.entered", queueId: other, priority: 0, enqueuedAt: 4_000 }],
      [5_000, { type: "queue.left", queueId: other, cause: "abandoned", waitMs: 1_000 }],
    );
    expect(story.visits.map(({ cause }) => cause)).toEqual(["maximum-wait", "abandoned"]);
    expect(story.interaction).toMatchObject({ queueId: other, enqueuedAt: 4_000, waitMs: 1_000 });
  });

  it("is settled only when the wrap-up that follows the call has ended", () => {
    const ended: [number, LedgerEvent] = [
      9_000,
      { type: "interaction.ended", by: "customer", cause: "bye", outcome: "answered", durationMs: 8_000 },
    ];
    const wrapUp: [number, LedgerEvent] = [
      9_000,
      { type: "wrap-up.started", agentId: ann, queueId, limitMs: 1 },
    ];
    const over: [number, LedgerEvent] = [
      9_500,
      { type: "wrap-up.ended", agentId: ann, wrapUpMs: 500, cause: "timer" },
    ];
    expect(isSettled(tell(...answered, ended))).toBe(true);
    expect(isSettled(tell(...answered, ended, wrapUp))).toBe(false);
    const story = tell(...answered, ended, wrapUp, over);
    expect(isSettled(story)).toBe(true);
    expect(story.handlings[0]).toMatchObject({ talkMs: 4_000, wrapUpMs: 500, wrapUpEndedAt: 9_500 });
  });

  it("keeps a mismatch although the file is stored", () => {
    const file = { recordingId, kind: "talk" as const, durationMs: 10, bytes: 20, sha256: "ab" };
    const story = tell(
      ...answered,
      [5_001, { type: "recording.started", recordingId, kind: "talk" }],
      [6_000, { type: "recording.mismatch", recordingId, durationMs: 10, expectedMs: 900 }],
      [6_000, { type: "recording.stopped", ...file }],
    );
    expect(story.interaction.recordings).toEqual([
      {
        id: recordingId,
        kind: "talk",
        startedAt: 5_001,
        durationMs: 10,
        bytes: 20,
        sha256: "ab",
        state: "mismatch",
      },
    ]);
  });

  it("does not change when it hears an entry again, and never changes the one it came from", () => {
    const before = tell(...answered);
    const copy = structuredClone(before);
    expect(continueStory(before, first)).toBe(before);
    continueStory(before, {
      interactionId,
      seq: 9,
      at: 9_000,
      event: { type: "hold.started", agentId: ann },
    });
    expect(before).toEqual(copy);
  });
});

const agent = fc.constantFrom(ann, ben);
const someMs = fc.integer({ min: 0, max: 100_000 });
const anyEvent: fc.Arbitrary<LedgerEvent> = fc.oneof(
  someMs.map((enqueuedAt): LedgerEvent => ({ type: "queue.entered", queueId, priority: 0, enqueuedAt })),
  someMs.map((enqueuedAt): LedgerEvent => ({ type: "queue.returned", queueId, cause: "x", enqueuedAt })),
  someMs.map((waitMs): LedgerEvent => ({ type: "queue.left", queueId, cause: "exit-key", waitMs })),
  agent.map((agentId): LedgerEvent => ({
    type: "offer.made",
    offerId: agentId,
    agentId,
    queueId,
    reason: {} as never,
    timeToOfferMs: null,
  })),
  agent.map((agentId): LedgerEvent => ({ type: "talk.started", agentId, queueId, answerToBridgeMs: null })),
  agent.map((agentId): LedgerEvent => ({ type: "hold.started", agentId })),
  agent.map((agentId): LedgerEvent => ({ type: "wrap-up.started", agentId, queueId, limitMs: null })),
  agent.map((agentId): LedgerEvent => ({ type: "wrap-up.ended", agentId, wrapUpMs: 1, cause: "agent" })),
  fc.constant<LedgerEvent>({ type: "recording.started", recordingId, kind: "talk" }),
  fc.constant<LedgerEvent>({
    type: "interaction.ended",
    by: "customer",
    cause: "bye",
    outcome: "answered",
    durationMs: 1,
  }),
);

describe("closing a story", () => {
  it("leaves nothing open, whatever happened before the crash, and the row keeps the contract", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(someMs, anyEvent), { maxLength: 15 }), (events) => {
        const sorted = events.map(([at, event]): [number, LedgerEvent] => [at + 1_000, event]);
        sorted.sort(([a], [b]) => a - b);
        const story = tell(...sorted);
        const closing = closeStory(story, 200_000, "restart");
        const closed = closing.reduce(
          (each, event) => continueStory(each, { interactionId, seq: each.lastSeq + 1, at: 200_000, event }),
          story,
        );
        expect(isSettled(closed)).toBe(true);
        expect(closed.waitingIn).toBeNull();
        expect(closed.offers.every((offer) => offer.endedAt !== null)).toBe(true);
        expect(closed.handlings.filter((talk) => talk.endedAt === null)).toEqual([]);
        expect(closed.handlings.every((talk) => talk.talkMs >= 0 && talk.holdMs >= 0)).toBe(true);
        expect(Interaction.safeParse(closed.interaction).error).toBeUndefined();
        expect(closeStory(closed, 300_000, "restart")).toEqual([]);
      }),
    );
  });
});
