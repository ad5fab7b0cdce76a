/**
 * Three router processes on one Redis under a steady load, and what goes wrong in real life: never two live offers
 * for one agent, every offer ends once, nobody is lost, nobody is overtaken, and it goes on soon.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { FaultOffice } from "./fault-office.ts";
import { fakeClock } from "./fake-clock.ts";

/** The lease is two seconds, renewed every half second: three leases for a machine that does other things too. */
const takeoverWithinMs = 6_000;
const beyondLeaseMs = 4_000;
/** The router lets go of what a node held after its silence of about six seconds. */
const beyondSilenceMs = 10_000;

let office: FaultOffice | undefined;
afterEach(async () => {
  await office?.close();
  office = undefined;
});

interface Cast {
  office: FaultOffice;
  leader: string;
  follower: string;
  /** Nothing ever happens to this one. */
  other: string;
}

async function underLoad(options: Parameters<typeof FaultOffice.open>[0] = {}): Promise<Cast> {
  office = await FaultOffice.open(options);
  office.startLoad();
  await office.answersMore("n3", 10);
  const leader = await office.leader();
  const [follower = "", other = ""] = await office.followers();
  return { office, leader, follower, other };
}

/** After a fault that began at `fromMs`, as a node saw it. */
function expectTakeover({ office: at, other }: Cast, what: string, fromMs: number, allowedMs = 0): void {
  const silenceMs = at.longestSilence(other, fromMs);
  console.log(`router faults, ${what}: at most ${silenceMs} ms without a new offer`);
  expect(silenceMs).toBeLessThan(takeoverWithinMs + allowedMs);
}

describe("three routers on one Redis, when", () => {
  it("the leader is killed: another takes over, and it comes back as a follower", async () => {
    const cast = await underLoad();
    const atMs = performance.now();
    await cast.office.kill(cast.leader);
    await cast.office.answersMore(cast.other, 20);
    await cast.office.start(cast.leader);
    await cast.office.staff(cast.leader);
    await cast.office.answersMore(cast.other, 20);
    await cast.office.expectAllWell(cast.other);
    expectTakeover(cast, "the leader is killed", atMs);
  });

  it("a follower is killed: its callers leave, its agents are not rung, the others go on", async () => {
    const cast = await underLoad();
    const atMs = performance.now();
    await cast.office.kill(cast.follower);
    await cast.office.answersMore(cast.other, 60);
    await cast.office.expectAllWell(cast.other);
    expectTakeover(cast, "a follower is killed", atMs);
  });

  it("the leader is paused beyond its lease: another takes over, and what it says afterwards is refused", async () => {
    const cast = await underLoad();
    const atMs = performance.now();
    cast.office.node(cast.leader).pause();
    await sleep(beyondLeaseMs);
    cast.office.node(cast.leader).resume();
    await cast.office.answersMore(cast.other, 20);
    expect(await cast.office.leader()).not.toBe(cast.leader);
    await cast.office.expectAllWell(cast.other);
    expectTakeover(cast, "the leader is paused", atMs);
  });

  it("the leader is paused so long that the others take it for lost: it joins again with all that it holds", async () => {
    const cast = await underLoad();
    cast.office.node(cast.leader).pause();
    await sleep(beyondSilenceMs);
    cast.office.node(cast.leader).resume();
    await cast.office.answersMore(cast.other, 30);
    await cast.office.expectAllWell(cast.other);
  });

  for (const direction of ["both", "requests", "answers"] as const) {
    it(`the leader cannot reach Redis, ${direction} held up: another takes over, nothing is done twice`, async () => {
      const cast = await underLoad();
      const atMs = performance.now();
      cast.office.proxy(cast.leader).stall(direction);
      await sleep(beyondLeaseMs);
      cast.office.proxy(cast.leader).resume();
      await cast.office.answersMore(cast.other, 20);
      await cast.office.expectAllWell(cast.other);
      expectTakeover(cast, `the leader's ${direction} are held up`, atMs);
    });
  }

  it("answers to a follower are held up so long that it is taken for lost: what it sends again is done once", async () => {
    const cast = await underLoad();
    cast.office.proxy(cast.follower).stall("answers");
    await sleep(beyondSilenceMs);
    cast.office.proxy(cast.follower).reset();
    cast.office.proxy(cast.follower).resume();
    await cast.office.answersMore(cast.other, 30);
    await cast.office.expectAllWell(cast.other);
  });

  it("every node's connections break again and again: nobody notices", async () => {
    const cast = await underLoad();
    for (let round = 0; round < 6; round += 1) {
      for (const proxy of cast.office.proxies.values()) {
        proxy.reset();
        await sleep(150);
      }
    }
    await cast.office.answersMore(cast.other, 20);
    await cast.office.expectAllWell(cast.other);
  });

  it("the network forgets the leader's connections and tells nobody: it connects anew", async () => {
    const cast = await underLoad();
    const atMs = performance.now();
    cast.office.proxy(cast.leader).forget();
    await cast.office.answersMore(cast.other, 20);
    await cast.office.expectAllWell(cast.other);
    expectTakeover(cast, "the leader's connections are forgotten", atMs);
  });

  it("Redis is killed and comes back with what it had: everybody is served, in order", async () => {
    const cast = await underLoad();
    const atMs = performance.now();
    await cast.office.server.kill();
    await sleep(2_000);
    await cast.office.server.restart();
    await cast.office.answersMore(cast.other, 30);
    await cast.office.expectAllWell(cast.other);
    expectTakeover(cast, "Redis is away for two seconds", atMs, 2_000);
  });

  it("Redis is killed and comes back empty: the routers' memory fills it, and nobody is lost", async () => {
    const cast = await underLoad({ forgetful: true });
    await cast.office.server.kill();
    await sleep(500);
    await cast.office.server.restart();
    await cast.office.answersMore(cast.other, 30);
    await cast.office.expectAllWell(cast.other);
  });

  for (const [name, minutes] of [
    ["forwards", 7],
    ["backwards", -7],
  ] as const) {
    it(`the clocks of the leader and a follower jump ${name} by minutes, one after the other: nobody notices`, async () => {
      const directory = await mkdtemp(join(tmpdir(), "ringdown-clock-"));
      const clocks = { n1: join(directory, "n1"), n2: join(directory, "n2") };
      for (const file of Object.values(clocks)) await writeFile(file, "+0");
      try {
        const env = { n1: fakeClock(clocks.n1), n2: fakeClock(clocks.n2) };
        const cast = await underLoad({ env });
        for (const file of Object.values(clocks)) {
          await writeFile(file, `${minutes > 0 ? "+" : ""}${minutes}m`);
          await cast.office.answersMore("n3", 20);
        }
        const witness = await cast.office.expectAllWell("n3");
        expect(cast.office.jumps("n3")).toEqual([]);
        const early = [...witness.ends].filter(([, end]) => end !== "accepted" && end !== "hung-up");
        expect(early).toEqual([]);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    });
  }
});
