import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLog } from "../../base/log.ts";
import { openRedis, type Redis } from "../../store/redis.ts";
import { type RedisProcess, startRedis } from "../../tests/rig/redis-process.ts";
import { appendLines } from "../redis/append.ts";
import { commitBatch } from "../redis/commit.ts";
import { takeLease } from "../redis/lead.ts";
import { openStore } from "../redis/open.ts";
import { readStore } from "../redis/read.ts";
import { giveLeaseUp } from "../redis/resign.ts";
import { restoreStore } from "../redis/restore.ts";
import { keepSnapshot } from "../redis/save-snapshot.ts";
import { keysOf } from "../redis/script.ts";
import { emptyStore, type StoreCommand, type StoreReply, type StoreState, stepStore } from "./store.case.ts";

/** A lease either ends long after the test or at once: the store's clock is real. */
const longMs = 3_600_000;

const position = fc.integer({ min: 0, max: 6 });
const epoch = fc.integer({ min: 0, max: 4 });
const session = fc.constantFrom("a/1", "a/2", "b/1", "ab/1");
const known = fc.record({ generation: fc.constantFrom("g1", "g1", "g1", "g2"), position });
const text = fc.constantFrom("one", "two");

type Command = StoreCommand | { type: "lease-over" } | { type: "flush" };
const command = fc.oneof(
  fc.record({ type: fc.constant("open" as const), newGeneration: fc.constantFrom("g1", "g2") }),
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("append" as const),
      known,
      lines: fc.array(text, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("lead" as const),
      known,
      session,
      leaseMs: fc.constant(longMs),
    }),
  },
  fc.record({ type: fc.constant("resign" as const), session }),
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("commit" as const),
      known,
      batch: fc.record({ epoch, after: position, position, outcomes: fc.constant([]) }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("save-snapshot" as const),
      known,
      epoch,
      snapshot: fc.record({ position, text }),
    }),
  },
  fc.record({ type: fc.constant("read" as const), known }),
  fc.record({
    type: fc.constant("restore" as const),
    known,
    newGeneration: fc.constantFrom("g1", "g2"),
    memory: fc.record({ position, committed: position, epoch, text }),
  }),
  { weight: 2, arbitrary: fc.constant({ type: "lease-over" as const }) },
  fc.constant({ type: "flush" as const }),
) as fc.Arbitrary<Command>;

let server: RedisProcess;
let redis: Redis;
const keys = keysOf("model");

beforeAll(async () => {
  server = await startRedis();
  redis = await openRedis(server.url, openLog("silent"));
});
afterAll(async () => {
  await redis.close();
  await server.close();
});

function runScript(what: StoreCommand): Promise<StoreReply> {
  const { client } = redis;
  switch (what.type) {
    case "open":
      return openStore(client, keys, what.newGeneration);
    case "append":
      return appendLines(client, keys, what.known, what.lines);
    case "lead":
      return takeLease(client, keys, what.known, what.session, what.leaseMs);
    case "resign":
      return giveLeaseUp(client, keys, what.session);
    case "commit":
      return commitBatch(client, keys, what.known, what.batch);
    case "save-snapshot":
      return keepSnapshot(client, keys, what.known, what.epoch, what.snapshot);
    case "read":
      return readStore(client, keys, what.known);
    case "restore":
      return restoreStore(client, keys, what.known, what.newGeneration, what.memory);
  }
}

/** All that Redis holds, in the model's words; of the lease, whether it is over. */
async function readAll(): Promise<Omit<StoreState, "leaseUntil"> & { isLeaseOver: boolean }> {
  const { client } = redis;
  const state = await client.hGetAll(keys.state);
  const snapshot = await client.hGetAll(keys.snapshot);
  const stream = async (key: string, field: string) =>
    (await client.xRange(key, "-", "+")).map(({ id, message }) => ({
      position: Number.parseInt(id, 10),
      text: message[field] ?? "",
    }));
  return {
    generation: state["generation"] ?? null,
    appended: Number(state["appended"] ?? 0),
    committed: Number(state["committed"] ?? 0),
    epoch: Number(state["epoch"] ?? 0),
    holder: state["holder"] ?? null,
    isLeaseOver: Number(state["leaseUntil"] ?? 0) <= Date.now(),
    lines: await stream(keys.lines, "line"),
    batches: await stream(keys.batches, "batch"),
    snapshot:
      snapshot["text"] === undefined
        ? null
        : { position: Number(snapshot["position"]), text: snapshot["text"] },
  };
}

function inReadersWords({ leaseUntil, ...state }: StoreState) {
  return { ...state, isLeaseOver: leaseUntil <= Date.now() };
}

describe("the model's store", () => {
  it("answers and holds what the scripts on a real Redis do, whatever the commands and their order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40, size: "max" }), async (commands) => {
        await redis.client.flushAll();
        let state: StoreState = emptyStore;
        const opening: Command = { type: "open", newGeneration: "g1" };
        for (const what of [opening, ...commands]) {
          if (what.type === "flush") {
            await redis.client.flushAll();
            state = emptyStore;
          } else if (what.type === "lease-over") {
            if (state.holder !== null) await redis.client.hSet(keys.state, "leaseUntil", "0");
            state = { ...state, leaseUntil: 0 };
          } else {
            if (isUnheardOf(state, what)) continue;
            const [next, reply] = stepStore(state, what, Date.now());
            expect(await runScript(what), what.type).toEqual(reply);
            state = next;
          }
          expect(await readAll()).toEqual(inReadersWords(state));
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});

/**
 * Commands that no node can send and that only a stream's own order refuses: a router commits lines that were
 * appended, and its batches go forward.
 */
function isUnheardOf(state: StoreState, what: StoreCommand): boolean {
  if (what.type === "commit") return what.batch.position <= what.batch.after;
  if (what.type !== "restore") return false;
  return what.memory.committed > what.memory.position || state.batches.length > 1_000;
}
