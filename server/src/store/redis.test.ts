import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLog } from "../base/log.ts";
import { openCuttableProxy, type CuttableProxy } from "../tests/cuttable-proxy.ts";
import { startRedis, type RedisProcess } from "../tests/rig/redis-process.ts";
import { openRedis } from "./redis.ts";

const log = openLog("silent");
let server: RedisProcess;
let proxy: CuttableProxy;
let url: string;

beforeAll(async () => {
  server = await startRedis();
  const { hostname, port } = new URL(server.url);
  proxy = await openCuttableProxy({ host: hostname, port: Number(port) });
  url = `redis://127.0.0.1:${proxy.port}`;
});
afterAll(async () => {
  await proxy.close();
  await server.close();
});

describe("Redis", () => {
  it("is found again after an absence; commands given meanwhile are carried out then", async () => {
    const redis = await openRedis(url, log);
    await redis.client.set("a", "1");
    proxy.cut();
    await expect(redis.ping()).rejects.toMatchObject({ code: "unavailable" });
    const meanwhile = redis.client.incr("a");
    proxy.restore();
    expect(await meanwhile).toBe(2);
    await expect.poll(() => redis.ping().then(() => "answers"), { timeout: 5_000 }).toBe("answers");
    await redis.close();
    await redis.close();
  });

  it("gives connections for blocking reads, closed with the rest even while they block", async () => {
    const redis = await openRedis(url, log);
    const reader = await redis.duplicate();
    const blocked = reader.blPop("never", 0);
    const ended = expect(blocked).rejects.toThrow();
    await redis.close();
    await ended;
  });

  it("that never answers is named with the variable to change", async () => {
    proxy.cut();
    await expect(openRedis(url, log, { startTimeoutMs: 200 })).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/^Redis cannot be used: .*Check REDIS_URL\.$/) as string,
    });
    proxy.restore();
  });
});
