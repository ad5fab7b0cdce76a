import { describe, expect, it } from "vitest";
import type { AcdNotice } from "../acd/acd.ts";
import { openAgents } from "../agents/agents.ts";
import { createManualClock } from "../base/clock.manual.ts";
import type { LiveEvent, LiveQueue } from "../contract/live.ts";
import { openLiveBoard } from "./live-board.ts";

const [anna, ben] = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"];
const today: LiveQueue["today"] = {
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
};
const caller = { queueId: "sales", from: "+15550111", priority: 0, requirement: null, callback: false };

async function open() {
  const clock = createManualClock(0);
  const agents = await openAgents(clock, { load: () => Promise.resolve([]), save: () => Promise.resolve() });
  const published: LiveEvent[] = [];
  const queuesOf: Record<string, string[]> = { [anna]: ["sales", "support"], [ben]: ["sales"] };
  const queueIds = ["sales", "support"];
  const alarms: Record<string, number> = { sales: 60_000 };
  let tell: (notice: AcdNotice) => void = () => {};
  const board = openLiveBoard(
    {
      clock,
      acd: {
        on(listener) {
          tell = listener;
          return () => {};
        },
        figures: (queueId) =>
          queueId === "sales"
            ? { waiting: 0, estimatedWaitMs: 90_000, estimateError: { meanMs: 4_000, callers: 12 } }
            : null,
      },
      agents,
      alarmWaitMs: (queueId) => alarms[queueId] ?? null,
      today: () => today,
      queueIdsOf: (personId) => queuesOf[personId] ?? [],
      queueIds: () => queueIds,
      publish: (event) => published.push(event),
    },
    (interactionId) => (interactionId === "i1" ? caller.from : null),
  );
  for (const person of [anna, ben]) agents.setPerson(person, true);
  return {
    clock,
    agents,
    board,
    published,
    alarms,
    queuesOf,
    queueIds,
    tell: (notice: AcdNotice) => tell(notice),
  };
}
const queueOf = (board: { snapshot(): { queues: LiveQueue[] } }, queueId: string) =>
  board.snapshot().queues.find((queue) => queue.queueId === queueId);

describe("the live board", () => {
  it("counts each member in the column of their state, in each of their queues", async () => {
    const { board, agents } = await open();
    for (const person of [anna, ben]) {
      agents.setConnected(person, true);
      agents.setRegistered(person, true);
    }
    agents.setStatus(anna, "ready", null);
    expect(queueOf(board, "sales")?.agents).toMatchObject({ idle: 1, notReady: 1 });
    expect(queueOf(board, "support")?.agents).toMatchObject({ idle: 1, notReady: 0 });
    agents.setEngagement(anna, "talking");
    expect(queueOf(board, "sales")?.agents).toMatchObject({ idle: 0, talking: 1 });
    agents.setEngagement(anna, "idle");
    agents.setConnected(anna, false);
    expect(queueOf(board, "support")?.agents).toEqual({
      idle: 0,
      offered: 0,
      talking: 0,
      wrapUp: 0,
      notReady: 0,
    });
  });

  it("tells who waits and since when the longest, also when somebody comes back with an older entry", async () => {
    const { board } = await open();
    board.waits({ ...caller, interactionId: "i1", enqueuedAt: 5_000 });
    board.waits({ ...caller, interactionId: "i2", enqueuedAt: 1_000 });
    expect(queueOf(board, "sales")).toMatchObject({ waiting: 2, longestSince: 1_000 });
    board.left("i2");
    board.left("i2");
    expect(queueOf(board, "sales")).toMatchObject({ waiting: 1, longestSince: 5_000 });
    expect(board.snapshot().waiting.map((one) => one.interactionId)).toEqual(["i1"]);
  });

  it("publishes a queue's row once for many changes", async () => {
    const { board, clock, published } = await open();
    clock.advance(1_000);
    published.length = 0;
    for (let i = 0; i < 50; i += 1) board.waits({ ...caller, interactionId: `i${String(i)}`, enqueuedAt: i });
    clock.advance(1_000);
    const rows = published.filter((event) => event.kind === "queue");
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ queue: { waiting: 50 } });
  });

  it("has a row for who takes calls only: members of queues, as long as they work here", async () => {
    const { board, agents, published, queuesOf } = await open();
    const boss = "00000000-0000-4000-8000-000000000003";
    agents.setPerson(boss, true);
    agents.setConnected(boss, true);
    const rows = () => board.snapshot().agents.map((agent) => agent.personId);
    expect(rows()).toEqual([anna, ben]);
    queuesOf[ben] = [];
    board.recount(ben);
    agents.setPerson(anna, false);
    expect(rows()).toEqual([]);
    const gone = published.flatMap((event) => (event.kind === "agent-removed" ? [event.personId] : []));
    expect(gone).toEqual([ben, anna]);
  });

  it("does not bring a deleted queue back when its last caller leaves", async () => {
    const { board, clock, published, queueIds } = await open();
    board.waits({ ...caller, interactionId: "i1", enqueuedAt: 0 });
    clock.advance(1_000);
    published.length = 0;
    queueIds.shift();
    board.removeQueue("sales");
    board.left("i1");
    clock.advance(1_000);
    expect(published.filter((event) => event.kind === "queue")).toEqual([]);
  });

  it("says on what an agent is, with the caller's number", async () => {
    const { board, tell, agents } = await open();
    agents.setConnected(anna, true);
    tell({
      type: "engagement",
      agentId: anna,
      engagement: "busy",
      since: 0,
      interactionId: "i1",
      queueId: "sales",
      channel: "voice",
      untilMs: null,
      at: 0,
    });
    expect(board.snapshot().agents.find((agent) => agent.personId === anna)).toMatchObject({
      interactionId: "i1",
      queueId: "sales",
      from: caller.from,
    });
  });

  it("shows what the router estimates, and how wrong that was; nothing of a queue that it does not know", async () => {
    const { board } = await open();
    expect(queueOf(board, "sales")?.router).toMatchObject({
      estimatedWaitMs: 90_000,
      estimateErrorMs: 4_000,
      estimatesJudged: 12,
      timeToOfferMs: null,
    });
    expect(queueOf(board, "support")?.router).toMatchObject({ estimatedWaitMs: null, estimateErrorMs: null });
  });

  it("shows times to offer by queue and over all, and forgets them though nothing happens any more", async () => {
    const { board, clock, published } = await open();
    for (let i = 0; i < 50; i += 1) board.offered("sales", 2);
    board.offered("support", 400);
    board.offered("support", null);
    expect(queueOf(board, "sales")?.router.timeToOfferMs).toMatchObject({ offers: 50 });
    expect(queueOf(board, "support")?.router.timeToOfferMs).toMatchObject({ offers: 1 });
    const { timeToOfferMs } = board.snapshot().router;
    expect(timeToOfferMs?.offers).toBe(51);
    expect(timeToOfferMs?.p99).toBeGreaterThan(300);
    clock.advance(1_000);
    expect(published.filter((event) => event.kind === "router")).toHaveLength(1);
    clock.advance(20 * 60_000);
    expect(published.findLast((event) => event.kind === "router")?.router.timeToOfferMs).toBeNull();
    const row = published.findLast((event) => event.kind === "queue" && event.queue.queueId === "sales");
    expect(row).toMatchObject({ queue: { router: { timeToOfferMs: null } } });
  });

  it("marks who waits beyond the alarm when the router says so, and counts them until they leave", async () => {
    const { board, clock, published, tell } = await open();
    board.waits({ ...caller, interactionId: "i1", enqueuedAt: 0 });
    board.waits({ ...caller, interactionId: "i2", enqueuedAt: 0 });
    expect(queueOf(board, "sales")?.router.late).toBe(0);
    clock.advance(60_000);
    tell({ type: "late", interactionId: "i1", queueId: "sales", waitedMs: 60_000, at: 60_000 });
    tell({ type: "late", interactionId: "who", queueId: "sales", waitedMs: 60_000, at: 60_000 });
    expect(published.findLast((event) => event.kind === "waiting")).toMatchObject({
      waiting: { interactionId: "i1", late: true },
    });
    expect(queueOf(board, "sales")?.router.late).toBe(1);
    board.left("i1");
    expect(queueOf(board, "sales")?.router.late).toBe(0);
  });

  it("takes who comes back after the alarm for late at once, and counts anew when the alarm is changed", async () => {
    const { board, clock, alarms } = await open();
    clock.advance(100_000);
    board.waits({ ...caller, interactionId: "i1", enqueuedAt: 30_000 });
    board.waits({ ...caller, interactionId: "i2", enqueuedAt: 90_000, callback: true });
    expect(queueOf(board, "sales")?.router).toMatchObject({ late: 1, callbacks: 1 });
    alarms["sales"] = 5_000;
    board.queueChanged("sales");
    expect(board.snapshot().waiting.map(({ late }) => late)).toEqual([true, true]);
    delete alarms["sales"];
    board.queueChanged("sales");
    expect(queueOf(board, "sales")?.router.late).toBe(0);
  });
});
