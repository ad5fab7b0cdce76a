/** The door of the store's Redis. */
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

const longestReconnectDelayMs = 2_000;

/**
 * Connects; throws Failure "unavailable" if Redis is not there within `startTimeoutMs` (default 30 s). Later
 * absences are survived: it reconnects for ever, 50 ms to 2 s apart, with jitter.
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
    for (const each of clients) each.destroy();
    throw new Failure("unavailable", `Redis cannot be used: ${describeError(error)}. Check REDIS_URL.`);
  }
  let closing: Promise<void> | null = null;
  return {
    client,
    duplicate: connect,
    ping: () => pingWithin(client, 2_000),
    close() {
      closing ??= closeAll(clients);
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
    socket: {
      connectTimeout: 3_000,
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
  await Promise.race([client.ping(), late]);
}

/** `close` waits for commands under way; a connection that is down has nothing to wait for. */
async function closeAll(clients: Set<RedisClient>): Promise<void> {
  await Promise.all(
    [...clients].map(async (client) => {
      if (client.isReady) await client.close();
      else client.destroy();
    }),
  );
}
