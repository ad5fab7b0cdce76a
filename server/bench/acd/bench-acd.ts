import { openMemoryLog } from "../../src/acd/acd.ts";
import { openRedisLog } from "../../src/acd/event-log.redis.ts";
import { systemClock } from "../../src/base/clock.ts";
import { openLog } from "../../src/base/log.ts";
import { openRedis } from "../../src/store/redis.ts";
import { startRedis } from "../../src/tests/rig/redis-process.ts";
import { benchReducer, type ReducerResult } from "./reducer.ts";
import { benchTimeToOffer, type TimeToOfferResult } from "./time-to-offer.ts";

export interface AcdBench {
  reducer: ReducerResult[];
  timeToOffer: { memory: TimeToOfferResult[]; redis: TimeToOfferResult[] };
}

const crowds = [1, 100, 1_000];

/** Everything about the router alone; takes about half a minute. `redis-server` must be installed. */
export async function benchAcd(): Promise<AcdBench> {
  const reducer = [100, 1_000, 10_000].map((agents) => benchReducer(agents));
  return { reducer, timeToOffer: { memory: await benchOnMemory(), redis: await benchOnRedis() } };
}

async function benchOnMemory(): Promise<TimeToOfferResult[]> {
  const results = [];
  for (const agents of crowds) {
    const log = openMemoryLog(systemClock);
    results.push(await benchTimeToOffer(log, agents, 2_000));
    await log.close();
  }
  return results;
}

/** A Redis that has every write on its disk before it answers: the slowest that anybody would run. */
async function benchOnRedis(): Promise<TimeToOfferResult[]> {
  const journal = openLog("silent");
  const server = await startRedis();
  const redis = await openRedis(server.url, journal);
  const results = [];
  try {
    for (const agents of crowds) {
      const log = await openRedisLog({ redis, journal, prefix: `bench-${agents}` });
      results.push(await benchTimeToOffer(log, agents, 1_000));
      await log.close();
    }
  } finally {
    await redis.close();
    await server.close();
  }
  return results;
}
