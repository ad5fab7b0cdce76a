/** The program is stopped in calls (it drains), and killed in calls (the next start leaves no row that lies). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterEach, describe, expect, it, onTestFailed } from "vitest";
import { readiness } from "../../contract/health.ts";
import { type Interaction, readInteraction, searchInteractions } from "../../contract/interactions.ts";
import type { LedgerEntry } from "../../contract/ledger.ts";
import type { Call } from "../rig/call.ts";
import { openTelephone, type Telephone } from "../rig/telephone.ts";
import { waitFor, within } from "../rig/wait-for.ts";
import { entries, type House, openHouse, type PhoneAgent } from "./house.ts";
import { descendantsOf, isGone } from "./process-tree.ts";
import type { Program } from "./program.ts";
import {
  answerNext,
  callIn,
  expectGapless,
  expectRecorded,
  hearEachOther,
  keepHearing,
  talkAWhile,
} from "./voices.ts";

const drainMs = 8_000;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface Stand {
  house: House;
  ann: PhoneAgent;
  phones: Telephone[];
}

/** A house with one agent, and telephones that call it. */
async function openStand(
  numbers: readonly string[],
  environment: Record<string, string> = {},
): Promise<Stand> {
  const house = await openHouse(environment);
  closing.push(() => house.close());
  onTestFailed(() => {
    process.stderr.write(house.program.output().slice(-4_000));
  });
  const ann = await house.agentWithPhone(0);
  const phones: Telephone[] = [];
  for (const number of numbers) {
    const phone = await openTelephone({ number });
    closing.push(() => phone.close());
    phones.push(phone);
  }
  return { house, ann, phones };
}

async function restart(house: House): Promise<Program> {
  const startedAt = performance.now();
  const next = await house.program.restart();
  closing.push(() => next.stop());
  process.stdout.write(`the second start took ${Math.round(performance.now() - startedAt)} ms\n`);
  return next;
}

/** All that the house has stored of a caller. */
async function storyOf(
  { administrator }: House,
  number: string,
): Promise<{ interaction: Interaction; ledger: LedgerEntry[] }> {
  const { interactions } = await administrator.call(searchInteractions, { query: { limit: 50 } });
  const id = interactions.find(({ from }) => from === number)?.id ?? "";
  return administrator.call(readInteraction, { params: { interactionId: id } });
}

const lastOf = (ledger: LedgerEntry[]) => entries(ledger, "interaction.ended");
const ended = (call: Call, timeoutMs = 10_000) =>
  waitFor("the call to end", () => call.end, { timeoutMs, intervalMs: 5 });

/** The agent's browser and phone come back to the new life. */
async function comeBack(ann: PhoneAgent, program: Program): Promise<void> {
  await ann.phone.register(program.sipUdp, { domain: "ringdown.local" });
  await ann.reconnect();
  await ann.ready();
}

async function nextCallWorks(house: House, ann: PhoneAgent, phone: Telephone): Promise<void> {
  const call = await callIn(house, phone);
  const answered = await answerNext(ann);
  await hearEachOther(call, answered);
  await call.hangUp();
  await ann.deskBecomes("free", ({ state }) => state === "idle");
}

async function waits(house: House, phone: Telephone): Promise<Call> {
  const before = house.realtime.events.length;
  const call = await callIn(house, phone);
  await waitFor("the caller to be in the queue", () =>
    house.realtime.events.slice(before).some(({ kind }) => kind === "waiting"),
  );
  return call;
}

describe("SIGTERM in calls", () => {
  it("takes no new calls, serves those who wait, and ends what is left at the deadline", async () => {
    const [talker, waiter, late, stuck] = ["+15550171", "+15550172", "+15550173", "+15550174"] as const;
    const { house, ann, phones } = await openStand([talker, waiter, late, stuck], {
      RINGDOWN_DRAIN_SECONDS: String(drainMs / 1_000),
    });
    const { child, exited } = house.program;
    await ann.ready();
    const talk = await callIn(house, phones[0] as Telephone);
    const annsCall = await answerNext(ann);
    await hearEachOther(talk, annsCall);
    const waiting = await waits(house, phones[1] as Telephone);
    const stuckCall = await waits(house, phones[3] as Telephone);
    const family = descendantsOf(child.pid ?? 0);
    expect(family.some(({ command }) => command.includes("embedded"))).toBe(true);
    expect(family.some(({ command }) => command.includes("postgres"))).toBe(true);

    child.kill("SIGTERM");
    const signalledAt = performance.now();
    await waitFor("the realtime clients to be told", () =>
      [ann.realtime, house.realtime].every(({ messages }) => messages.includes("going-away")),
    );
    const ready = await house.administrator.raw(readiness);
    expect(ready.status).toBe(503);
    expect(await ready.text()).toMatch(/no new calls; 3 calls \(2 waiting, 1 talking\) left, \d s at most/);
    const refused = await (phones[2] as Telephone).call({ to: "+15550100", at: house.program.sipUdp });
    expect(await ended(refused)).toMatchObject({ by: "refused", status: 503 }); // by the edge itself
    await keepHearing(talk, annsCall, performance.now() + 500);

    await talk.hangUp();
    const second = await answerNext(ann);
    await talkAWhile(waiting, second);

    const end = await ended(waiting, drainMs + 5_000);
    expect(performance.now() - signalledAt).toBeGreaterThan(drainMs - 500);
    expect(end).toMatchObject({ by: "them", reason: expect.stringMatching(/shut/i) as string });
    for (const call of [second, stuckCall]) expect((await ended(call)).by).toBe("them");
    expect(await within("the program to end", exited, 10_000)).toBe(0);
    await waitFor("all its processes to be gone", () => family.every(({ pid }) => isGone(pid)));
    expect(house.program.output()).not.toMatch(/A bug:|"level":"error"/);

    const next = await restart(house);
    for (const number of [talker, waiter, stuck]) expectGapless((await storyOf(house, number)).ledger);
    const first = await storyOf(house, talker);
    expect(lastOf(first.ledger)).toMatchObject([{ by: "customer", outcome: "answered" }]);
    await expectRecorded(house, first);
    const cut = await storyOf(house, waiter);
    expect(entries(cut.ledger, "talk.ended")).toMatchObject([{ by: "system", cause: "shutdown" }]);
    expect(lastOf(cut.ledger)).toMatchObject([{ by: "system", cause: "shutdown", outcome: "answered" }]);
    await expectRecorded(house, cut);
    const unserved = await storyOf(house, stuck);
    expect(entries(unserved.ledger, "queue.left")).toMatchObject([{ cause: "system" }]);
    expect(lastOf(unserved.ledger)).toMatchObject([{ by: "system", cause: "shutdown", outcome: "failed" }]);
    expect(next.output()).not.toMatch(/earlier life|former life/);
    await comeBack(ann, next);
    await nextCallWorks(house, ann, phones[0] as Telephone);
  });

  it("ends at once when there is no call, also with browsers connected", async () => {
    const { house } = await openStand([], { RINGDOWN_DRAIN_SECONDS: "60" });
    house.program.child.kill("SIGTERM");
    expect(await within("the program to end", house.program.exited, 10_000)).toBe(0);
  });
});

describe("SIGKILL in calls", () => {
  it("hangs up on everybody; the next start closes what was open, and the next call works", async () => {
    const [talker, waiter] = ["+15550175", "+15550176"] as const;
    const { house, ann, phones } = await openStand([talker, waiter]);
    const { child, exited, dataDir } = house.program;
    await ann.ready();
    const talk = await callIn(house, phones[0] as Telephone);
    const annsCall = await answerNext(ann);
    await talkAWhile(talk, annsCall);
    const waiting = await waits(house, phones[1] as Telephone);
    const family = descendantsOf(child.pid ?? 0);

    child.kill("SIGKILL");
    await exited;
    for (const call of [talk, annsCall, waiting]) expect((await ended(call)).by).toBe("them");
    await waitFor("the embedded pair to end by itself", () =>
      family.filter(({ command }) => command.includes("embedded/dist")).every(({ pid }) => isGone(pid)),
    );

    const restartedAt = Date.now();
    const next = await restart(house);
    const broken = await storyOf(house, talker);
    expectGapless(broken.ledger);
    expect(entries(broken.ledger, "talk.ended")).toMatchObject([{ by: "system", cause: "restart" }]);
    expect(lastOf(broken.ledger)).toMatchObject([{ by: "system", cause: "restart", outcome: "answered" }]);
    expect(broken.interaction.recordings[0]?.durationMs).toBeGreaterThan(1_000);
    await expectRecorded(house, broken, { toleranceMs: 6_000 });
    const unserved = await storyOf(house, waiter);
    expectGapless(unserved.ledger);
    expect(entries(unserved.ledger, "queue.left")).toMatchObject([{ cause: "system" }]);
    expect(lastOf(unserved.ledger)).toMatchObject([{ by: "system", cause: "restart", outcome: "failed" }]);
    expect(await openIntervals(dataDir, restartedAt)).toEqual([]);

    await comeBack(ann, next);
    await nextCallWorks(house, ann, phones[0] as Telephone);
    const secondFamily = descendantsOf(next.child.pid ?? 0);
    await next.stop({ keepData: true });
    for (const { pid } of [...family, ...secondFamily]) expect(isGone(pid)).toBe(true);
  });
});

/** Agents' intervals of the former life that are still open. */
async function openIntervals(dataDir: string, restartedAt: number): Promise<object[]> {
  const password = (await readFile(join(dataDir, "postgres.password"), "utf8")).trim();
  const port = (await readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8")).split("\n")[3] ?? "";
  const client = new pg.Client({
    connectionString: `postgres://ringdown:${password}@127.0.0.1:${port}/ringdown`,
  });
  await client.connect();
  try {
    const { rows } = await client.query<object>(
      "select * from agent_state_interval where to_at is null and from_at < to_timestamp($1::float8 / 1000)",
      [restartedAt],
    );
    return rows;
  } finally {
    await client.end();
  }
}
