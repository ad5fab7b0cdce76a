import { randomUUID } from "node:crypto";
import { createClient } from "redis";
import { type Check, medianOf, type Surroundings, unreachable, until } from "./check.ts";
import { type Finding, notApplicable } from "./core/finding.ts";
import { judgeRedis, type RedisFacts } from "./core/stores.ts";

export function redisCheck({ config }: Surroundings): Check {
  return {
    name: "redis",
    async run(signal) {
      const { redisUrl } = config;
      if (redisUrl === undefined)
        return [
          notApplicable("redis", "REDIS_URL is not set: the router's log is in memory, for one process"),
        ];
      return await examine(redisUrl, signal);
    },
  };
}

type Client = ReturnType<typeof createClient>;

async function examine(url: string, signal: AbortSignal): Promise<Finding[]> {
  const client = createClient({ url, name: "ringdown-doctor", socket: { reconnectStrategy: false } });
  client.on("error", () => undefined); // told by connect, or by the command under way
  try {
    await until(signal, client.connect());
    return judgeRedis(await until(signal, readFacts(client)));
  } catch (error) {
    return [unreachable("redis", `Redis at ${new URL(url).host}`, error, adviceOn(error))];
  } finally {
    if (client.isOpen) client.destroy();
  }
}

async function readFacts(client: Client): Promise<RedisFacts> {
  const info = await client.info("server");
  const sentAt = Date.now();
  const [seconds, micros] = await client.sendCommand<[string, string]>(["TIME"]);
  const halfWay = (sentAt + Date.now()) / 2;
  return {
    version: /^(?:valkey|redis)_version:(\S+)/m.exec(info)?.[1] ?? "0",
    config: await readSettings(client),
    writeMs: await measureWrite(client),
    clockOffsetMs: Number(seconds) * 1_000 + Number(micros) / 1_000 - halfWay,
  };
}

async function readSettings(client: Client): Promise<RedisFacts["config"]> {
  const names = ["appendonly", "appendfsync", "maxmemory", "maxmemory-policy"];
  const settings = await client.configGet(names).catch(() => null); // forbidden on some managed services
  if (settings === null) return null;
  const { appendonly = "", appendfsync = "", maxmemory = "", "maxmemory-policy": policy = "" } = settings;
  return { appendonly, appendfsync, maxmemory, policy };
}

/** A key of our own that goes by itself. */
async function measureWrite(client: Client): Promise<number> {
  const key = `ringdown-doctor:${randomUUID()}`;
  return await medianOf(() => client.set(key, "1", { expiration: { type: "EX", value: 10 } }));
}

function adviceOn(error: unknown): string {
  const said = error instanceof Error ? error.message : "";
  if (/WRONGPASS|NOAUTH|AUTH/.test(said))
    return "Correct the password in REDIS_URL (redis://:PASSWORD@host:6379)";
  if (/NOPERM/.test(said)) return "Let the user run all commands on all keys (ACL SETUSER)";
  return "See that the server runs and lets this machine in; check host and port in REDIS_URL";
}
