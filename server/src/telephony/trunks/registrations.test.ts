import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../base/clock.ts";
import { createManualClock } from "../../base/clock.manual.ts";
import { openLog } from "../../base/log.ts";
import type { RegistrationState } from "../../contract/trunks.ts";
import { type Carrier, openCarrier } from "../../tests/rig/carrier.ts";
import { waitFor } from "../../tests/rig/wait-for.ts";
import { plainTrunk, type RegistrarLease, type TrunkPeer } from "../directories.ts";
import { SipEdges } from "../sip-edges.ts";
import { type Pair, startPair } from "../tests/pair.ts";
import { Registrations } from "./registrations.ts";

let pair: Pair;
let registrar: Carrier;
const closing: (() => Promise<void> | void)[] = [];
beforeAll(async () => {
  pair = await startPair();
  registrar = await openCarrier();
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await registrar.close();
  await pair.close();
});

/** A lease that two nodes in this process share, as the database's does. */
function sharedLease() {
  let holder: string | null = null;
  let isAway = false;
  const told = new Map<string, RegistrationState>();
  const check = () => (isAway ? Promise.reject(new Error("the database is away")) : Promise.resolve());
  const leaseOf = (node: string): RegistrarLease => ({
    hold: () => check().then(() => (holder ??= node) === node),
    release: () => check().then(() => void (holder = holder === node ? null : holder)),
    tell: (trunkId, state) => check().then(() => void told.set(trunkId, state)),
    told: () => check().then(() => told),
  });
  return { leaseOf, setAway: (now: boolean) => (isAway = now), steal: (node: string) => (holder = node) };
}

/** One node; its clock is moved by hand, so that nobody waits for the lease. */
async function openNode(lease: RegistrarLease) {
  const log = openLog("silent");
  const edges = new SipEdges([pair.sip], systemClock, log);
  await waitFor("the edge", () => edges.isUp);
  const clock = createManualClock();
  const registrations = new Registrations({ clock, log, edges, lease });
  const close = async () => {
    await registrations.close();
    edges.close();
  };
  closing.push(close);
  /** Until the lease is asked for again and what follows has begun. */
  const pass = async (ms: number) => {
    clock.advance(ms);
    await new Promise(setImmediate);
    clock.advance(500);
    await new Promise(setImmediate);
  };
  return { registrations, pass, close };
}

function trunk(): TrunkPeer {
  const registration = {
    ...{ registrarUri: registrar.uri, transport: "udp" as const, username: "house", password: "x" },
    expirySeconds: 600,
  };
  return { ...plainTrunk, id: "t1", contactToken: "token-1", registration };
}

describe("of two nodes", () => {
  it("one registers, the other shows what it tells and takes over when it stops", async () => {
    const { leaseOf } = sharedLease();
    const [one, two] = [await openNode(leaseOf("one")), await openNode(leaseOf("two"))];
    for (const { registrations } of [one, two]) registrations.follow([trunk()]);
    await one.pass(0);
    await waitFor("the registration", () => one.registrations.stateOf(trunk())?.state === "registered");
    expect(two.registrations.stateOf(trunk())?.state).toBe("elsewhere");
    await two.pass(11_000);
    expect(two.registrations.stateOf(trunk())).toEqual(one.registrations.stateOf(trunk()));
    const count = registrar.registers.length;
    await one.close();
    expect([registrar.contact, registrar.registers.length]).toEqual([null, count + 1]);
    await two.pass(11_000);
    await waitFor("the other's registration", () => registrar.contact);
    await waitFor("its state", () => two.registrations.stateOf(trunk())?.state === "registered");
  });

  it("the one that registers goes on while the database is away, and leaves the binding to whoever took the lease", async () => {
    const { leaseOf, setAway, steal } = sharedLease();
    const one = await openNode(leaseOf("one"));
    one.registrations.follow([trunk()]);
    await one.pass(0);
    await waitFor("the registration", () => one.registrations.stateOf(trunk())?.state === "registered");
    setAway(true);
    await one.pass(11_000);
    expect(one.registrations.stateOf(trunk())?.state).toBe("registered");
    setAway(false);
    steal("two");
    await one.pass(11_000);
    const count = registrar.registers.length;
    await one.close();
    expect(registrar.contact).toContain("token-1");
    expect(registrar.registers).toHaveLength(count);
  });
});
