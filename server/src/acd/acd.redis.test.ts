import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../base/clock.ts";
import { openLog } from "../base/log.ts";
import { openRedis, type Redis } from "../store/redis.ts";
import { type RedisProcess, startRedis } from "../tests/rig/redis-process.ts";
import { agentOf, callerOf, describeAcd, expectStep } from "./acd.case.ts";
import { defaultQueueSettings, startAcd, type Waiting } from "./acd.ts";
import type { EventLog } from "./event-log.ts";
import { openRedisLog } from "./event-log.redis.ts";

const journal = openLog("silent");
let server: RedisProcess;
let redis: Redis;
let tests = 0;

beforeAll(async () => {
  server = await startRedis();
  redis = await openRedis(server.url, journal);
});

afterAll(async () => {
  await redis.close();
  await server.close();
});

describeAcd("the router on Redis", async () => {
  tests += 1;
  const prefix = `acd-${tests}`;
  const logs: EventLog[] = [];
  return Promise.resolve({
    async connect() {
      const log = await openRedisLog({ redis, journal, prefix });
      logs.push(log);
      return log;
    },
    async close() {
      for (const log of logs) await log.close();
    },
  });
});

describe("the router on Redis, when Redis", () => {
  async function withNodes(
    count: number,
    work: (nodes: Awaited<ReturnType<typeof startAcd>>[]) => Promise<void>,
  ) {
    tests += 1;
    const prefix = `outage-${tests}`;
    const logs = await Promise.all(
      Array.from({ length: count }, () => openRedisLog({ redis, journal, prefix })),
    );
    const nodes = [];
    for (const [index, log] of logs.entries()) {
      nodes.push(await startAcd({ nodeId: `n${index}`, log, clock: systemClock, journal }));
    }
    try {
      await work(nodes);
    } finally {
      for (const node of nodes) await node.close();
      for (const log of logs) await log.close();
    }
  }

  it("is killed and comes back: nobody who waits is lost, what was asked meanwhile is done, order is kept", () =>
    withNodes(2, async ([a, b]) => {
      if (!a || !b) throw new Error("Two nodes were asked for");
      await a.setQueue({ queueId: "sales", ...defaultQueueSettings });
      const early = await a.enqueue(callerOf("early", { enqueuedAt: systemClock.now() - 60_000 }));
      await server.kill();
      const meanwhile = ["i1", "i2", "i3"].map((id) =>
        b.enqueue(callerOf(id, { enqueuedAt: systemClock.now() })),
      );
      const readied = a.setAgent(agentOf("ann"));
      await server.restart();
      await readied;
      const waiting: Waiting[] = [early, ...(await Promise.all(meanwhile))];
      for (const [index, each] of waiting.entries()) {
        const offer = await expectStep(each, "offer");
        expect(offer.agentId).toBe("ann");
        expect(await (index === 0 ? a : b).accept(offer.offerId)).toBe("accepted");
        await expectStep(each, "accepted");
        await a.release(each.interactionId, "ann");
        await a.finishWrapUp("ann");
      }
    }));

  it("comes back having forgotten everything: the same", () =>
    withNodes(2, async ([a, b]) => {
      if (!a || !b) throw new Error("Two nodes were asked for");
      await a.setQueue({ queueId: "sales", ...defaultQueueSettings });
      const early = await b.enqueue(callerOf("early"));
      await redis.client.flushAll();
      const late = await b.enqueue(callerOf("late"));
      await b.setAgent(agentOf("ann"));
      const offer = await expectStep(early, "offer");
      expect(await b.accept(offer.offerId)).toBe("accepted");
      expect(b.explainWaiting("late")).toMatchObject({ position: 1, waiting: 1 });
      expect(await b.cancel("late", "hung-up")).toBe("cancelled");
      await expectStep(late, "exit");
    }));
});
