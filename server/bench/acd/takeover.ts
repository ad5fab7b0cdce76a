import { defaultQueueSettings, oneCall, startAcd } from "../../src/acd/acd.ts";
import { systemClock } from "../../src/base/clock.ts";
import { openLog } from "../../src/base/log.ts";
import type { SharedRedis } from "./controllers.ts";

export interface Takeover {
  waiting: number;
  runs: number;
  /** From the leader's SIGKILL to the first offer by the other, which had an agent to give at once; the longest. */
  longestMs: number;
}

const queueId = "sales";

/** The other controller leads and is killed while so many wait at this one. */
export async function benchTakeover(shared: SharedRedis, waiting: number, runs: number): Promise<Takeover> {
  let longestMs = 0;
  for (let run = 0; run < runs; run += 1)
    longestMs = Math.max(longestMs, await takeOver(shared, waiting, `takeover-${run}`));
  return { waiting, runs, longestMs: Math.round(longestMs) };
}

async function takeOver(shared: SharedRedis, waiting: number, prefix: string): Promise<number> {
  const leader = await shared.startController(prefix);
  const log = await shared.openLog(prefix);
  const acd = await startAcd({ nodeId: "bench", log, clock: systemClock, journal: openLog("silent") });
  try {
    await acd.setQueue({ queueId, ...defaultQueueSettings });
    const enter = (number: number) => {
      const entry = { interactionId: `i${number}`, queueId, channel: "voice" as const, priority: 0 };
      return acd.enqueue({ ...entry, enqueuedAt: systemClock.now() });
    };
    const [first] = await Promise.all(Array.from({ length: waiting }, (_, number) => enter(number)));
    if (!first) throw new Error("Nobody waits");
    const startedAt = performance.now();
    await leader.kill();
    const agent = { agentId: "ann", routable: true, cause: "ready", capacity: oneCall };
    const [step] = await Promise.all([
      first.next(),
      acd.setAgent({ ...agent, queues: [{ queueId, priority: 0 }] }),
    ]);
    if (step.type !== "offer") throw new Error(`Instead of an offer came "${step.type}"`);
    return performance.now() - startedAt;
  } finally {
    await acd.close();
  }
}
