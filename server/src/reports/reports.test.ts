import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Clock } from "../base/clock.ts";
import { openLog } from "../base/log.ts";
import { reportAgents, reportQueues } from "../contract/reports.ts";
import type { QueueLeftCause } from "../contract/ledger.ts";
import { QueueSettings } from "../contract/queues.ts";
import { openLedger, type Ledger } from "../interactions/ledger.ts";
import type { BoundEndpoint } from "../base/handler.ts";
import type { Endpoint, InputOf, ResultOf } from "../contract/endpoint.ts";
import { openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { startOfDay, startOfNextDay } from "./day.ts";
import { openFigures, reportEndpoints, type Figures } from "./reports.ts";

const log = openLog("silent");
const midnight = startOfDay(Date.UTC(2026, 10, 29, 12));
const settings = QueueSettings.parse({ serviceLevelMs: 20_000, shortAbandonMs: 5_000 });
const directory = {
  queue: () => ({ settings }),
  queues: () => [sales, support].map((id) => ({ id, settings })),
};
const [sales, support, ann, ben] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];

let database: TestDatabase;
let dataDir: string;
let ledger: Ledger;
let figures: Figures;
let now = midnight;
/** Time stands still unless the test moves it; heartbeats and midnights do not matter here. */
const clock: Clock = { now: () => now, setTimer: () => () => {} };

beforeAll(async () => {
  database = await openTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "ringdown-reports-"));
  const { postgres } = database;
  ledger = await openLedger({ postgres, clock, log, nodeId: "n", dataDir });
  figures = await openFigures({ postgres, clock, log, ledger, directory });
});
afterAll(async () => {
  figures.close();
  await ledger.close();
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
});

function ask<E extends Endpoint>(endpoint: E, query: InputOf<E>["query"]): Promise<ResultOf<E>> {
  const endpoints = reportEndpoints({ postgres: database.postgres, directory, now: () => now });
  const bound = endpoints.find((each: BoundEndpoint) => each.endpoint === (endpoint as Endpoint));
  return bound?.run({ params: {}, query, body: {} }, {} as never) as Promise<ResultOf<E>>;
}

interface Call {
  startsAt: number;
  /** Waited so long in the other queue first, which sent them on; null: came here at once. */
  sentOnAfterMs: number | null;
  queueId: string;
  waitMs: number;
  cause: QueueLeftCause;
  agentId: string;
  missedFirst: boolean;
  timeToOfferMs: number;
  talkMs: number;
  holdMs: number;
  wrapUpMs: number;
  returnsAfter: boolean;
}

function play(call: Call): void {
  const { queueId, waitMs, cause, agentId, talkMs, holdMs, wrapUpMs } = call;
  now = call.startsAt;
  const { interactionId } = ledger.begin({
    type: "interaction.started",
    channel: "voice",
    direction: "inbound",
    from: "+15551234567",
    to: "1000",
    source: "trunk",
    trunkId: null,
    sipCallId: "x",
  });
  const tell = ledger.append.bind(ledger, interactionId);
  if (call.sentOnAfterMs !== null) {
    const first = queueId === sales ? support : sales;
    tell({ type: "queue.entered", queueId: first, priority: 0, enqueuedAt: now });
    now += call.sentOnAfterMs;
    tell({ type: "queue.left", queueId: first, cause: "maximum-wait", waitMs: call.sentOnAfterMs });
    tell({ type: "queue.overflowed", queueId: first, cause: "max-wait", to: "queue", target: queueId });
  }
  tell({ type: "queue.entered", queueId, priority: 0, enqueuedAt: call.startsAt });
  if (call.missedFirst) {
    const offerId = randomUUID();
    tell({
      type: "offer.made",
      offerId,
      agentId,
      queueId,
      reason: {} as never,
      timeToOfferMs: call.timeToOfferMs,
    });
    tell({ type: "offer.ended", offerId, agentId, queueId, cause: "no-answer", ringMs: 1 });
  }
  now += waitMs;
  tell({ type: "queue.left", queueId, cause, waitMs: now - call.startsAt });
  if (cause === "answered") {
    tell({ type: "talk.started", agentId, queueId, answerToBridgeMs: 1 });
    now += talkMs + holdMs;
    tell({ type: "talk.ended", agentId, by: "agent", cause: "bye", talkMs, holdMs });
    if (call.returnsAfter) {
      tell({ type: "queue.returned", queueId, cause: "agent-lost", enqueuedAt: call.startsAt });
      tell({ type: "queue.left", queueId, cause: "abandoned", waitMs: now - call.startsAt });
    }
    tell({ type: "wrap-up.started", agentId, queueId, limitMs: null });
    now += wrapUpMs;
    tell({ type: "wrap-up.ended", agentId, wrapUpMs, cause: "agent" });
  }
  if (cause === "callback") callBack(call);
  const durationMs = now - call.startsAt;
  tell({ type: "interaction.ended", by: "customer", cause: "bye", outcome: "answered", durationMs });
}

/** The caller's own visit has ended; the call back is not reached at first, then is a talk. */
function callBack({ queueId, agentId, startsAt, talkMs, holdMs, wrapUpMs }: Call): void {
  for (const isReached of [false, true]) {
    const { interactionId } = ledger.begin({
      type: "interaction.started",
      channel: "voice",
      direction: "outbound",
      from: "+15551234567",
      to: "1000",
      source: "callback",
      trunkId: null,
      sipCallId: "",
      callback: { id: randomUUID(), originalId: randomUUID() },
    });
    const tell = ledger.append.bind(ledger, interactionId);
    tell({ type: "queue.entered", queueId, priority: 0, enqueuedAt: startsAt, callback: true });
    const waitMs = now - startsAt;
    tell({ type: "queue.left", queueId, cause: isReached ? "answered" : "not-reached", waitMs });
    if (isReached) {
      tell({ type: "talk.started", agentId, queueId, answerToBridgeMs: 1 });
      now += talkMs + holdMs;
      tell({ type: "talk.ended", agentId, by: "agent", cause: "bye", talkMs, holdMs });
      tell({ type: "wrap-up.started", agentId, queueId, limitMs: null });
      now += wrapUpMs;
      tell({ type: "wrap-up.ended", agentId, wrapUpMs, cause: "agent" });
    }
    const outcome = isReached ? "answered" : "not-reached";
    tell({ type: "interaction.ended", by: "system", cause: "bye", outcome, durationMs: now - startsAt });
  }
}

const dayMs = startOfNextDay(midnight) - midnight;
const ms = (max: number) => fc.integer({ min: 0, max });
const anyCall: fc.Arbitrary<Call> = fc.record({
  // From the day before to the end of the day: some waits cross midnight.
  startsAt: fc.integer({ min: midnight - 3_600_000, max: midnight + dayMs - 1 }),
  sentOnAfterMs: fc.option(ms(60_000)),
  queueId: fc.constantFrom(sales, support),
  waitMs: fc.oneof(ms(60_000), fc.constantFrom(0, 4_999, 5_000, 20_000, 20_001), ms(7_200_000)),
  cause: fc.constantFrom(
    "callback" as const,
    "answered",
    "answered",
    "abandoned",
    "maximum-wait",
    "exit-key",
    "no-agents",
    "system",
  ),
  agentId: fc.constantFrom(ann, ben),
  missedFirst: fc.boolean(),
  timeToOfferMs: fc.integer({ min: 0, max: 500 }),
  talkMs: ms(600_000),
  holdMs: ms(60_000),
  wrapUpMs: ms(60_000),
  returnsAfter: fc.boolean(),
});

describe("figures", () => {
  it("of the report and of the live screen are the same, and intervals sum to totals", async () => {
    for (const call of fc.sample(anyCall, { numRuns: 300, seed: 7 })) play(call);
    await ledger.flush();
    const range = { from: midnight, to: midnight + dayMs };
    const report = await ask(reportQueues, { ...range, interval: "quarter-hour" });
    for (const queueId of [sales, support]) {
      const live = figures.queueToday(queueId);
      const total = report.totals.find((each) => each.queueId === queueId);
      expect(live.offered).toBeGreaterThan(50);
      const {
        offered,
        answered,
        answeredInTime,
        abandoned,
        shortAbandoned,
        convertedToCallback,
        calledBack,
        flowedOut,
        serviceLevel,
        averageWaitMs,
      } = live;
      expect(total).toMatchObject({
        offered,
        answered,
        answeredInTime,
        abandoned,
        shortAbandoned,
        convertedToCallback,
        flowedOut,
      });
      expect(total?.serviceLevel).toBeCloseTo(serviceLevel ?? -1, 10);
      expect(total?.averageWaitMs).toBeCloseTo(averageWaitMs ?? -1, 6);
      expect(answered + abandoned + convertedToCallback + flowedOut).toBe(offered);
      expect(calledBack).toBe(convertedToCallback);
      for (const interval of ["hour", "day"] as const) {
        const { intervals } = await ask(reportQueues, { ...range, interval, queueId });
        for (const key of [
          "offered",
          "answered",
          "answeredInTime",
          "abandoned",
          "shortAbandoned",
          "convertedToCallback",
          "flowedOut",
        ] as const)
          expect(intervals.reduce((sum, each) => sum + each[key], 0)).toBe(total?.[key]);
      }
    }
  });

  it("of an agent are the same in the report and on the desk", async () => {
    // Nobody resets the day here, so that talks that begin after midnight are in both.
    const report = await ask(reportAgents, { from: midnight, to: midnight + 2 * dayMs });
    for (const personId of [ann, ben]) {
      const { missed: _, ...today } = figures.agentToday(personId);
      expect(today.handled).toBeGreaterThan(20);
      expect(report.agents.find((each) => each.personId === personId)).toMatchObject(today);
    }
  });

  it("go on from the database after a restart", async () => {
    const before = [sales, support].map((queueId) => figures.queueToday(queueId));
    const restarted = await openFigures({
      postgres: database.postgres,
      clock: { ...clock, now: () => midnight + dayMs - 1 },
      log,
      ledger,
      directory,
    });
    expect([sales, support].map((queueId) => restarted.queueToday(queueId))).toEqual(before);
    expect(restarted.agentToday(ann).handled).toBe(figures.agentToday(ann).handled);
    restarted.close();
  });

  it("follow a changed threshold at once", () => {
    const before = figures.queueToday(sales);
    settings.serviceLevelMs = 0;
    const after = figures.queueToday(sales);
    settings.serviceLevelMs = 20_000;
    expect(after.answeredInTime).toBeLessThan(before.answeredInTime);
    expect(figures.queueToday(sales)).toEqual(before);
  });
});

describe("a caller whom a queue sent on to another", () => {
  it("has flowed out of the first and counts in the second, with the whole wait, in the interval of their entry", async () => {
    const at = midnight + 11 * 3_600_000;
    const before = await ask(reportQueues, { from: at, to: at + 900_000, interval: "quarter-hour" });
    play({
      startsAt: at,
      sentOnAfterMs: 900_000, // the second queue is entered in the next interval
      queueId: support,
      waitMs: 10_000,
      cause: "answered",
      agentId: randomUUID(),
      missedFirst: false,
      timeToOfferMs: 1,
      talkMs: 0,
      holdMs: 0,
      wrapUpMs: 0,
      returnsAfter: false,
    });
    await ledger.flush();
    const after = await ask(reportQueues, { from: at, to: at + 900_000, interval: "quarter-hour" });
    const of = ({ totals }: typeof after, queueId: string) => totals.find((each) => each.queueId === queueId);
    const more = (queueId: string, key: "offered" | "answered" | "answeredInTime" | "flowedOut") =>
      (of(after, queueId)?.[key] ?? 0) - (of(before, queueId)?.[key] ?? 0);
    expect([more(sales, "offered"), more(sales, "flowedOut"), more(sales, "answered")]).toEqual([1, 1, 0]);
    expect([more(support, "offered"), more(support, "flowedOut"), more(support, "answered")]).toEqual([
      1, 0, 1,
    ]);
    expect(more(support, "answeredInTime")).toBe(0); // 10 seconds here, 15 minutes before
  });
});

describe("occupancy", () => {
  it("leaves out time not ready, and cuts states at the ends of the range", async () => {
    const agent = randomUUID();
    const at = midnight + 3_600_000;
    ledger.appendAgentState(agent, "not-ready", "lunch", at - 600_000);
    ledger.appendAgentState(agent, "idle", null, at + 100_000);
    ledger.appendAgentState(agent, "offline", null, at + 400_000);
    play({
      startsAt: at,
      sentOnAfterMs: null,
      queueId: sales,
      waitMs: 100_000,
      cause: "answered",
      agentId: agent,
      missedFirst: false,
      timeToOfferMs: 1,
      talkMs: 80_000,
      holdMs: 10_000,
      wrapUpMs: 10_000,
      returnsAfter: false,
    });
    await ledger.flush();
    const { agents } = await ask(reportAgents, { from: at, to: at + 600_000 });
    expect(agents.find((each) => each.personId === agent)).toMatchObject({
      notReadyMs: 100_000,
      availableMs: 300_000,
      occupancy: 0.25,
      averageHandleMs: 100_000,
    });
  });
});

describe("time to offer", () => {
  it("is by nearest rank over the offers of the visits that began in the interval, and of the whole range", async () => {
    const queueId = randomUUID();
    const at = midnight + 9 * 3_600_000;
    const call = {
      sentOnAfterMs: null,
      queueId,
      waitMs: 5_000,
      cause: "abandoned" as const,
      agentId: ann,
      missedFirst: true,
      talkMs: 0,
      holdMs: 0,
      wrapUpMs: 0,
      returnsAfter: false,
    };
    const nine = [4, 1, 3, 2];
    const ten = [100, 50];
    for (const [hour, times] of [nine, ten].entries())
      for (const timeToOfferMs of times) play({ ...call, startsAt: at + hour * 3_600_000, timeToOfferMs });
    play({ ...call, startsAt: at + 2 * 3_600_000, missedFirst: false, timeToOfferMs: 0 });
    await ledger.flush();
    const { intervals, totals } = await ask(reportQueues, {
      from: midnight,
      to: midnight + dayMs,
      interval: "hour",
      queueId,
    });
    expect(intervals.map((each) => each.timeToOfferMs)).toEqual([
      { p50: 2, p99: 4, offers: 4 },
      { p50: 50, p99: 100, offers: 2 },
      null,
    ]);
    expect(totals.map((each) => each.timeToOfferMs)).toEqual([{ p50: 3, p99: 100, offers: 6 }]);
  });
});

describe("ranges", () => {
  it("that end before they begin or are too long are refused", async () => {
    await expect(ask(reportQueues, { from: 2, to: 1, interval: "day" })).rejects.toMatchObject({
      code: "bad-request",
    });
    await expect(ask(reportQueues, { from: 0, to: 1e12, interval: "hour" })).rejects.toMatchObject({
      code: "bad-request",
    });
    await expect(ask(reportAgents, { from: -1e300, to: 1e300 })).rejects.toMatchObject({
      code: "bad-request",
    });
  });
});
