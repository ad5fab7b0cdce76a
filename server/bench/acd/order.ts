import { type AcdNotice, defaultQueueSettings, oneCall, startAcd } from "../../src/acd/acd.ts";
import { systemClock } from "../../src/base/clock.ts";
import { openLog } from "../../src/base/log.ts";
import type { SharedRedis } from "./controllers.ts";
import { serveCaller } from "./served-caller.ts";

export interface OrderResult {
  callsPerSecond: number;
  callers: number;
  /** Offers to somebody who was not the first of those who looked for an agent. */
  overtaken: number;
  /** Offers to an agent who was not the longest idle of those who were free. */
  wrongAgent: number;
  /** How many found no agent free and had to wait. */
  waited: number;
}

const queueId = "sales";
const talkMs = 1_000;

/** Callers come at random at two controllers, at this rate, about as many as the agents can just serve. */
export async function benchOrder(
  shared: SharedRedis,
  callsPerSecond: number,
  callers: number,
): Promise<OrderResult> {
  const prefix = `order-${callsPerSecond}`;
  const log = await shared.openLog(prefix);
  const acd = await startAcd({ nodeId: "bench", log, clock: systemClock, journal: openLog("silent") });
  const second = await shared.startController(prefix);
  const watch = new OrderWatch();
  try {
    acd.on((notice) => {
      watch.see(notice);
    });
    await acd.setQueue({ queueId, ...defaultQueueSettings, wrapUpMs: 0 });
    const agents = Math.ceil((callsPerSecond * talkMs) / 1_000);
    const profile = { routable: true, cause: "ready", queues: [{ queueId, priority: 0 }], capacity: oneCall };
    for (let agent = 0; agent < agents; agent += 1) {
      watch.hire(`agent-${agent}`);
      await acd.setAgent({ agentId: `agent-${agent}`, ...profile });
    }
    const own: Promise<void>[] = [];
    await arrive(callsPerSecond, callers, (number) => {
      const interactionId = `i${number}`;
      if (number % 2 === 0) second.enter(interactionId, queueId, talkMs);
      else own.push(serveCaller(acd, { interactionId, queueId, talkMs }));
    });
    await Promise.all(own);
    await watch.until(callers);
    const { overtaken, wrongAgent, waited } = watch;
    return { callsPerSecond, callers, overtaken, wrongAgent, waited };
  } finally {
    await acd.close();
    await second.close();
  }
}

/** A Poisson stream: whoever is due by now comes at once, so that a late timer does not lower the rate. */
async function arrive(perSecond: number, count: number, enter: (number: number) => void): Promise<void> {
  const startedAt = performance.now();
  let dueMs = 0;
  for (let number = 0; number < count; number += 1) {
    dueMs -= (Math.log(1 - Math.random()) * 1_000) / perSecond;
    const aheadMs = startedAt + dueMs - performance.now();
    if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
    enter(number);
  }
}

/** Keeps the two lines, of callers and of free agents, by what was told alone. */
class OrderWatch {
  overtaken = 0;
  wrongAgent = 0;
  waited = 0;
  private accepted = 0;
  private readonly line = new Map<string, number>();
  /** In the order in which they became free. */
  private readonly free = new Set<string>();
  private onAll: { count: number; resolve: () => void } | null = null;

  hire(agentId: string): void {
    this.free.add(agentId);
  }

  see(notice: AcdNotice): void {
    if (notice.type === "waiting") {
      this.line.set(notice.interactionId, notice.enqueuedAt);
      if (this.free.size === 0) this.waited += 1;
    } else if (notice.type === "offer") this.seeOffer(notice.interactionId, notice.agentId);
    else if (notice.type === "engagement" && notice.engagement === "idle") {
      this.free.delete(notice.agentId);
      this.free.add(notice.agentId);
    } else if (notice.type === "accepted") {
      this.accepted += 1;
      if (this.onAll && this.accepted >= this.onAll.count) this.onAll.resolve();
    }
  }

  private seeOffer(interactionId: string, agentId: string): void {
    const enqueuedAt = this.line.get(interactionId) ?? 0;
    this.line.delete(interactionId);
    for (const other of this.line.values()) if (other < enqueuedAt) this.overtaken += 1;
    const [longest] = this.free;
    if (longest !== undefined && longest !== agentId) this.wrongAgent += 1;
    this.free.delete(agentId);
  }

  until(count: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.accepted >= count) resolve();
      else this.onAll = { count, resolve };
    });
  }
}
