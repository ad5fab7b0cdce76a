import type { RungLeg } from "../ring.ts";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { makeMarkedSecond, measureChannel, strayBetween } from "../../tests/live/alignment.ts";
import { openTelephone } from "../../tests/rig/telephone.ts";
import type { Telephone } from "../../tests/rig/telephone.ts";
import { listen, makeTone, readWavChannels, writeWav } from "../../tests/rig/tones.ts";
import { waitFor } from "../../tests/rig/wait-for.ts";
import type { AgentLeg, CallerLeg, Ring } from "../telephony.ts";
import { isLeg } from "../telephony.ts";
import { openStand } from "./stand.ts";
import type { Stand } from "./stand.ts";

type Call = Awaited<ReturnType<Telephone["call"]>>;

let stand: Stand;
let agentPhone: Telephone;
let music: string;
const telephones: Telephone[] = [];

beforeAll(async () => {
  stand = await openStand();
  music = join(stand.folder, "music.wav");
  await writeWav(music, makeTone({ hz: 600, durationMs: 2_000 }));
  stand.phones.set("desk1", { personId: "agent-1", secret: { password: "a desk phone's password" } });
  agentPhone = await openTelephone({
    number: "desk1",
    domain: "ringdown.test",
    credentials: { username: "desk1", password: "a desk phone's password" },
  });
  const registration = await agentPhone.register(stand.pair.udp, { domain: "ringdown.test" });
  expect(registration).toEqual({ status: 200, expiresSeconds: 300 });
});
afterAll(async () => {
  await agentPhone.close();
  await stand.close();
});
afterEach(async () => {
  await Promise.all(telephones.splice(0).map((telephone) => telephone.close()));
  await waitFor("no call to be left", () => stand.telephony.stats().callsNow === 0, { timeoutMs: 5_000 });
});

async function callIn(): Promise<{ customer: Call; leg: CallerLeg }> {
  const telephone = await openTelephone({ number: "+15550177" });
  telephones.push(telephone);
  const [customer, inbound] = await Promise.all([
    telephone.call({ to: "+15550100", at: stand.pair.udp }),
    stand.nextCall(),
  ]);
  const leg = await inbound.answer();
  await customer.answered();
  return { customer, leg };
}

function ring(options: { ringTimeoutMs?: number; signal?: AbortSignal } = {}): Ring {
  return stand.telephony.ringAgent({
    personId: "agent-1",
    offerId: "offer-1",
    callId: "call-1",
    caller: { name: 'Ann "Äpfel"', number: "+15550177" },
    ringTimeoutMs: 10_000,
    ...options,
  });
}

async function ringAndAnswer(): Promise<{ agent: Call; agentLeg: AgentLeg }> {
  const ringing = ring();
  const agent = await agentPhone.nextCall();
  agent.ring();
  await agent.answer();
  const agentLeg = await ringing.answered;
  if (!isLeg(agentLeg)) throw new Error(`No leg: ${JSON.stringify(agentLeg)}`);
  return { agent, agentLeg };
}

async function talk(): Promise<{
  customer: Call;
  agent: Call;
  leg: CallerLeg;
  agentLeg: AgentLeg;
  bridge: Awaited<ReturnType<Stand["telephony"]["bridge"]>>;
}> {
  const { customer, leg } = await callIn();
  const { agent, agentLeg } = await ringAndAnswer();
  const bridge = await stand.telephony.bridge(leg, agentLeg);
  customer.play(makeTone({ hz: 1_000, durationMs: 1_000 }));
  agent.play(makeTone({ hz: 1_500, durationMs: 1_000 }));
  await Promise.all([customer.waitToHear(1_500), agent.waitToHear(1_000)]);
  return { customer, agent, leg, agentLeg, bridge };
}

describe("ringing an agent", () => {
  it("sends an INVITE without SDP that says which offer it is, and rings", async () => {
    const ringing = ring();
    expect(ringing.invitedAt).not.toBeNull();
    const agent = await agentPhone.nextCall();
    const headers = new Map(agent.invite?.headers.map(([name, value]) => [name.toLowerCase(), value]));
    expect(agent.invite?.body).toBe("");
    expect(headers.get("x-ringdown-offer")).toBe("offer-1");
    expect(headers.get("x-ringdown-call")).toBe("call-1");
    expect(headers.get("from")).toContain('"Ann \\"Äpfel\\"" <sip:+15550177@');
    agent.ring();
    expect(await ringing.ringing).toBe(true);
    agent.decline(486, "Busy Here");
    expect(await ringing.answered).toEqual({ cause: "declined", sipStatus: 486 });
  });

  it("answers with a leg that plays and hangs up", async () => {
    const { agent, agentLeg } = await ringAndAnswer();
    expect(agentLeg.personId).toBe("agent-1");
    const { channel, channelId } = agentLeg as RungLeg;
    // The media server's log is searched for it. `api` takes a reply that is a bare value for a refusal.
    const asking = channel.api("uuid_getvar", [channelId, "sip_h_X-Ringdown-Call"]);
    await expect(asking).rejects.toThrow("uuid_getvar: call-1");
    const playing = agentLeg.play([music]);
    await agent.waitToHear(600);
    await agentLeg.hangUp();
    expect((await playing).outcome).toBe("ended");
    expect((await agent.ended).by).toBe("them");
  });

  it("gives up after the ring time, and the phone stops ringing", async () => {
    const ringing = ring({ ringTimeoutMs: 300 });
    const agent = await agentPhone.nextCall();
    agent.ring();
    expect(await ringing.answered).toEqual({ cause: "no-answer", sipStatus: null });
    expect((await agent.ended).by).toBe("them");
  });

  it("can be taken back at any moment, also before the INVITE has left", async () => {
    const early = ring();
    early.cancel();
    expect(await early.answered).toEqual({ cause: "cancelled", sipStatus: null });
    const first = await agentPhone.nextCall();
    expect((await first.ended).by).toBe("them");
    const stopping = new AbortController();
    const ringing = ring({ signal: stopping.signal });
    const agent = await agentPhone.nextCall();
    agent.ring();
    stopping.abort();
    expect(await ringing.answered).toEqual({ cause: "cancelled", sipStatus: null });
    expect((await agent.ended).by).toBe("them");
  });

  it("ends a call that was answered when it was taken back already", async () => {
    const ringing = ring();
    const agent = await agentPhone.nextCall();
    agent.ring();
    await ringing.ringing;
    const answering = agent.answer().catch(() => undefined);
    ringing.cancel();
    await answering;
    expect(await ringing.answered).toMatchObject({ cause: "cancelled" });
    expect((await agent.ended).by).toBe("them");
    await waitFor("no leg", () => stand.telephony.stats().ringsNow === 0, { timeoutMs: 2_000 });
  });

  it("fails at once for a person without a phone", async () => {
    const ringing = stand.telephony.ringAgent({
      personId: "nobody",
      offerId: "offer-2",
      caller: { name: "", number: "1" },
      ringTimeoutMs: 1_000,
    });
    expect(ringing.invitedAt).toBeNull();
    expect(await ringing.answered).toEqual({ cause: "unreachable", sipStatus: null });
  });
});

describe("a bridge", () => {
  it("lets both hear each other, and tells when the customer hangs up", async () => {
    const { customer, agent, agentLeg, bridge } = await talk();
    await customer.hangUp();
    expect(await bridge.ended).toEqual({ by: "customer", legEnd: { by: "remote", cause: "normal" } });
    expect(agentLeg.signal.aborted).toBe(false);
    const playing = agentLeg.play([music]);
    await agent.waitToHear(600);
    await agentLeg.hangUp();
    await playing;
  });

  it("keeps the customer when the agent is lost, who then hears music", async () => {
    const { customer, agent, leg, bridge } = await talk();
    await agent.hangUp();
    expect(await bridge.ended).toMatchObject({ by: "agent" });
    expect(leg.signal.aborted).toBe(false);
    const waiting = leg.startMusic(music);
    await customer.waitToHear(600);
    await waiting.stop();
    const again = await ringAndAnswer();
    const second = await stand.telephony.bridge(leg, again.agentLeg);
    again.agent.play(makeTone({ hz: 1_200, durationMs: 1_000 }));
    await customer.waitToHear(1_200);
    await second.end();
    await Promise.all([leg.hangUp(), again.agentLeg.hangUp()]);
  });

  it("starts while music plays, without waiting for it to stop", async () => {
    const { customer, leg } = await callIn();
    leg.startMusic(music);
    await customer.waitToHear(600);
    const { agent, agentLeg } = await ringAndAnswer();
    await stand.telephony.bridge(leg, agentLeg);
    agent.play(makeTone({ hz: 1_500, durationMs: 1_000 }));
    await customer.waitToHear(1_500);
    expect((await customer.hears([600, 1_500], 1_000)).tones).toEqual([1_500]);
    await Promise.all([leg.hangUp(), agentLeg.hangUp()]);
  });

  it("holds the customer with music and the agent in silence, and resumes", async () => {
    const { customer, agent, leg, agentLeg, bridge } = await talk();
    await bridge.hold(music);
    await customer.waitToHear(600);
    expect((await customer.hears([600, 1_500], 500)).tones).toEqual([600]);
    const heard = agent.media.heard().samples.length;
    await waitFor("half a second", () => false, { timeoutMs: 500 }).catch(() => undefined);
    expect(agent.media.heard().samples.length - heard).toBeLessThan(800);
    await bridge.resume();
    await Promise.all([customer.waitToHear(1_500), agent.waitToHear(1_000)]);
    expect((await customer.hears([600, 1_500], 500)).tones).toEqual([1_500]);
    await bridge.hold(music);
    await customer.waitToHear(600);
    await customer.hangUp();
    expect((await bridge.ended).by).toBe("customer");
    await Promise.all([leg.hangUp(), agentLeg.hangUp()]);
  });

  it("is refused when a leg is gone", async () => {
    const { leg } = await callIn();
    const { agent, agentLeg } = await ringAndAnswer();
    await agent.hangUp();
    await agentLeg.ended;
    await expect(stand.telephony.bridge(leg, agentLeg)).rejects.toMatchObject({ code: "gone" });
    await leg.hangUp();
  });
});

describe("a recording of the talk", () => {
  it("has the customer left and the agent right, for as long as it ran", async () => {
    const { customer, agent, leg, agentLeg } = await talk();
    const path = join(stand.folder, "talk.wav");
    const recording = await leg.startRecording({ path });
    await waitFor("two seconds of talk", () => false, { timeoutMs: 2_000 }).catch(() => undefined);
    const outcome = await recording.stop();
    const expectedMs = Date.now() - recording.startedAt;
    expect(outcome).toMatchObject({ ok: true, path });
    const [left, right] = await readWavChannels(path);
    if (!left || !right) throw new Error("Two channels were expected");
    expect(listen(left, [1_000, 1_500]).tones).toEqual([1_000]);
    expect(listen(right, [1_000, 1_500]).tones).toEqual([1_500]);
    const lengthMs = (left.samples.length / left.sampleRate) * 1_000;
    expect(Math.abs(lengthMs - expectedMs)).toBeLessThan(150);
    await Promise.all([customer.hangUp(), agent.hangUp(), agentLeg.ended]);
  });

  it("keeps its channels together and in time while packets are lost", async () => {
    const { customer, agent, leg, agentLeg } = await talk();
    for (const { media } of [customer, agent]) media.lose(0.02);
    customer.play(makeMarkedSecond(400, 8_000));
    agent.play(makeMarkedSecond(500, 8_000));
    const path = join(stand.folder, "lossy.wav");
    const recording = await leg.startRecording({ path });
    const before = customer.media.sent.packets;
    await waitFor("six seconds of talk", () => customer.media.sent.packets >= before + 300);
    await recording.stop();
    const expectedMs = Date.now() - recording.startedAt;
    const [left, right] = await readWavChannels(path);
    if (!left || !right) throw new Error("Two channels were expected");
    expect(Math.abs((left.samples.length / left.sampleRate) * 1_000 - expectedMs)).toBeLessThan(150);
    const [ofCustomer, ofAgent] = [measureChannel(left, 400), measureChannel(right, 500)];
    expect(ofCustomer.marks.length).toBeGreaterThan(4);
    expect(ofAgent.marks.length).toBeGreaterThan(4);
    expect(Math.abs(strayBetween(ofCustomer.marks, ofAgent.marks).driftMs)).toBeLessThanOrEqual(40);
    await Promise.all([customer.hangUp(), agent.hangUp(), agentLeg.ended]);
  });

  it("is complete when the customer hangs up in it", async () => {
    const { customer, leg, agentLeg } = await talk();
    const path = join(stand.folder, "cut.wav");
    const recording = await leg.startRecording({ path });
    await waitFor("a second of talk", () => false, { timeoutMs: 1_000 }).catch(() => undefined);
    await customer.hangUp();
    const outcome = await recording.finished;
    if (!outcome.ok) throw new Error(outcome.sentence);
    expect(outcome.durationMs).toBeGreaterThan(800);
    expect(await recording.stop()).toEqual(outcome);
    const [left] = await readWavChannels(path);
    expect((left?.samples.length ?? 0) / (left?.sampleRate ?? 1)).toBeGreaterThan(0.8);
    await agentLeg.hangUp();
  });

  it("is refused with a sentence when it can't be written", async () => {
    const { leg } = await callIn();
    await expect(leg.startRecording({ path: join(music, "below-a-file.wav") })).rejects.toMatchObject({
      code: "unavailable",
    });
    expect(leg.signal.aborted).toBe(false);
    await leg.hangUp();
  });
});
