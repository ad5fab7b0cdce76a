/** PostgreSQL, then Redis, goes away for ten seconds in a call: talk goes on, and nothing is lost afterwards. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listLabels, setStatus } from "../../contract/agent-desk.ts";
import { readiness } from "../../contract/health.ts";
import { searchInteractions } from "../../contract/interactions.ts";
import type { LedgerEntry } from "../../contract/ledger.ts";
import { openTestDatabase, type TestDatabase } from "../../store/test-database.ts";
import { type CuttableProxy, openCuttableProxy } from "../cuttable-proxy.ts";
import type { Call } from "../rig/call.ts";
import { type RedisProcess, startRedis } from "../rig/redis-process.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { waitFor } from "../rig/wait-for.ts";
import { ApiClient } from "./api-client.ts";
import { entries, hasEnded, type House, openHouse, type PhoneAgent } from "./house.ts";
import {
  answerNext,
  callIn,
  expectGapless,
  expectRecorded,
  hearEachOther,
  hearMusic,
  keepHearing,
  talkAWhile,
} from "./voices.ts";

const outageMs = 10_000;

interface Readiness {
  ok: boolean;
  parts: Record<string, { ok: boolean; sentence: string }>;
}
async function readyz(house: House): Promise<{ status: number; notOk: string[] }> {
  const response = await house.administrator.raw(readiness);
  const { parts } = (await response.json()) as Readiness;
  const notOk = Object.keys(parts).filter((name) => parts[name]?.ok !== true);
  return { status: response.status, notOk };
}
const becomesReady = (house: House) =>
  waitFor("readiness without trouble", async () => (await readyz(house)).status === 200, {
    timeoutMs: 15_000,
  });
/** The number's last digits tell the callers of one house apart. */
const isFrom = (ledger: LedgerEntry[], phone: string) =>
  entries(ledger, "interaction.started")[0]?.from === phone;

describe("PostgreSQL away for ten seconds", () => {
  let database: TestDatabase;
  let proxy: CuttableProxy;
  let house: House;
  let agents: PhoneAgent[];
  let phones: Telephone[];

  beforeAll(async () => {
    database = await openTestDatabase();
    const url = new URL(database.url);
    proxy = await openCuttableProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    house = await openHouse({ DATABASE_URL: url.href });
    agents = [await house.agentWithPhone(0), await house.agentWithPhone(1)];
    phones = [await openTelephone({ number: "+15550181" }), await openTelephone({ number: "+15550182" })];
  });
  afterAll(async () => {
    for (const phone of phones) await phone.close();
    await house.close();
    await proxy.close();
    await database.close();
  });

  it("is not noticed by those who talk or call; the API says so; afterwards all is in the ledger", async () => {
    const [ann, ben] = agents as [PhoneAgent, PhoneAgent];
    const [early, late] = phones as [Telephone, Telephone];
    await ann.ready();
    const call = await callIn(house, early);
    const annsCall = await answerNext(ann);
    await hearEachOther(call, annsCall);
    await ben.ready();

    proxy.cut();
    const untilMs = performance.now() + outageMs;
    await apiSaysUnavailable(house);
    expect(await readyz(house)).toEqual({ status: 503, notOk: ["postgres"] });

    const newCall = await callIn(house, late);
    const bensCall = await answerNext(ben, 10_000);
    await talkAWhile(newCall, bensCall);
    await newCall.hangUp();
    await ben.deskBecomes("free again in the outage", ({ state }) => state === "idle");
    await keepHearing(call, annsCall, untilMs);

    proxy.restore();
    await becomesReady(house);
    await keepHearing(call, annsCall, performance.now() + 500);
    await call.hangUp();
    await ann.deskBecomes("free again", ({ state }) => state === "idle");

    const numbers = new Set<number>();
    for (const phone of ["+15550181", "+15550182"]) {
      const found = await house.interaction(`of ${phone} is complete`, (ledger) => {
        return hasEnded(ledger) && isFrom(ledger, phone);
      });
      expectGapless(found.ledger);
      expect(found.types.filter((type) => /^(queue|talk|interaction|recording)\./.test(type))).toEqual([
        "interaction.started",
        "queue.entered",
        "queue.left",
        "talk.started",
        "recording.started",
        "talk.ended",
        ...found.types.filter((type) => type === "interaction.ended" || type === "recording.stopped"),
      ]);
      expect(found.interaction).toMatchObject({ outcome: "answered", endedBy: "customer" });
      numbers.add(found.interaction.number);
      await expectRecorded(house, found);
    }
    expect(numbers.size).toBe(2);
    expect(numbers.has(0)).toBe(false);
    await nextCallWorks(house, early, [ann, ben]);
  });
});

async function apiSaysUnavailable(house: House): Promise<void> {
  const unavailable = { status: 503, code: "unavailable" };
  const { administrator } = house;
  await Promise.all([
    expect(new ApiClient(administrator.origin).signIn("boss", "correct horse battery")).rejects.toMatchObject(
      unavailable,
    ),
    expect(administrator.call(listLabels)).rejects.toMatchObject(unavailable),
    expect(administrator.call(searchInteractions, { query: { limit: 5 } })).rejects.toMatchObject(
      unavailable,
    ),
  ]);
}

async function nextCallWorks(house: House, phone: Telephone, agents: PhoneAgent[]): Promise<void> {
  const call = await callIn(house, phone);
  const answered = await Promise.any(agents.map((agent) => answerNext(agent, 10_000)));
  await hearEachOther(call, answered);
  await call.hangUp();
}

describe("Redis away for ten seconds", () => {
  let redis: RedisProcess;
  let house: House;
  let ann: PhoneAgent;
  const phones: Telephone[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    house = await openHouse({ REDIS_URL: redis.url });
    ann = await house.agentWithPhone(0);
    for (const number of ["+15550191", "+15550192", "+15550193", "+15550194"])
      phones.push(await openTelephone({ number }));
  });
  afterAll(async () => {
    for (const phone of phones) await phone.close();
    await house.close();
    await redis.close();
  });

  async function waits(phone: Telephone, number: string): Promise<Call> {
    const call = await callIn(house, phone);
    await house.interaction(`of ${number} waits`, (ledger) => {
      return isFrom(ledger, number) && entries(ledger, "queue.entered").length > 0 && !hasEnded(ledger);
    });
    return call;
  }

  /** One talks, two wait; another comes during the outage; then the talk ends during it. */
  async function goThrough(away: () => Promise<void>, back: () => Promise<void>, forMs: number) {
    const [first, second, third, fourth] = phones as [Telephone, Telephone, Telephone, Telephone];
    await ann.ready();
    const talking = await callIn(house, first);
    const annsCall = await answerNext(ann);
    await hearEachOther(talking, annsCall);
    const waiting = [await waits(second, "+15550192"), await waits(third, "+15550193")];

    await away();
    const untilMs = performance.now() + forMs;
    const latecomer = await waits(fourth, "+15550194");
    for (const call of [...waiting, latecomer]) await hearMusic(call);
    await waitFor("readiness to name the log", async () => {
      const { status, notOk } = await readyz(house);
      return status === 503 && notOk.join() === "eventLog";
    });
    const setReady = ann.client.call(setStatus, { body: { status: "ready", reasonId: null } });
    await expect(setReady).rejects.toMatchObject({ status: 503, code: "unavailable" });
    await keepHearing(talking, annsCall, untilMs);
    await annsCall.hangUp();
    await waitFor("the customer's leg to end without Redis", () => talking.end, { timeoutMs: 2_000 });

    await back();
    await becomesReady(house);
    for (const call of [...waiting, latecomer]) {
      const answered = await answerNext(ann, 15_000);
      await talkAWhile(call, answered);
      expect(call.end).toBeNull();
      await call.hangUp();
      await waitFor("the agent's leg to end", () => answered.end);
    }
    await ann.deskBecomes("free after all of them", ({ state }) => state === "idle");
  }

  async function allIsInTheLedger(): Promise<void> {
    const enteredAndTalked: [number, number][] = [];
    for (const number of ["+15550191", "+15550192", "+15550193", "+15550194"]) {
      const found = await house.interaction(`of ${number} is complete`, (ledger) => {
        return hasEnded(ledger) && isFrom(ledger, number);
      });
      expectGapless(found.ledger);
      expect(found.interaction.outcome).toBe("answered");
      expect(entries(found.ledger, "offer.made")).toHaveLength(1);
      const talked = found.ledger.find(({ event }) => event.type === "talk.started")?.at ?? 0;
      enteredAndTalked.push([found.interaction.enqueuedAt ?? 0, talked]);
      await expectRecorded(house, found);
    }
    const byEntry = [...enteredAndTalked].sort(([a], [b]) => a - b).map(([, talked]) => talked);
    expect(byEntry).toEqual([...byEntry].sort((a, b) => a - b));
  }

  it("by a crash: talk and music go on, a caller may still join, and all are served in their order", async () => {
    await goThrough(
      () => redis.kill(),
      () => redis.restart(),
      outageMs,
    );
    await allIsInTheLedger();
  });

  it("by a hang: the same", async () => {
    await goThrough(
      () => Promise.resolve(redis.freeze()),
      () => Promise.resolve(redis.resume()),
      4_000,
    );
  });
});
