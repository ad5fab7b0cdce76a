import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultQueueSettings, type EventLog, openRedisLog } from "../acd/acd.ts";
import { createManualClock, type ManualClock } from "../base/clock.manual.ts";
import { openLog } from "../base/log.ts";
import { openRedis, type Redis } from "../store/redis.ts";
import { type RedisProcess, startRedis } from "./rig/redis-process.ts";
import { waitFor } from "./rig/wait-for.ts";
import { drawCallers, noon } from "./soak/callers.ts";
import { SoakDriver, type SoakNode } from "./soak/driver.ts";
import { LedgerOfNotices } from "./soak/ledger-of-notices.ts";

/*
 * A simulated hour around noon with 500 agents, on a real Redis, through the door that production uses: two
 * controllers, of which one is stopped and started again in the middle, and the other dies and comes back; a third
 * one only watches. At the end nobody is left over, and all boards, what Redis keeps, and the ledger agree.
 *
 * RINGDOWN_SOAK_MINUTES=480 npx vitest run --project server router-soak makes it a working day.
 */
const minutes = Number(process.env["RINGDOWN_SOAK_MINUTES"] ?? 60);
const agentCount = 500;
const journal = openLog("silent");
const minuteMs = 60_000;
/** How much happens at once, before everything that was asked has its answer. */
const stepMs = 5_000;
/** Longer than the longest wait, talk and wrap-up together. */
const drainMs = 25 * minuteMs;
const queueIds = ["sales", "support", "billing"];
const timeoutMs = Math.max(180_000, minutes * 6_000);

let server: RedisProcess;
let redis: Redis;
const logs: EventLog[] = [];

beforeAll(async () => {
  server = await startRedis();
  redis = await openRedis(server.url, journal);
  // What is proved here is not the disk.
  await redis.client.configSet("appendfsync", "no");
});
afterAll(async () => {
  for (const log of logs) await log.close();
  await redis.close();
  await server.close();
});

async function connect(): Promise<EventLog> {
  const log = await openRedisLog({ redis, journal, prefix: "soak" });
  logs.push(log);
  return log;
}

/** Most agents work in one queue, every third in two. */
function drawAgents(): Map<string, string[]> {
  const agents = new Map<string, string[]>();
  for (let number = 0; number < agentCount; number += 1) {
    const first = queueIds[number % 3] ?? "sales";
    const second = queueIds[(number + 1) % 3] ?? "sales";
    agents.set(`agent-${number}`, number % 9 < 3 ? [first, second] : [first]);
  }
  return agents;
}

describe("an hour at noon with 500 agents and a controller that dies", () => {
  it(
    "leaves nobody over: boards, Redis and ledger agree",
    async () => {
      const clock: ManualClock = createManualClock(noon - (minutes / 2) * minuteMs);
      const begins = clock.now();
      const at = (share: number) => begins + share * minutes * minuteMs;
      const agents = drawAgents();
      const driver = new SoakDriver(clock, agents);
      const ledger = new LedgerOfNotices();
      const watch = await driver.startNode("watch", await connect());
      watch.acd.on((notice) => {
        ledger.hear(notice);
      });
      const nodes: Record<"a" | "b", SoakNode> = {
        a: await driver.startNode("a", await connect()),
        b: await driver.startNode("b", await connect()),
      };
      for (const queueId of queueIds)
        await driver.until(
          watch.acd.setQueue({ queueId, ...defaultQueueSettings, maxWaitMs: 300_000, alarmWaitMs: 120_000 }),
        );
      const agentIds = [...agents.keys()];
      const [half, otherHalf] = [agentIds.slice(0, agentCount / 2), agentIds.slice(agentCount / 2)];
      await driver.signIn(nodes.a, half);
      await driver.signIn(nodes.b, otherHalf);
      const callers = drawCallers(queueIds, begins, at(1));
      const comeFrom = (index: number): void => {
        const caller = callers[index];
        if (!caller) return;
        clock.setTimer(caller.at, () => {
          const node = index % 2 === 0 ? nodes.a : nodes.b;
          if (!node.session.isOver) driver.call(caller, node);
          comeFrom(index + 1);
        });
      };
      comeFrom(0);
      takeBreaks(driver, agentIds, at);

      await driver.runTo(at(1 / 3), stepMs);
      await driver.until(untilInStep(watch, ledger));
      await driver.close(nodes.a);
      await driver.until(untilLetGo(driver, nodes.a, watch, ledger));
      nodes.a = await driver.startNode("a", await connect());
      await driver.signIn(nodes.a, half);

      await driver.runTo(at(2 / 3), stepMs);
      await driver.until(untilInStep(watch, ledger));
      const dead = nodes.b;
      const lostBefore = ledger.lostSessions.length;
      driver.kill(dead);
      await driver.until(
        waitFor("the death to be noticed", () => ledger.lostSessions.length > lostBefore, {
          timeoutMs: 30_000,
        }),
      );
      await driver.until(untilLetGo(driver, dead, watch, ledger));
      nodes.b = await driver.startNode("b", await connect());
      await driver.signIn(nodes.b, otherHalf);

      await driver.runTo(at(1), stepMs);
      await driver.until(untilInStep(watch, ledger));
      await driver.runTo(at(1) + drainMs, 5 * stepMs);

      const late = await driver.startNode("late", await connect());
      const boardOf = (node: SoakNode) => {
        const { queues, agents: working } = node.acd.board();
        return { queues, agents: working };
      };
      await driver.until(
        waitFor(
          "all boards to be one",
          () => {
            const texts = [watch, nodes.a, nodes.b, late].map((node) => JSON.stringify(boardOf(node)));
            return new Set(texts).size === 1;
          },
          { timeoutMs: 30_000 },
        ),
      );
      const board = boardOf(late);
      expect(ledger.faults).toEqual([]);
      expect(ledger.waiting()).toEqual([]);
      expect(ledger.ringingOffers()).toEqual([]);
      expect(board.queues.flatMap(({ waiting }) => waiting)).toEqual([]);
      expect(board.agents).toHaveLength(agentCount);
      expect(board.agents.filter(({ engagement }) => engagement !== "idle")).toEqual([]);
      await driver.until(untilInStep(watch, ledger));
      expectNobodyLost(driver, ledger);
      const answered = [...ledger.visits.values()].filter((how) => how === "answered").length;
      // The load was real: thousands of calls, most of them answered, and offers beyond those.
      expect(callers.length).toBeGreaterThan(minutes * 80);
      expect(answered / ledger.visits.size).toBeGreaterThan(0.7);
      expect(ledger.offers).toBeGreaterThan(answered);
      for (const node of [late, nodes.a, nodes.b, watch]) await driver.close(node);
    },
    timeoutMs,
  );
});

/** One in ten is not ready for five minutes, at some time. */
function takeBreaks(driver: SoakDriver, agentIds: readonly string[], at: (share: number) => number): void {
  for (const [index, agentId] of agentIds.entries()) {
    if (index % 10 !== 0) continue;
    const begins = at((index / agentIds.length) * 0.9);
    driver.clock.setTimer(begins, () => {
      driver.setReady(agentId, false);
    });
    driver.clock.setTimer(begins + 5 * minuteMs, () => {
      driver.setReady(agentId, true);
    });
  }
}

/** In the middle of it all: what was heard so far and what the board shows come to be the same. */
async function untilInStep(
  { acd }: Pick<SoakNode, "acd">,
  { visits, engagements }: LedgerOfNotices,
): Promise<void> {
  await waitFor(
    "board and ledger to be in step",
    () => {
      const { queues, agents } = acd.board();
      const waiting = queues.flatMap((queue) => queue.waiting.map(({ interactionId }) => interactionId));
      const heard = [...visits]
        .filter(([, state]) => state === "waiting")
        .map(([interactionId]) => interactionId);
      const engaged = agents.filter(
        ({ agentId, engagement }) => engagement !== (engagements.get(agentId) ?? "idle"),
      );
      return engaged.length === 0 && heard.toSorted().join() === waiting.toSorted().join();
    },
    { timeoutMs: 30_000 },
  );
}

/** Nothing of a node that is gone is left: nobody waits by it, nobody talks by it, nobody works by it. */
async function untilLetGo(
  driver: SoakDriver,
  gone: SoakNode,
  { acd }: SoakNode,
  ledger: LedgerOfNotices,
): Promise<void> {
  await untilInStep({ acd }, ledger);
  const callers = driver.callersOf.get(gone) ?? new Set();
  expect(callers.size).toBeGreaterThan(0);
  expect(ledger.waiting().filter((interactionId) => callers.has(interactionId))).toEqual([]);
  const { agents } = acd.board();
  const talking = agents.flatMap(({ interactionIds }) => interactionIds);
  expect(talking.filter((interactionId) => callers.has(interactionId))).toEqual([]);
  const left = agents.filter(({ agentId, routable }) => routable && driver.worksAt(agentId, gone));
  expect(left).toEqual([]);
}

/** Everybody whose entry was confirmed is in the ledger, ended exactly once, and their own story says the same. */
function expectNobodyLost({ entered, ended }: SoakDriver, { visits }: LedgerOfNotices): void {
  const missing = [...entered].filter((interactionId) => !visits.has(interactionId));
  expect(missing).toEqual([]);
  const contradicted = [...ended].filter(([interactionId, how]) => visits.get(interactionId) !== how);
  expect(contradicted).toEqual([]);
}
