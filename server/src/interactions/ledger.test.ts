import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock, type Clock } from "../base/clock.ts";
import { openLog } from "../base/log.ts";
import type { LedgerEntry, LedgerEvent, OfferReason } from "../contract/ledger.ts";
import { openPostgres, type Postgres } from "../store/postgres.ts";
import { openTestDatabase, type TestDatabase } from "../store/test-database.ts";
import { openCuttableProxy, type CuttableProxy } from "../tests/cuttable-proxy.ts";
import { openLedger, type InteractionStarted, type Ledger } from "./ledger.ts";

const log = openLog("silent");
const sales = randomUUID();
const ann = randomUUID();
const started: InteractionStarted = {
  type: "interaction.started",
  channel: "voice",
  direction: "inbound",
  from: "+15551234567",
  to: "+15550100",
  source: "trunk",
  trunkId: null,
  sipCallId: "abc",
};
const reason: OfferReason = {
  trigger: "caller-entered",
  strategy: "longest-idle",
  score: 0,
  idleMs: 0,
  waitedMs: 0,
  priority: 0,
  position: 1,
  waiting: 1,
  staffing: { members: 1, available: 1, offered: 0, busy: 0, wrapUp: 0, notRoutable: 0 },
  nextBest: [],
  leftOut: { count: 0, named: [] },
  passedOver: 0,
  competing: [],
};

let database: TestDatabase;
let proxy: CuttableProxy;
let postgres: Postgres;
let dataDir: string;
const open: Ledger[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  const url = new URL(database.url);
  proxy = await openCuttableProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  postgres = await openPostgres({ url: url.href }, log, { migrate: false });
});
afterAll(async () => {
  await postgres.close();
  await proxy.close();
  await database.close();
});
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "ringdown-ledger-"));
});
afterEach(async () => {
  proxy.restore();
  for (const ledger of open.splice(0)) await ledger.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function openOne(change: { nodeId?: string; clock?: Clock; maximumInMemory?: number } = {}) {
  const options = { postgres, clock: systemClock, log, nodeId: randomUUID(), dataDir, ...change };
  const ledger = await openLedger(options);
  open.push(ledger);
  return ledger;
}

async function entriesOf(interactionId: string): Promise<{ seq: number; type: string }[]> {
  return await database.postgres.query(
    "select seq, type from ledger where interaction_id = $1 order by seq",
    [interactionId],
  );
}

const talkTo = (agentId: string): LedgerEvent[] => [
  { type: "queue.entered", queueId: sales, priority: 0, enqueuedAt: Date.now() - 3_000 },
  { type: "offer.made", offerId: "o1", agentId, queueId: sales, reason, timeToOfferMs: 2 },
  { type: "offer.ended", offerId: "o1", agentId, queueId: sales, cause: "accepted", ringMs: 900 },
  { type: "queue.left", queueId: sales, cause: "answered", waitMs: 3_000 },
  { type: "talk.started", agentId, queueId: sales, answerToBridgeMs: 40 },
];

describe("the ledger", () => {
  it("numbers entries from 1 and keeps the interaction's row in step", async () => {
    const ledger = await openOne();
    const { interactionId, number } = ledger.begin(started);
    for (const event of talkTo(ann)) ledger.append(interactionId, event);
    ledger.append(interactionId, {
      type: "talk.ended",
      agentId: ann,
      by: "agent",
      cause: "bye",
      talkMs: 10,
      holdMs: 0,
    });
    ledger.append(interactionId, {
      type: "interaction.ended",
      by: "agent",
      cause: "bye",
      outcome: "answered",
      durationMs: 3_010,
    });
    await ledger.flush();
    expect((await entriesOf(interactionId)).map((row) => row.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const rows = await database.postgres.query<{ number: number }>(
      "select number, queue_id, agent_id, outcome, settled, last_seq from interaction where id = $1",
      [interactionId],
    );
    expect(rows).toEqual([
      {
        number: await number,
        queue_id: sales,
        agent_id: ann,
        outcome: "answered",
        settled: true,
        last_seq: 8,
      },
    ]);
    const visits = await database.postgres.query(
      "select cause, wait_ms, agent_id from queue_visit where interaction_id = $1",
      [interactionId],
    );
    expect(visits).toEqual([{ cause: "answered", wait_ms: 3_000, agent_id: ann }]);
  });

  it("tells listeners each entry at append time, with the interaction after it", async () => {
    const ledger = await openOne();
    const heard: [LedgerEntry["event"]["type"], string | null][] = [];
    const stop = ledger.on((entry, interaction) => heard.push([entry.event.type, interaction.language]));
    const { interactionId } = ledger.begin(started);
    ledger.append(interactionId, { type: "flow.language", language: "zh" });
    stop();
    ledger.append(interactionId, { type: "flow.language", language: "en" });
    expect(heard).toEqual([
      ["interaction.started", null],
      ["flow.language", "zh"],
    ]);
  });

  it("survives a listener that throws", async () => {
    const ledger = await openOne();
    ledger.on(() => {
      throw new Error("broken screen");
    });
    const { interactionId } = ledger.begin(started);
    await ledger.flush();
    expect(await entriesOf(interactionId)).toHaveLength(1);
  });

  it("loses nothing and keeps the order while PostgreSQL is away, and gives numbers meanwhile", async () => {
    const ledger = await openOne();
    const { interactionId } = ledger.begin(started);
    await ledger.flush();
    proxy.cut();
    for (let i = 0; i < 50; i += 1)
      ledger.append(interactionId, { type: "flow.pressed", node: "menu", digits: String(i) });
    const during = ledger.begin(started);
    expect(await during.number).toBeGreaterThan(0);
    await expect.poll(() => ledger.backlog().failingSince, { timeout: 10_000 }).not.toBeNull();
    expect(await entriesOf(interactionId)).toHaveLength(1);
    proxy.restore();
    await ledger.flush();
    const written = await database.postgres.query<{ digits: string }>(
      "select event ->> 'digits' as digits from ledger where interaction_id = $1 and seq > 1 order by seq",
      [interactionId],
    );
    expect(written.map((row) => Number(row.digits))).toEqual([...Array(50).keys()]);
    expect(await entriesOf(during.interactionId)).toHaveLength(1);
    expect(ledger.backlog()).toEqual({ entries: 0, failingSince: null });
  });

  it("goes to the disk when memory is full, and writes it all in order afterwards", async () => {
    const ledger = await openOne({ maximumInMemory: 10 });
    const { interactionId } = ledger.begin(started);
    await ledger.flush();
    proxy.cut();
    for (let i = 0; i < 100; i += 1) ledger.append(interactionId, { type: "flow.timeout", node: `n${i}` });
    await expect.poll(() => ledger.backlog().failingSince, { timeout: 10_000 }).not.toBeNull();
    await expect.poll(async () => (await stat(join(dataDir, "ledger-spool.jsonl"))).size).toBeGreaterThan(0);
    proxy.restore();
    ledger.append(interactionId, { type: "flow.timeout", node: "n100" });
    await ledger.flush();
    const nodes = await database.postgres.query<{ node: string }>(
      "select event ->> 'node' as node from ledger where interaction_id = $1 and seq > 1 order by seq",
      [interactionId],
    );
    expect(nodes.map((row) => row.node)).toEqual([...Array(101).keys()].map((i) => `n${i}`));
    expect((await stat(join(dataDir, "ledger-spool.jsonl"))).size).toBe(0);
  });

  it("leaves what it could not write to the next life when closed during an absence", async () => {
    const ledger = await openOne({ nodeId: "n" });
    const { interactionId } = ledger.begin(started);
    await ledger.flush();
    proxy.cut();
    ledger.append(interactionId, { type: "flow.language", language: "zh" });
    await expect.poll(() => ledger.backlog().failingSince, { timeout: 10_000 }).not.toBeNull();
    await ledger.close();
    proxy.restore();
    const next = await openOne({ nodeId: "n" });
    await next.flush();
    expect((await entriesOf(interactionId)).map((row) => row.type)).toEqual([
      "interaction.started",
      "flow.language",
    ]);
  });

  it("stores what a hostile From holds, with the impossible characters replaced", async () => {
    const ledger = await openOne();
    const { interactionId } = ledger.begin({ ...started, from: "a\u0000b\ud800c\\u0000" });
    await ledger.flush();
    const rows = await database.postgres.query("select from_number from interaction where id = $1", [
      interactionId,
    ]);
    expect(rows).toEqual([{ from_number: "a\ufffdb\ufffdc\\u0000" }]);
  });

  it("sets an entry aside that PostgreSQL refuses for good, and writes the others", async () => {
    const ledger = await openOne();
    const first = ledger.begin(started);
    ledger.append(first.interactionId, {
      type: "queue.entered",
      queueId: "no uuid",
      priority: 0,
      enqueuedAt: 1,
    });
    const second = ledger.begin(started);
    await ledger.flush();
    expect(await entriesOf(first.interactionId)).toHaveLength(1);
    expect(await entriesOf(second.interactionId)).toHaveLength(1);
    expect(await readFile(join(dataDir, "ledger-refused.jsonl"), "utf8")).toContain("no uuid");
  });

  it("writes the same batch again without effect", async () => {
    const { writeBatch } = await import("./ledger.postgres.ts");
    const interactionId = randomUUID();
    const entry: LedgerEntry = { interactionId, seq: 1, at: 1_000, event: started };
    const more: LedgerEntry = {
      interactionId,
      seq: 2,
      at: 2_000,
      event: { type: "flow.language", language: "zh" },
    };
    const batch = [
      { kind: "entry" as const, entry, number: 0 },
      { kind: "entry" as const, entry: more },
    ];
    const first = await writeBatch(postgres, "n", batch);
    const again = await writeBatch(postgres, "n", batch);
    expect(again).toEqual(first);
    expect(await entriesOf(interactionId)).toHaveLength(2);
    const other = {
      kind: "entry" as const,
      entry: { ...more, event: { type: "flow.language" as const, language: "en" } },
    };
    const clash = await writeBatch(postgres, "n", [other]);
    expect(clash.refused).toEqual([{ entry: other.entry, sentence: "another entry has its number" }]);
  });

  it("takes a note for an interaction that an earlier life told", async () => {
    const before = await openOne();
    const { interactionId } = before.begin(started);
    await before.close();
    const ledger = await openOne();
    ledger.append(interactionId, { type: "wrap-up.saved", agentId: ann, dispositionId: null, note: "late" });
    ledger.append(interactionId, { type: "wrap-up.saved", agentId: ann, dispositionId: null, note: "later" });
    await ledger.flush();
    expect((await entriesOf(interactionId)).map((row) => row.seq)).toEqual([1, 2, 3]);
    expect(ledger.live(interactionId)?.note).toBe("later");
  });

  it("gives unused numbers back at a clean stop", async () => {
    const first = await openOne();
    const one = await first.begin(started).number;
    await first.close();
    const second = await openOne();
    expect(await second.begin(started).number).toBe(one + 1);
  });
});

describe("recovery after a crash", () => {
  it("closes interactions, queue visits and agents' states as of the last sign of life", async () => {
    const nodeId = randomUUID();
    const dead = await openOne({ nodeId }); // never closed before the next one starts: as after SIGKILL
    const talking = dead.begin(started).interactionId;
    for (const event of talkTo(ann)) dead.append(talking, event);
    const waiting = dead.begin(started).interactionId;
    dead.append(waiting, { type: "queue.entered", queueId: sales, priority: 0, enqueuedAt: Date.now() });
    const agent = randomUUID();
    dead.appendAgentState(agent, "talking", null, Date.now() - 60_000);
    await dead.flush();

    const next = await openOne({ nodeId });
    expect(await next.recover()).toEqual({ interactions: 2, agents: 1 });
    const rows = await database.postgres.query<{ id: string }>(
      "select id, outcome, settled, story -> 'interaction' ->> 'endCause' as cause from interaction where id = any($1) order by started_at, number",
      [[talking, waiting]],
    );
    expect(rows).toEqual([
      { id: talking, outcome: "answered", settled: true, cause: "restart" },
      { id: waiting, outcome: "failed", settled: true, cause: "restart" },
    ]);
    expect((await entriesOf(talking)).slice(-2).map((row) => row.type)).toEqual([
      "talk.ended",
      "interaction.ended",
    ]);
    expect((await entriesOf(waiting)).slice(-2).map((row) => row.type)).toEqual([
      "queue.left",
      "interaction.ended",
    ]);
    expect(
      await database.postgres.query(
        "select 1 from agent_state_interval where agent_id = $1 and to_at is null",
        [agent],
      ),
    ).toEqual([]);
    expect(await next.recover()).toEqual({ interactions: 0, agents: 0 });
  });

  it("leaves other nodes' interactions alone", async () => {
    const other = await openOne();
    const { interactionId } = other.begin(started);
    await other.flush();
    const ledger = await openOne();
    await ledger.recover();
    const [row] = await database.postgres.query<{ settled: boolean }>(
      "select settled from interaction where id = $1",
      [interactionId],
    );
    expect(row?.settled).toBe(false);
  });
});

describe("agents' states", () => {
  it("become intervals without gaps; the same state again is ignored", async () => {
    const ledger = await openOne();
    const agent = randomUUID();
    ledger.appendAgentState(agent, "idle", null, 1_000);
    ledger.appendAgentState(agent, "idle", null, 1_500);
    ledger.appendAgentState(agent, "talking", null, 2_000);
    ledger.appendAgentState(agent, "wrap-up", null, 2_000);
    ledger.appendAgentState(agent, "idle", null, 1_000); // the clock was set back
    await ledger.flush();
    const rows = await database.postgres.query(
      `select state, extract(epoch from from_at)::int as from, extract(epoch from to_at)::int as to
       from agent_state_interval where agent_id = $1 order by from_at`,
      [agent],
    );
    expect(rows).toEqual([
      { state: "idle", from: 1, to: 2 },
      { state: "idle", from: 2, to: null },
    ]);
  });
});
