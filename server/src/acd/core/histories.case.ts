import fc from "fast-check";
import type { AcdEvent, DeclineCause, LogEntry } from "./event.ts";
import type { Channel, QueueSettings, Ring } from "./settings.ts";
import { defaultQueueSettings, strategies } from "./settings.ts";

/*
 * Random histories for the property tests: a small world (so that things collide), every kind of event, events
 * about things that are gone, duplicates, and time that stands still, crawls or leaps.
 */

/** One step: what happens, and how long after the step before. `offer` events name an offer by its number. */
export interface Step {
  afterMs: number;
  session: string;
  event: AcdEvent | { type: "accepted" | "declined"; offerNumber: number; cause: DeclineCause };
}

const queueId = fc.constantFrom("q1", "q2", "q3");
const agentId = fc.constantFrom("a1", "a2", "a3", "a4", "a5");
const interactionId = fc.integer({ min: 1, max: 12 }).map((number) => `i${number}`);
const channel = fc.constantFrom<Channel>("voice", "voice", "voice", "chat");
const session = fc.constantFrom("n1/1", "n1/1", "n1/1", "n2/1", "n1/2");
const maybeMs = (ms: number) => fc.constantFrom(null, ms);

const settings: fc.Arbitrary<QueueSettings> = fc.record({
  queueId,
  strategy: fc.constantFrom("longest-idle" as const, "longest-idle" as const, ...strategies),
  ringAtOnce: fc.constantFrom(1, 1, 1, 2, 3),
  ringTimeoutMs: fc.constantFrom(5_000, 20_000),
  wrapUpMs: fc.constantFrom(0, 10_000),
  ageingMs: fc.constantFrom(0, 1_000, 30_000),
  leaveOutMs: fc.constantFrom(0, 10_000),
  maxWaitMs: maybeMs(60_000),
  maxWaiting: fc.constantFrom(null, null, 3),
  noAgentsAfterMs: fc.constantFrom(null, null, 0, 15_000),
  announceEveryMs: maybeMs(15_000),
  alarmWaitMs: maybeMs(30_000),
  maxEstimatedWaitMs: fc.constantFrom(null, null, 20_000),
  requirement: fc.constantFrom(null, null, "billing", "not vip"),
  rings: fc.constantFrom<Ring[]>(
    [],
    [],
    [{ afterMs: 10_000, lowerBy: 3, drop: [], level: 2, borrowFrom: [] }],
    [
      { afterMs: 5_000, lowerBy: 0, drop: [], level: 1, borrowFrom: ["q2", "q3"] },
      { afterMs: 15_000, lowerBy: 5, drop: ["language"], level: 3, borrowFrom: ["q1"] },
    ],
  ),
});

const membership = fc.record(
  {
    queueId,
    priority: fc.integer({ min: 0, max: 10 }),
    order: fc.integer({ min: 0, max: 3 }),
    weight: fc.integer({ min: 0, max: 3 }),
    level: fc.constantFrom(1, 1, 1, 2, 3),
    delayMs: fc.constantFrom(0, 0, 0, 8_000, 20_000),
  },
  { requiredKeys: ["queueId", "priority"] },
);

const capacity = fc.constantFrom(
  { total: 100, weights: { voice: 100 }, limits: { voice: 1 } },
  { total: 100, weights: { voice: 100 }, limits: { voice: 1 } },
  { total: 100, weights: { voice: 100, chat: 30 }, limits: { voice: 1, chat: 3 } },
  {
    total: 100,
    weights: { voice: 100, chat: 50 },
    limits: { voice: 1, chat: 2 },
    interrupts: { voice: ["chat"] satisfies Channel[] },
  },
  { total: 0, weights: {}, limits: {} },
);

const sticky = fc.record({
  agentId,
  because: fc.constantFrom("last-agent" as const, "owner" as const),
  patienceMs: fc.constantFrom(5_000, 30_000),
});

const entry = fc.record(
  {
    interactionId,
    queueId,
    channel,
    priority: fc.integer({ min: 0, max: 10 }),
    enqueuedAt: fc.integer({ min: 0, max: 50_000 }).map((ago) => startMs - ago),
    position: fc.constantFrom<"front" | "back">("front", "back", "back", "back"),
    requirement: fc.constantFrom(
      "billing",
      "billing>=5",
      "language=zh and billing>=3",
      "not billing",
      "vip or billing",
    ),
    ageMs: fc.constantFrom(0, 30_000),
    sticky,
    callback: fc.constantFrom(true, false, false),
  },
  { requiredKeys: ["interactionId", "queueId", "channel", "priority", "enqueuedAt", "position"] },
);

const skills = fc.constantFrom<Record<string, number>>(
  {},
  { billing: 2 },
  { billing: 8, vip: 1 },
  { billing: 5, "language=zh": 4 },
  { "language=zh": 10 },
);

const agentSet = fc.record({
  type: fc.constant("agent-set" as const),
  agentId,
  routable: fc.constantFrom(true, true, true, false),
  cause: fc.constantFrom("ready", "break"),
  queues: fc.array(membership, { maxLength: 3 }),
  capacity,
  skills,
});

const event: fc.Arbitrary<Step["event"]> = fc.oneof(
  { weight: 8, arbitrary: entry.map((each) => ({ type: "enqueued" as const, ...each })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(entry, agentId)
      .map(([each, lost]) => ({ type: "requeued" as const, lostAgentId: lost, ...each })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("cancelled" as const),
      interactionId,
      cause: fc.constant("hung-up"),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constantFrom("accepted" as const, "accepted" as const, "declined" as const),
      offerNumber: fc.integer({ min: 0, max: 5 }),
      cause: fc.constantFrom<DeclineCause>("declined", "no-answer", "unreachable", "failed", "failed"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("engaged" as const), agentId, interactionId, channel }),
  },
  { weight: 6, arbitrary: fc.record({ type: fc.constant("released" as const), agentId, interactionId }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("wrap-up-finished" as const), agentId }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("wrap-up-extended" as const),
      agentId,
      byMs: fc.integer({ min: 0, max: 20_000 }),
    }),
  },
  { weight: 6, arbitrary: agentSet },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("agent-ready" as const), agentId }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("agent-removed" as const), agentId }) },
  { weight: 2, arbitrary: settings.map((each) => ({ type: "queue-set" as const, settings: each })) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("queue-removed" as const), queueId }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("node-started" as const), nodeId: fc.constantFrom("n1", "n2") }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("node-lost" as const), session }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("day-began" as const),
      day: fc.constantFrom("2026-11-29", "2026-11-30"),
    }),
  },
  { weight: 10, arbitrary: fc.constant({ type: "tick" as const }) },
);

const step: fc.Arbitrary<Step> = fc.record({
  afterMs: fc.constantFrom(0, 0, 1, 500, 3_000, 12_000, 40_000),
  session,
  event,
});

export const startMs = 1_800_000_000_000;

/** Two queues and three agents stand at the start, so that short histories reach the interesting places. */
const opening: Step[] = [
  { type: "queue-set" as const, settings: { queueId: "q1", ...defaultQueueSettings } },
  { type: "queue-set" as const, settings: { queueId: "q2", ...defaultQueueSettings, maxWaitMs: 60_000 } },
  ...["a1", "a2", "a3"].map((id) => ({
    type: "agent-set" as const,
    agentId: id,
    routable: true,
    cause: "ready",
    queues: [
      { queueId: "q1", priority: 0 },
      { queueId: "q2", priority: id === "a1" ? 5 : 0 },
    ],
    capacity: { total: 100, weights: { voice: 100 }, limits: { voice: 1 } },
  })),
].map((each) => ({ afterMs: 1, session: "n1/1", event: each }));

/** A history; some steps come twice, some come again much later. */
export const history: fc.Arbitrary<Step[]> = fc
  .tuple(fc.array(step, { maxLength: 120, size: "max" }), fc.array(fc.nat(), { maxLength: 12 }))
  .map(([steps, repeats]) => {
    const all = [...steps];
    for (const repeat of repeats) {
      const again = all[repeat % Math.max(1, all.length)];
      if (again) all.splice((repeat * 7) % (all.length + 1), 0, again);
    }
    return [...opening, ...all];
  });

/** The log line of a step. `offerIds` are the offers made so far: the number counts back from the newest. */
export function lineOf(step: Step, line: number, at: number, offerIds: readonly string[]): LogEntry {
  const { event: what, session: by } = step;
  if (!("offerNumber" in what)) return { session: by, line, at, event: what };
  const offerId = offerIds.at(-1 - what.offerNumber) ?? "none.0";
  if (what.type === "accepted") return { session: by, line, at, event: { type: "accepted", offerId } };
  return { session: by, line, at, event: { type: "declined", offerId, cause: what.cause } };
}
