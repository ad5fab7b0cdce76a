/** The door of the store's Redis. */
import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "redis";
import { Failure } from "../base/failure.ts";
import { describeError, type Log } from "../base/log.ts";

export type RedisClient = ReturnType<typeof createClient>;

export interface Redis {
  /** For commands that do not block. While Redis is away they wait in memory (bounded), then reject. */
  client: RedisClient;
  /** A connection of its own, for blocking reads and subscriptions; closed with the rest. */
  duplicate(): Promise<RedisClient>;
  /** Resolves if Redis answers within two seconds, else Failure "unavailable". */
  ping(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

const longestReconnectDelayMs = 1_000;
/** A connection on which nothing comes for so long is dead, even if nobody said so. Pings keep a quiet one alive. */
const deadAfterMs = 5_000;
const pingEveryMs = 1_000;
const closePatienceMs = 1_000;

/**
 * Connects; throws Failure "unavailable" if Redis is not there within `startTimeoutMs` (default 30 s). Later
 * absences are survived: it reconnects for ever, 50 ms to a second apart, with jitter.
 */
export async function openRedis(
  url: string,
  log: Log,
  options: { startTimeoutMs?: number } = {},
): Promise<Redis> {
  const clients = new Set<RedisClient>();
  const giveUpAt = performance.now() + (options.startTimeoutMs ?? 30_000);
  const connect = async (): Promise<RedisClient> => {
    const client = makeClient(url, log, giveUpAt);
    clients.add(client);
    await client.connect();
    return client;
  };
  let client: RedisClient;
  try {
    client = await connect();
  } catch (error) {
    for (const each of clients) destroy(each);
    throw new Failure("unavailable", `Redis cannot be used: ${describeError(error)}. Check REDIS_URL.`);
  }
  let closing: Promise<void> | null = null;
  return {
    client,
    duplicate: connect,
    ping: () => pingWithin(client, 2_000),
    close() {
      closing ??= closeAll(client, clients);
      return closing;
    },
  };
}

function makeClient(url: string, log: Log, giveUpAt: number): RedisClient {
  let everConnected = false;
  const client = createClient({
    url,
    name: "ringdown",
    commandsQueueMaxLength: 100_000,
    pingInterval: pingEveryMs,
    socket: {
      connectTimeout: 3_000,
      socketTimeout: deadAfterMs,
      keepAlive: true,
      reconnectStrategy: (retries, cause) => {
        if (!everConnected && performance.now() > giveUpAt) return cause;
        return Math.min(50 * 2 ** Math.min(retries, 10), longestReconnectDelayMs) + Math.random() * 100;
      },
    },
  });
  client.on("ready", () => {
    everConnected = true;
  });
  client.on("error", (error: unknown) => {
    log.warn({ error: describeError(error) }, "the connection to Redis broke");
  });
  return client;
}

async function pingWithin(client: RedisClient, timeoutMs: number): Promise<void> {
  const abort = AbortSignal.timeout(timeoutMs);
  const late = new Promise<never>((_, reject) => {
    abort.addEventListener("abort", () => {
      reject(new Failure("unavailable", "Redis does not answer"));
    });
  });
  if (!client.isReady) throw new Failure("unavailable", "Redis is not connected");
  try {
    await Promise.race([client.ping(), late]);
  } catch (error) {
    throw error instanceof Failure ? error : new Failure("unavailable", describeError(error));
  }
}

/**
 * What was sent on the shared connection is answered first, for a moment; the others may block for ever and are
 * cut, which rejects what waits on them.
 */
async function closeAll(shared: RedisClient, clients: Set<RedisClient>): Promise<void> {
  for (const client of clients) if (client !== shared) destroy(client);
  if (shared.isReady) {
    const patience = new AbortController();
    const late = wait(closePatienceMs, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([shared.close().catch(() => undefined), late]); // an error here: it is gone already
    patience.abort();
  }
  destroy(shared);
}

/** Throws for a client that is not open; that one needs nothing. */
function destroy(client: RedisClient): void {
  if (client.isOpen) client.destroy();
}
