import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Clock } from "../base/clock.ts";
import type { BoundEndpoint, FileResult, SignedInContext } from "../base/handler.ts";
import { openLog } from "../base/log.ts";
import type { Endpoint, InputOf, ResultOf } from "../contract/endpoint.ts";
import * as contract from "../contract/interactions.ts";
import type { Role } from "../contract/people.ts";
import { openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { interactionEndpoints } from "./interactions.handlers.ts";
import { findEarlierCalls, findLastAgent } from "./interactions.postgres.ts";
import { openLedger, type Ledger } from "./ledger.ts";

const [sales, support, ann, ben] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
let database: TestDatabase;
let ledger: Ledger;
let folder: string;
let now = Date.UTC(2026, 10, 29, 12);
const clock: Clock = { now: () => now, setTimer: () => () => {} };
const audited: unknown[] = [];
const calls: string[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "ringdown-history-"));
  ledger = await openLedger({
    postgres: database.postgres,
    clock,
    log: openLog("silent"),
    nodeId: "n",
    dataDir: folder,
  });
  for (let i = 0; i < 25; i += 1) calls.push(await tellCall(i));
  await ledger.flush();
});
afterAll(async () => {
  await ledger.close();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** Every second call is answered, by Ann (Sales) and Ben (Support) in turns; several share one start time. */
async function tellCall(i: number): Promise<string> {
  if (i % 3 !== 0) now += 1_000;
  const { interactionId } = ledger.begin({
    type: "interaction.started",
    channel: "voice",
    direction: "inbound",
    from: i % 5 === 0 ? "+4930901820" : `+1555000${String(i).padStart(4, "0")}`,
    to: "+15550100",
    source: "trunk",
    trunkId: null,
    sipCallId: "x",
  });
  const [queueId, agentId] = i % 4 === 0 ? [sales, ann] : [support, ben];
  ledger.append(interactionId, { type: "queue.entered", queueId, priority: 0, enqueuedAt: now });
  if (i % 2 === 0) {
    ledger.append(interactionId, { type: "queue.left", queueId, cause: "answered", waitMs: 5 });
    ledger.append(interactionId, { type: "talk.started", agentId, queueId, answerToBridgeMs: 1 });
    const recordingId = randomUUID();
    ledger.append(interactionId, { type: "recording.started", recordingId, kind: "talk" });
    ledger.append(interactionId, { type: "wrap-up.saved", agentId, dispositionId: null, note: `call ${i}` });
  }
  const outcome = i % 2 === 0 ? "answered" : "abandoned";
  ledger.append(interactionId, {
    type: "interaction.ended",
    by: "customer",
    cause: "bye",
    outcome,
    durationMs: 9,
  });
  return await Promise.resolve(interactionId);
}

function ask<E extends Endpoint>(
  endpoint: E,
  input: { params?: InputOf<E>["params"]; query?: unknown },
  as: { id: string; role: Role } = { id: randomUUID(), role: "supervisor" },
): Promise<ResultOf<E> | FileResult> {
  const bound = interactionEndpoints({
    postgres: database.postgres,
    recordings: { pathOf: (file) => join(folder, file) },
    customerOf: () => Promise.resolve(null),
    audit: (...access) => {
      audited.push(access);
      return Promise.resolve();
    },
  }).find((each: BoundEndpoint) => each.endpoint === (endpoint as Endpoint));
  const query = endpoint.query.parse(input.query ?? {});
  const context = { user: { ...as, name: "Sue" }, ip: "192.0.2.1" } as SignedInContext;
  return bound?.run({ params: input.params ?? {}, query, body: {} }, context) as Promise<ResultOf<E>>;
}

async function search(query: object, as?: { id: string; role: Role }) {
  return (await ask(contract.searchInteractions, { query }, as)) as ResultOf<
    typeof contract.searchInteractions
  >;
}

describe("searching interactions", () => {
  it("pages newest first, each once, although calls came at the same moment", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await search({ limit: 4, ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.interactions.map((each) => each.id));
      expect(page.interactions.length).toBeLessThanOrEqual(4);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect([...seen].sort()).toEqual([...calls].sort());
    const times = (await search({ limit: 200 })).interactions.map((each) => each.startedAt);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  it("finds by a part of a number, by the readable number, and takes wildcards literally", async () => {
    expect((await search({ text: "3090182" })).interactions).toHaveLength(5);
    const [some] = (await search({ limit: 1 })).interactions;
    const byNumber = (await search({ text: `#${some?.number}` })).interactions;
    expect(byNumber.map((each) => each.id)).toContain(some?.id);
    expect((await search({ text: "%" })).interactions).toEqual([]);
    expect((await search({ text: "_" })).interactions).toEqual([]);
  });

  it("narrows by queue, agent, outcome, recording and time", async () => {
    expect((await search({ queueId: sales })).interactions).toHaveLength(7);
    expect((await search({ agentId: ben })).interactions).toHaveLength(6);
    expect((await search({ outcome: "abandoned" })).interactions).toHaveLength(12);
    expect((await search({ hasRecording: "true" })).interactions).toHaveLength(13);
    expect((await search({ hasRecording: "false", outcome: "answered" })).interactions).toEqual([]);
    const { startedAt } = (await search({ limit: 1 })).interactions[0] ?? { startedAt: 0 };
    const latest = (await search({ from: startedAt })).interactions;
    expect(latest.every((each) => each.startedAt === startedAt)).toBe(true);
    expect((await search({ from: -1e300, to: 1e300, limit: 200 })).interactions).toHaveLength(25);
  });

  it("shows agents their own only", async () => {
    const mine = await search({ limit: 200 }, { id: ann, role: "agent" });
    expect(mine.interactions).toHaveLength(7);
    expect(mine.interactions.every((each) => each.agentId === ann)).toBe(true);
    expect((await search({}, { id: randomUUID(), role: "agent" })).interactions).toEqual([]);
  });

  it("refuses a cursor that is not its own", async () => {
    for (const cursor of ["x", "1_2", `${"9".repeat(17)}_${randomUUID()}`])
      await expect(search({ cursor })).rejects.toMatchObject({ code: "bad-request" });
  });
});

describe("one interaction", () => {
  it("comes with its ledger, in order", async () => {
    const read = (await ask(contract.readInteraction, {
      params: { interactionId: calls[0] ?? "" },
    })) as ResultOf<typeof contract.readInteraction>;
    expect(read.interaction).toMatchObject({ note: "call 0", agentId: ann, outcome: "answered" });
    expect(read.ledger.map((entry) => entry.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(contract.readInteraction.result.safeParse(read).error).toBeUndefined();
  });

  it("does not exist for an agent who did not handle it", async () => {
    const params = { interactionId: calls[0] ?? "" };
    await expect(ask(contract.readInteraction, { params }, { id: ben, role: "agent" })).rejects.toMatchObject(
      {
        code: "not-found",
      },
    );
    await ask(contract.readInteraction, { params }, { id: ann, role: "agent" });
  });
});

describe("a recording", () => {
  it("is found in the folder of its day, and each access is audited before it is shown", async () => {
    const [interaction] = (await search({ agentId: ann, limit: 1 })).interactions;
    const recordingId = interaction?.recordings[0]?.id ?? "";
    const params = { recordingId };
    await expect(ask(contract.readRecording, { params })).rejects.toMatchObject({ code: "gone" });
    expect(audited).toEqual([]);
    await mkdir(join(folder, "2026/11/29"), { recursive: true });
    await writeFile(join(folder, `2026/11/29/${recordingId}.wav`), "RIFF");
    expect(await ask(contract.readRecording, { params, query: { download: "true" } })).toMatchObject({
      path: join(folder, `2026/11/29/${recordingId}.wav`),
      downloadName: `${interaction?.number}-talk.wav`,
    });
    expect(audited).toEqual([
      [
        expect.objectContaining({ name: "Sue" }),
        { recordingId, interactionId: interaction?.id, download: true },
        "192.0.2.1",
      ],
    ]);
    await expect(ask(contract.readRecording, { params }, { id: ben, role: "agent" })).rejects.toMatchObject({
      code: "not-found",
    });
  });
});

describe("earlier calls", () => {
  it("are those of the same number, newest first, without the present one, at most ten", async () => {
    const { postgres } = database;
    const [newest] = (await search({ text: "+4930901820", limit: 1 })).interactions;
    const earlier = await findEarlierCalls(postgres, "+4930901820", newest?.id ?? "");
    expect(earlier).toHaveLength(4);
    expect(earlier.map((each) => each.interactionId)).not.toContain(newest?.id);
    expect(await findEarlierCalls(postgres, "anonymous", randomUUID())).toEqual([]);
  });
});

describe("the agent who had a caller last", () => {
  it("is the one of the newest call with a talk, if that began after the moment asked about", async () => {
    const { postgres } = database;
    const of = (since: number) => findLastAgent(postgres, "+4930901820", since);
    const answered = (await search({ text: "+4930901820", outcome: "answered", limit: 50 })).interactions;
    const [newest] = answered;
    expect(newest?.agentId).toBeTruthy();
    expect(await of(0)).toBe(newest?.agentId);
    expect(await of(newest?.startedAt ?? 0)).toBeNull();
    expect(await findLastAgent(postgres, "anonymous", 0)).toBeNull();
    expect(await findLastAgent(postgres, "+15559999999", 0)).toBeNull();
  });
});
