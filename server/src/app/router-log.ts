/** Chooses where the router's log lives: memory for one process, a Redis Stream when there is a Redis. */
import { type EventLog, openMemoryLog, openRedisLog } from "../acd/acd.ts";
import type { Clock } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import { openRedis } from "../store/redis.ts";

export interface RouterLog {
  log: EventLog;
  check(): Promise<{ ok: boolean; sentence: string }>;
  close(): Promise<void>;
}

export async function openRouterLog(
  redisUrl: string | undefined,
  clock: Clock,
  log: Log,
): Promise<RouterLog> {
  if (redisUrl === undefined) {
    const memory = openMemoryLog(clock);
    return {
      log: memory,
      check: async () => Promise.resolve({ ok: true, sentence: "in memory" }),
      close: () => memory.close(),
    };
  }
  const redis = await openRedis(redisUrl, log);
  const events = await openRedisLog({ redis, journal: log });
  return {
    log: events,
    check: () =>
      redis.ping().then(
        () => ({ ok: true, sentence: "Redis answers" }),
        (error: unknown) => ({ ok: false, sentence: describeError(error) }),
      ),
    async close() {
      await events.close();
      await redis.close();
    },
  };
}
