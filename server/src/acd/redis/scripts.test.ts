import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openLog } from "../../base/log.ts";
import { openRedis, type Redis } from "../../store/redis.ts";
import { type RedisProcess, startRedis } from "../../tests/rig/redis-process.ts";
import { appendLines } from "./append.ts";
import { commitBatch } from "./commit.ts";
import { takeLease } from "./lead.ts";
import { openStore } from "./open.ts";
import { readStore } from "./read.ts";
import { giveLeaseUp } from "./resign.ts";
import { restoreStore } from "./restore.ts";
import { keepSnapshot } from "./save-snapshot.ts";
import { defineScript, keysOf, type Known } from "./script.ts";

const keys = keysOf("scripts");
let server: RedisProcess;
let redis: Redis;
let known: Known;

beforeAll(async () => {
  server = await startRedis();
  redis = await openRedis(server.url, openLog("silent"));
});
afterAll(async () => {
  await redis.close();
  await server.close();
});
beforeEach(async () => {
  await redis.client.flushAll();
  known = await openStore(redis.client, keys, "g1");
});

const memory = { position: 9, committed: 8, epoch: 4, text: "the board" };
const stranger: Known = { generation: "another", position: 0 };

function batchOf(epoch: number, after: number, position: number) {
  return { epoch, after, position, outcomes: [] };
}

async function ids(key: string): Promise<string[]> {
  return (await redis.client.xRange(key, "-", "+")).map(({ id }) => id);
}

describe("open.lua", () => {
  it("begins a generation once, and tells it and the last position to whoever comes later", async () => {
    expect(known).toEqual({ generation: "g1", position: 0 });
    await appendLines(redis.client, keys, known, ["a", "b"]);
    expect(await openStore(redis.client, keys, "g2")).toEqual({ generation: "g1", position: 2 });
  });
});

describe("append.lua", () => {
  it("gives each line the next position", async () => {
    expect(await appendLines(redis.client, keys, known, ["a", "b"])).toBe(2);
    expect(await appendLines(redis.client, keys, known, ["c"])).toBe(3);
    expect(await ids(keys.lines)).toEqual(["1-0", "2-0", "3-0"]);
  });

  it("writes nothing into a store that is not the one it was", async () => {
    expect(await appendLines(redis.client, keys, stranger, ["a"])).toBe("lost");
    expect(await appendLines(redis.client, keys, { ...known, position: 7 }, ["a"])).toBe("lost");
    expect(await ids(keys.lines)).toEqual([]);
  });

  it("counts on beyond what a floating number prints in short", async () => {
    await redis.client.hSet(keys.state, "appended", "99999999999999");
    expect(await appendLines(redis.client, keys, known, ["a"])).toBe(100_000_000_000_000);
    expect(await ids(keys.lines)).toEqual(["100000000000000-0"]);
    expect(await appendLines(redis.client, keys, known, ["a"])).toBe(100_000_000_000_001);
  });
});

describe("lead.lua", () => {
  it("has one holder at a time, and a new epoch for each", async () => {
    expect(await takeLease(redis.client, keys, known, "a/1", 60_000)).toEqual({ epoch: 1, committed: 0 });
    expect(await takeLease(redis.client, keys, known, "b/1", 60_000)).toBe("taken");
    expect(await takeLease(redis.client, keys, known, "a/1", 60_000)).toEqual({ epoch: 1, committed: 0 });
    expect(await takeLease(redis.client, keys, known, "a/2", 60_000)).toEqual({ epoch: 2, committed: 0 });
    expect(await takeLease(redis.client, keys, stranger, "b/1", 60_000)).toBe("lost");
  });
});

describe("resign.lua", () => {
  it("lets only the holder go, and the next epoch is higher", async () => {
    await takeLease(redis.client, keys, known, "a/1", 60_000);
    expect(await giveLeaseUp(redis.client, keys, "b/1")).toBe(false);
    expect(await giveLeaseUp(redis.client, keys, "a/1")).toBe(true);
    expect(await takeLease(redis.client, keys, known, "b/1", 60_000)).toEqual({ epoch: 2, committed: 0 });
  });
});

describe("commit.lua", () => {
  it("fences by the epoch, insists on the position, and takes the same batch twice for one", async () => {
    await takeLease(redis.client, keys, known, "a/1", 60_000);
    expect(await commitBatch(redis.client, keys, known, batchOf(1, 0, 2))).toBe("committed");
    expect(await commitBatch(redis.client, keys, known, batchOf(1, 0, 2))).toBe("committed");
    expect(await commitBatch(redis.client, keys, known, batchOf(1, 3, 4))).toBe("stale");
    await takeLease(redis.client, keys, known, "a/2", 60_000);
    expect(await commitBatch(redis.client, keys, known, batchOf(1, 2, 3))).toBe("stale");
    expect(await commitBatch(redis.client, keys, stranger, batchOf(2, 2, 3))).toBe("lost");
    expect(await ids(keys.batches)).toEqual(["2-0"]);
  });
});

describe("save-snapshot.lua and read.lua", () => {
  it("keep the board, trim the lines up to it, and refuse who is no longer the router", async () => {
    await takeLease(redis.client, keys, known, "a/1", 60_000);
    await appendLines(redis.client, keys, known, ["a", "b", "c"]);
    expect(await readStore(redis.client, keys, known)).toEqual({ snapshot: null, committed: 0 });
    const snapshot = { position: 2, text: "the board" };
    expect(await keepSnapshot(redis.client, keys, known, 1, snapshot)).toBe("saved");
    expect(await ids(keys.lines)).toEqual(["3-0"]);
    expect(await keepSnapshot(redis.client, keys, known, 2, { position: 3, text: "no" })).toBe("stale");
    expect(await keepSnapshot(redis.client, keys, known, 1, { position: 1, text: "late" })).toBe("saved");
    expect(await readStore(redis.client, keys, known)).toEqual({ snapshot, committed: 0 });
    expect(await readStore(redis.client, keys, stranger)).toBe("lost");
  });
});

describe("restore.lua", () => {
  it("fills a store that came back empty, once", async () => {
    await redis.client.flushAll();
    const first = await restoreStore(redis.client, keys, known, "g2", memory);
    expect(first).toEqual({ isRestored: true, generation: "g2" });
    const second = await restoreStore(redis.client, keys, known, "g3", { ...memory, text: "another" });
    expect(second).toEqual({ isRestored: false, generation: "g2" });
    const now: Known = { generation: "g2", position: 9 };
    const snapshot = { position: 9, text: "the board" };
    expect(await readStore(redis.client, keys, now)).toEqual({ snapshot, committed: 8 });
    expect(await takeLease(redis.client, keys, now, "a/1", 60_000)).toEqual({ epoch: 5, committed: 8 });
  });

  it("gives the last batches back too, for those who had not read them", async () => {
    await redis.client.flushAll();
    await restoreStore(redis.client, keys, known, "g2", memory, [
      { position: 7, text: "seven" },
      { position: 8, text: "eight" },
    ]);
    expect(await ids(keys.batches)).toEqual(["7-0", "8-0"]);
  });

  it("replaces a store that came back with an older state, and leaves a whole one alone", async () => {
    await appendLines(redis.client, keys, known, ["a", "b"]);
    const whole = await restoreStore(redis.client, keys, { ...known, position: 2 }, "g2", memory);
    expect(whole).toEqual({ isRestored: false, generation: "g1" });
    const older = await restoreStore(redis.client, keys, { ...known, position: 3 }, "g2", memory);
    expect(older).toEqual({ isRestored: true, generation: "g2" });
    expect(await ids(keys.lines)).toEqual([]);
  });
});

describe("a script", () => {
  it("is sent again when the server has forgotten it", async () => {
    const echo = defineScript("return ARGV[1]");
    expect(await echo(redis.client, [], ["a"])).toBe("a");
    await redis.client.scriptFlush();
    expect(await echo(redis.client, [], ["b"])).toBe("b");
  });
});
