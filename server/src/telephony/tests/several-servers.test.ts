import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Call } from "../../tests/rig/call.ts";
import { openTelephone } from "../../tests/rig/telephone.ts";
import type { Telephone } from "../../tests/rig/telephone.ts";
import { makeTone, writeWav } from "../../tests/rig/tones.ts";
import { waitFor } from "../../tests/rig/wait-for.ts";
import type { AgentLeg, Leg } from "../telephony.ts";
import { isLeg } from "../telephony.ts";
import { startPairProcess } from "./pair-process.ts";
import type { PairProcess } from "./pair-process.ts";
import { startPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { openStand } from "./stand.ts";
import type { Stand } from "./stand.ts";

/** One pair in this process, and one in a process of its own that hangs and dies. */
let a: Pair;
let b: PairProcess;
let stand: Stand;
let music: string;
const telephones: Telephone[] = [];
const legs: Leg[] = [];

beforeAll(async () => {
  [a, b] = await Promise.all([startPair(), startPairProcess()]);
  stand = await openStand({
    pair: a,
    config: { sip: [a.sip, b.sip], media: { servers: [a.media, b.media] } },
  });
  await until("both pairs", () => {
    const { sip, media } = stand.telephony.servers();
    return [...sip, ...media].every(({ state }) => state === "up");
  });
  await stand.telephony.reconcile();
  music = join(stand.folder, "music.wav");
  await writeWav(music, makeTone({ hz: 600, durationMs: 2_000 }));
});
afterAll(async () => {
  await stand.close();
  await Promise.all([a.close(), b.close()]);
});
afterEach(async () => {
  stand.drained.clear();
  await Promise.all(legs.splice(0).map((leg) => leg.hangUp()));
  await Promise.all(telephones.splice(0).map((telephone) => telephone.close()));
});

function until(what: string, condition: () => boolean): Promise<unknown> {
  return waitFor(what, condition, { timeoutMs: 10_000, intervalMs: 10 });
}

const nameOf = ({ media }: Pair) => `${media.host}:${media.port}`;

function viewOf(pair: Pair) {
  const found = stand.telephony.servers().media.find(({ name }) => name === nameOf(pair));
  if (!found) throw new Error(`${nameOf(pair)} is not in the list`);
  return found;
}

async function callIn(at: Pair = a) {
  const telephone = await openTelephone({ number: "+15550177" });
  telephones.push(telephone);
  const [call, inbound] = await Promise.all([telephone.call({ to: "1000", at: at.udp }), stand.nextCall()]);
  const leg = await inbound.answer();
  legs.push(leg);
  await call.answered();
  return { call, leg };
}

/** A call on this pair's media server. */
async function callOn(pair: Pair) {
  const other = pair === a ? b : a;
  stand.drained.add(nameOf(other));
  try {
    return await callIn();
  } finally {
    stand.drained.delete(nameOf(other));
  }
}

async function callOut(beside?: Leg): Promise<{ leg: AgentLeg; rung: Call }> {
  const telephone = await openTelephone({ number: "elsewhere" });
  telephones.push(telephone);
  const ring = stand.telephony.dialOut({
    ...{ to: `sip:elsewhere@127.0.0.1:${telephone.port}`, ringTimeoutMs: 5_000, beside },
    caller: { name: "", number: "+15550100" },
  });
  const rung = await telephone.nextCall();
  await rung.answer();
  const leg = await ring.answered;
  if (!isLeg(leg)) throw new Error(`A leg was expected, not ${leg.cause}`);
  legs.push(leg);
  return { leg, rung };
}

describe("two media servers", () => {
  it("share the calls, whichever edge they come over", async () => {
    for (const at of [a, a, b, b]) await callIn(at);
    expect([viewOf(a).channels, viewOf(b).channels]).toEqual([2, 2]);
  });

  it("take turns while they are equally loaded", async () => {
    const used = new Set<string>();
    for (let i = 0; i < 2; i++) {
      const { leg } = await callIn();
      for (const { name, channels } of stand.telephony.servers().media) if (channels > 0) used.add(name);
      await leg.hangUp();
      await until("both to be empty", () =>
        [a, b].every((pair) => viewOf(pair).channels === 0 && viewOf(pair).sessions === 0),
      );
    }
    expect(used.size).toBe(2);
  });

  it("keep the legs of one call together, and refuse to bridge those of two", async () => {
    const customer = await callOn(b);
    const other = await callOn(a);
    const { leg } = await callOut(customer.leg);
    expect([viewOf(a).channels, viewOf(b).channels]).toEqual([1, 2]);
    const bridge = await stand.telephony.bridge(customer.leg, leg);
    customer.call.play(makeTone({ hz: 1_000, durationMs: 500 }));
    await bridge.end();
    await expect(stand.telephony.bridge(other.leg, leg)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("only legs of one server can be bridged") as string,
    });
  });

  it("are drained without cutting calls, and say when they may be stopped", async () => {
    const { leg } = await callOn(b);
    stand.drained.add(nameOf(b));
    for (let i = 0; i < 2; i++) await callIn();
    expect([viewOf(a).channels, viewOf(b).channels]).toEqual([2, 1]);
    expect(viewOf(b)).toMatchObject({ state: "draining", mayBeStopped: false });
    const agent = await callOut(leg);
    expect(viewOf(b).channels).toBe(2);
    await Promise.all([leg.hangUp(), agent.leg.hangUp()]);
    await until("an empty server", () => viewOf(b).mayBeStopped);
    expect(viewOf(b).sentence).toBe("0 calls: may be stopped");
  });

  it("serve a caller over one edge and an agent whose phone is registered over the other", async () => {
    const credentials = { username: "desk7", password: "the password of desk 7" };
    stand.phones.set("desk7", { personId: "p7", secret: { password: credentials.password } });
    const desk = await openTelephone({ number: "desk7", domain: "ringdown.test", credentials });
    telephones.push(desk);
    await desk.register(b.udp, { domain: "ringdown.test" });
    const customer = await callOn(a);
    const offer = { personId: "p7", offerId: "o", caller: { name: "", number: "1" }, ringTimeoutMs: 5_000 };
    const ring = stand.telephony.ringAgent({ ...offer, beside: customer.leg });
    const rung = await desk.nextCall();
    await rung.answer();
    const leg = await ring.answered;
    if (!isLeg(leg)) throw new Error(`A leg was expected, not ${leg.cause}`);
    legs.push(leg);
    await stand.telephony.bridge(customer.leg, leg);
    customer.call.play(makeTone({ hz: 1_000, durationMs: 2_000 }));
    await rung.waitToHear(1_000);
    const sip = stand.telephony.servers().sip.map(({ legs: count, registrations }) => [count, registrations]);
    expect(sip).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it("have no calls to take when all are drained: the caller gets 503", async () => {
    stand.drained.add(nameOf(a));
    stand.drained.add(nameOf(b));
    const telephone = await openTelephone({ number: "+15550178" });
    telephones.push(telephone);
    const refused = await telephone.call({ to: "1000", at: a.udp });
    expect((await refused.ended).status).toBe(503);
  });
});

describe("when a media server hangs", () => {
  it("new calls go to the other one, agents' legs on it end, callers go on elsewhere, and it is cleaned when it is back", async () => {
    const waiting = await callOn(b);
    const bystander = await callOn(a);
    const agent = await callOut(waiting.leg);
    const playing = waiting.leg.startMusic(music);
    await waiting.call.waitToHear(600);
    const channelId = waiting.leg.channelId;
    b.pause();
    try {
      // Whichever is chosen: nobody knows yet.
      const callers = await Promise.all([callInOnly(), callInOnly()]);
      for (const leg of await Promise.all(callers.map(({ inbound }) => inbound.answer()))) legs.push(leg);
      expect(await agent.leg.ended).toEqual({ by: "system", cause: "server-lost" });
      expect(viewOf(b)).toMatchObject({ state: "down" });
      expect(stand.telephony.health().media.ok).toBe(true);
      expect(stand.telephony.health().media.sentence).toContain(nameOf(b));
      await until("the caller on the other server", () => waiting.leg.channelId !== channelId);
      const { packets } = waiting.call.media.received;
      await until("media from there", () => waiting.call.media.received.packets > packets + 20);
      await waiting.call.waitToHear(600);
      expect([waiting.leg.signal.aborted, bystander.leg.signal.aborted]).toEqual([false, false]);
    } finally {
      b.resume();
    }
    await until("the server to be back, and empty", () => viewOf(b).sessions === 0);
    expect(viewOf(b)).toMatchObject({ state: "up", reconnects: 1 });
    await playing.stop();
  });
});

describe("when a media server and its edge die", () => {
  it("only what hung on them is touched", async () => {
    const waiting = await callOn(b);
    const bystander = await callOn(a);
    const agent = await callOut(waiting.leg);
    const bridge = await stand.telephony.bridge(waiting.leg, agent.leg);
    await b.kill();
    expect(await bridge.ended).toEqual({ by: "agent", legEnd: { by: "system", cause: "server-lost" } });
    const playing = waiting.leg.startMusic(music);
    await waiting.call.waitToHear(600);
    await until("the loss of the edge", () =>
      stand.telephony.servers().sip.some(({ state }) => state === "down"),
    );
    const { sip } = stand.telephony.health();
    expect(sip.ok).toBe(true);
    expect(sip.sentence).toContain(b.name);
    await callIn();
    for (let i = 0; i < 2; i++) await callOut();
    await playing.stop();
    const another = await callOut(waiting.leg);
    await stand.telephony.bridge(waiting.leg, another.leg);
    waiting.call.play(makeTone({ hz: 1_000, durationMs: 2_000 }));
    await another.rung.waitToHear(1_000);
    await waiting.leg.hangUp();
    expect((await waiting.call.ended).by).toBe("them");
    expect(bystander.leg.signal.aborted).toBe(false);
  });
});

async function callInOnly() {
  const telephone = await openTelephone({ number: "+15550179" });
  telephones.push(telephone);
  const [call, inbound] = await Promise.all([telephone.call({ to: "1000", at: a.udp }), stand.nextCall()]);
  return { call, inbound };
}
