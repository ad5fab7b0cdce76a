/**
 * A router node for the fault tests: the product's own log and door on a real Redis, callers who wait and agents
 * who answer, told what to do by messages. It acts by itself, so that it dies with all that it does.
 */
import {
  type Acd,
  defaultQueueSettings,
  oneCall,
  openRedisLog,
  startAcd,
  type Waiting,
} from "../../acd/acd.ts";
import { systemClock } from "../../base/clock.ts";
import { Failure } from "../../base/failure.ts";
import { describeError, openLog } from "../../base/log.ts";
import { openRedis } from "../../store/redis.ts";
import type { Order, Report } from "./protocol.ts";

const journal = openLog(process.env["FAULTS_LOG"] ?? "silent");
let acd: Acd | null = null;
let stop: () => Promise<void> = () => Promise.resolve();
const own = new Set<string>();
const agents = new Set<string>();

function tell(report: Report): void {
  process.send?.(report);
}

async function start({ nodeId, redisUrl, prefix }: Extract<Order, { type: "start" }>): Promise<void> {
  const redis = await openRedis(redisUrl, journal);
  const log = await openRedisLog({ redis, journal, prefix });
  const router = await startAcd({ nodeId, log, clock: systemClock, journal, snapshotEvery: 500 });
  router.on((notice) => {
    if (notice.type === "held" && agents.has(notice.agentId)) later(100, () => router.ready(notice.agentId));
    tell({ type: "notice", notice: notice.type === "offer" ? withoutReason(notice) : notice });
  });
  acd = router;
  stop = async () => {
    await router.close();
    await log.close();
    await redis.close();
  };
}

function withoutReason<T extends { reason: unknown }>(notice: T): T {
  return { ...notice, reason: null };
}

/** What an impatient world does after a while; a refusal is the world's own business. */
function later(ms: number, act: () => Promise<unknown>): void {
  setTimeout(() => {
    act().catch((error: unknown) => {
      if (!(error instanceof Failure)) tell({ type: "failed", sentence: describeError(error) });
    });
  }, ms);
}

async function enter(router: Acd, interactionId: string, queueId: string): Promise<void> {
  own.add(interactionId);
  const entry = { interactionId, queueId, channel: "voice" as const, priority: 0 };
  try {
    const waiting = await router.enqueue({ ...entry, enqueuedAt: systemClock.now() });
    await wait(router, waiting);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const step = error.code === "unavailable" ? "unavailable" : "refused";
    tell({ type: "step", interactionId, step });
    own.delete(interactionId);
  }
}

/** One in twelve agents' answers is no; one in ten callers hangs up after a while. */
async function wait(router: Acd, waiting: Waiting): Promise<void> {
  const { interactionId } = waiting;
  if (chance(10)) later(800, () => router.cancel(interactionId, "hung-up"));
  for (;;) {
    const step = await waiting.next();
    tell({ type: "step", interactionId, step: step.type });
    if (step.type === "offer") {
      const { offerId } = step;
      later(20 + Math.random() * 40, () => answer(router, offerId));
    } else if (step.type === "accepted") {
      const { agentId } = step;
      later(80 + Math.random() * 80, async () => {
        await router.release(interactionId, agentId);
        own.delete(interactionId);
      });
      return;
    } else if (step.type === "exit") {
      own.delete(interactionId);
      return;
    }
  }
}

async function answer(router: Acd, offerId: string): Promise<void> {
  if (chance(12)) return router.decline(offerId, "declined");
  tell({ type: "accept", offerId, result: await router.accept(offerId) });
}

function chance(oneIn: number): boolean {
  return Math.random() * oneIn < 1;
}

async function obey(order: Order): Promise<void> {
  if (order.type === "start") {
    await start(order);
    return tell({ type: "started" });
  }
  if (!acd) throw new Error("The node is not started");
  if (order.type === "queue") {
    const times = { ringTimeoutMs: 5_000, wrapUpMs: 100, leaveOutMs: 500 };
    await acd.setQueue({ queueId: order.queueId, ...defaultQueueSettings, ...times });
  } else if (order.type === "agents") {
    const queues = [{ queueId: order.queueId, priority: 0 }];
    for (const agentId of order.agentIds) {
      agents.add(agentId);
      await acd.setAgent({ agentId, routable: true, cause: "ready", queues, capacity: oneCall });
    }
  } else if (order.type === "enter") return enter(acd, order.interactionId, order.queueId);
  else if (order.type === "look") return look(acd);
  else {
    await stop();
    process.disconnect();
    return;
  }
  tell({ type: "done", what: order.type });
}

function look(router: Acd): void {
  const board = router.board();
  const waiting = board.queues.reduce((sum, queue) => sum + queue.waiting.length, 0);
  const offered = board.agents.filter(({ engagement }) => engagement === "offered").length;
  tell({ type: "seen", waiting, offered, own: own.size, at: board.at });
}

process.on("message", (order: Order) => {
  obey(order).catch((error: unknown) => {
    tell({ type: "failed", sentence: `${order.type}: ${describeError(error)}` });
  });
});
// The test is gone: nobody would end this process otherwise.
process.on("disconnect", () => process.exit(0));
