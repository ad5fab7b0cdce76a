import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLog } from "../base/log.ts";
import { openRedis, type Redis } from "../store/redis.ts";
import { type RedisProcess, startRedis } from "../tests/rig/redis-process.ts";
import { waitFor } from "../tests/rig/wait-for.ts";
import { batchOf, describeEventLog, entryOf, hearEntries, lead } from "./event-log.case.ts";
import type { EventLog } from "./event-log.ts";
import { openRedisLog } from "./event-log.redis.ts";

const journal = openLog("silent");
let server: RedisProcess;
let redis: Redis;
let logs: EventLog[] = [];
let tests = 0;

beforeAll(async () => {
  server = await startRedis();
  redis = await openRedis(server.url, journal);
});

afterAll(async () => {
  await redis.close();
  await server.close();
});

async function connect(prefix: string): Promise<EventLog> {
  const log = await openRedisLog({ redis, journal, prefix });
  logs.push(log);
  return log;
}

async function closeLogs(): Promise<void> {
  for (const log of logs) await log.close();
  logs = [];
}

describeEventLog("a log on Redis", async () => {
  tests += 1;
  const prefix = `case-${tests}`;
  return Promise.resolve({ connect: () => connect(prefix), close: closeLogs });
});

describe("a log on Redis, when Redis", () => {
  it("is killed and comes back: what was appended meanwhile is stored in order, and followers go on", async () => {
    const log = await connect("killed");
    const heard = hearEntries(log, 0);
    await log.append(entryOf("s", 1));
    await server.kill();
    const meanwhile = [2, 3, 4].map((line) => log.append(entryOf("s", line)));
    const leading = log.lead("s", 60_000);
    await server.restart();
    await Promise.all(meanwhile);
    await log.append(entryOf("s", 5));
    const seen = (): number[] => [...new Set(heard.map(({ entry }) => entry.line))];
    await waitFor("all lines", () => seen().length === 5);
    expect(seen()).toEqual([1, 2, 3, 4, 5]);
    expect((await leading)?.epoch).toBe(1);
    await closeLogs();
  });

  it("does not answer for a while: calls wait, and nothing is out of order afterwards", async () => {
    const log = await connect("frozen");
    const heard = hearEntries(log, 0);
    await log.append(entryOf("s", 1));
    server.freeze();
    const meanwhile = [2, 3].map((line) => log.append(entryOf("s", line)));
    server.resume();
    await Promise.all(meanwhile);
    await waitFor("all lines", () => heard.length === 3);
    expect(heard.map(({ entry }) => entry.line)).toEqual([1, 2, 3]);
    await closeLogs();
  });

  it("forgot everything: it is given its memory back, and the positions and the epoch go on", async () => {
    const log = await connect("forgetful");
    const replaced: string[] = [];
    log.attend({
      isLeading: () => true,
      recall: () => ({ position: 2, committed: 2, epoch: 7, text: "the board" }),
      onReplaced: () => replaced.push("log"),
    });
    const heard = hearEntries(log, 0);
    await log.append(entryOf("s", 1));
    await log.append(entryOf("s", 2));
    await waitFor("the lines", () => heard.length === 2);
    await redis.client.flushAll();
    await log.append(entryOf("s", 3));
    await waitFor("the line after", () => heard.length === 3);
    expect(heard.at(-1)).toEqual({ position: 3, entry: entryOf("s", 3) });
    expect(await log.read()).toEqual({ snapshot: { position: 2, text: "the board" }, committed: 2 });
    expect(await lead(log, "s")).toBe(8);
    expect(await log.commit(batchOf(8, 2, 3))).toBe("committed");
    expect(replaced).toEqual([]);
    await closeLogs();
  });

  it("forgot lines that it had confirmed and nobody had read: they are stored again, before later ones", async () => {
    const log = await connect("hasty");
    log.attend({
      isLeading: () => true,
      recall: () => ({ position: 0, committed: 0, epoch: 1, text: "empty" }),
      onReplaced: () => undefined,
    });
    await log.append(entryOf("s", 1));
    await redis.client.flushAll();
    await log.append(entryOf("s", 2));
    const heard = hearEntries(log, 0);
    await waitFor("both lines", () => heard.length === 2);
    expect(heard.map(({ entry }) => entry.line)).toEqual([1, 2]);
    await closeLogs();
  });

  it("forgot what it had made final, and one node had not heard of it: that one hears it after all", async () => {
    const log = await connect("unheard");
    log.attend({
      isLeading: () => true,
      recall: () => ({ position: 2, committed: 2, epoch: 1, text: "the board" }),
      onReplaced: () => undefined,
    });
    const epoch = await lead(log, "s");
    await log.append(entryOf("s", 1));
    await log.append(entryOf("s", 2));
    expect(await log.commit(batchOf(epoch, 0, 1))).toBe("committed");
    expect(await log.commit(batchOf(epoch, 1, 2))).toBe("committed");
    await redis.client.flushAll();
    await log.append(entryOf("s", 3));
    const late = await connect("unheard");
    const heard: number[] = [];
    late.followBatches(
      0,
      ({ position }) => heard.push(position),
      () => heard.push(-1),
    );
    await waitFor("both batches", () => heard.length === 2);
    expect(heard).toEqual([1, 2]);
    await closeLogs();
  });

  it("was restored by another node: this one is told to take that one's snapshot", async () => {
    const prefix = "restored";
    const [first, second] = [await connect(prefix), await connect(prefix)];
    const replaced: string[] = [];
    for (const [name, log] of [["first", first] as const, ["second", second] as const]) {
      log.attend({
        isLeading: () => true,
        recall: () => ({ position: 1, committed: 1, epoch: 1, text: name }),
        onReplaced: () => replaced.push(name),
      });
    }
    await first.append(entryOf("a", 1));
    await redis.client.flushAll();
    await first.append(entryOf("a", 2));
    await second.append(entryOf("b", 1));
    expect(replaced).toEqual(["second"]);
    expect((await second.read()).snapshot?.text).toBe("first");
    await closeLogs();
  });

  it("is away when the log closes: waiting calls are rejected and the closing does not wait", async () => {
    const log = await connect("closing");
    await server.kill();
    const waiting = log.append(entryOf("s", 1));
    const rejected = expect(waiting).rejects.toMatchObject({ code: "unavailable" });
    await log.close();
    await rejected;
    await server.restart();
    await waitFor("Redis", () => redis.client.isReady);
  });
});
