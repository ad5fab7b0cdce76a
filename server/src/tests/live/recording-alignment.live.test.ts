/**
 * How true a stereo recording is to the talk, on servers that know Opus, with 2 % of all packets lost in each direction.
 * `RINGDOWN_LIVE_MINUTES` (default 1): how long the talk is. The figures are printed.
 */
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { readSdp } from "../rig/sdp.ts";
import { pause } from "../rig/wait-for.ts";
import { readWavChannels } from "../rig/tones.ts";
import type { ChannelReport } from "./alignment.ts";
import { measureChannel, strayBetween } from "./alignment.ts";
import type { LossyTalk } from "./talk.ts";
import { agentHz, customerHz, makeOpus, openLossyTalk } from "./talk.ts";

const talkMs = Number(process.env["RINGDOWN_LIVE_MINUTES"] ?? "1") * 60_000;
const lostShare = 0.02;

describe("a recording of Opus against PCMU over a bad network", () => {
  let opus: Buffer[];
  let talk: LossyTalk | null = null;
  beforeAll(async () => {
    opus = await makeOpus(Math.ceil(talkMs / 1_000) + 15);
  });
  afterEach(async () => {
    await talk?.close();
    talk = null;
  });

  it("has two channels that keep to each other and to the clock, without gaps and clicks", async () => {
    talk = await openLossyTalk(lostShare, opus);
    const { stand, customerLeg, agentLeg } = talk;
    const bridge = await stand.telephony.bridge(customerLeg, agentLeg);
    const { lengthMs, path } = await record(talk, () => pause(talkMs));
    await bridge.end();
    const report = await measure(path);
    print(talk, { lengthMs, ...report });
    // What the buffer keeps back of a sender that is late is not in the file yet.
    expect(Math.abs(report.fileMs - lengthMs)).toBeLessThan(300);
    for (const channel of [report.left, report.right]) {
      expect(Math.abs(channel.driftMs)).toBeLessThanOrEqual(20);
      expect(channel.missing).toBeLessThan(channel.marks.length / 50 + 1);
      // Each packet that is lost leaves a patch; each that is not leaves none.
      expect(channel.silentMs).toBeLessThan(100 + talkMs / 500);
      expect(channel.clicks).toBeLessThan(talkMs / 2_000);
    }
    expect(Math.abs(report.between.driftMs)).toBeLessThanOrEqual(20);
  });

  it("is as long as the talk when it was held and resumed four times", async () => {
    talk = await openLossyTalk(lostShare, opus);
    const { stand, customerLeg, agentLeg } = talk;
    const bridge = await stand.telephony.bridge(customerLeg, agentLeg);
    const { lengthMs, path } = await record(talk, async () => {
      for (let i = 0; i < 4; i += 1) {
        await pause(2_000);
        await bridge.hold("silence_stream://-1");
        await pause(1_000);
        await bridge.resume();
      }
      await pause(2_000);
    });
    await bridge.end();
    const report = await measure(path);
    print(talk, { lengthMs, ...report });
    expect(Math.abs(report.fileMs - lengthMs)).toBeLessThan(8 * 50);
  });

  it("counts the time in which a party sends nothing at all", async () => {
    talk = await openLossyTalk(lostShare, opus);
    const { stand, customer, customerLeg, agentLeg } = talk;
    const bridge = await stand.telephony.bridge(customerLeg, agentLeg);
    const { lengthMs, path } = await record(talk, async () => {
      await pause(4_000);
      customer.media.pause();
      await pause(4_000);
      const target = readSdp(customer.remoteSdp);
      if (target) customer.media.sendTo(target);
      await pause(4_000);
    });
    await bridge.end();
    const report = await measure(path);
    print(talk, { lengthMs, ...report });
    expect(Math.abs(report.fileMs - lengthMs)).toBeLessThan(100);
    expect(Math.abs(report.right.driftMs)).toBeLessThanOrEqual(20);
  });

  it("goes on in time over keys that are pressed and a re-INVITE with another codec", async () => {
    talk = await openLossyTalk(lostShare, opus);
    const { stand, customer, codecs, customerLeg, agentLeg } = talk;
    const bridge = await stand.telephony.bridge(customerLeg, agentLeg);
    const { lengthMs, path } = await record(talk, async () => {
      await pause(4_000);
      await customer.press("123");
      await pause(3_000);
      codecs.splice(0, 1, "PCMA");
      expect(await customer.reinvite()).toBe(200);
      await pause(5_000);
    });
    await bridge.end();
    const report = await measure(path);
    print(talk, { lengthMs, ...report });
    expect(Math.abs(report.fileMs - lengthMs)).toBeLessThan(300);
    expect(report.left.marks.length).toBeGreaterThan(9);
    expect(Math.abs(report.left.driftMs)).toBeLessThanOrEqual(100);
  });

  it("of a voicemail is as long as its maximum", async () => {
    talk = await openLossyTalk(lostShare, opus);
    const path = join(talk.stand.folder, "voicemail.wav");
    const options = { path, maxSeconds: 4, silenceSeconds: 0, terminators: "#", beep: true };
    const { outcome, durationMs } = await talk.customerLeg.record(options);
    const [only] = await readWavChannels(path);
    const fileMs = ((only?.samples.length ?? 0) / (only?.sampleRate ?? 1)) * 1_000;
    process.stdout.write(`voicemail of 4000 ms: told ${durationMs} ms, file ${fileMs} ms\n`);
    expect(outcome).toBe("max-length");
    // FreeSWITCH counts whole seconds of its clock.
    expect(fileMs).toBeGreaterThanOrEqual(3_800);
    expect(fileMs).toBeLessThan(5_100);
    expect(Math.abs(fileMs - durationMs)).toBeLessThan(40);
  });
});

async function record(
  { stand, customerLeg, customer, agent }: LossyTalk,
  run: () => Promise<void>,
): Promise<{ lengthMs: number; path: string }> {
  const path = join(stand.folder, "talk.wav");
  customer.media.sent.latestMs = 0;
  agent.sent.latestMs = 0;
  const recording = await customerLeg.startRecording({ path });
  const startedAt = performance.now();
  await run();
  const lengthMs = performance.now() - startedAt;
  await recording.stop();
  return { lengthMs, path };
}

async function measure(path: string) {
  const [leftSound, rightSound] = await readWavChannels(path);
  if (!leftSound || !rightSound) throw new Error("A recording of two channels was expected");
  const left = measureChannel(leftSound, customerHz);
  const right = measureChannel(rightSound, agentHz);
  const fileMs = (leftSound.samples.length / leftSound.sampleRate) * 1_000;
  return { fileMs, left, right, between: strayBetween(left.marks, right.marks) };
}

function print(
  { customer, agent, relay }: LossyTalk,
  report: Awaited<ReturnType<typeof measure>> & { lengthMs: number },
): void {
  const { lengthMs, fileMs, left, right, between } = report;
  const lines = [
    `talk ${Math.round(lengthMs)} ms, file ${Math.round(fileMs)} ms`,
    `senders late by at most ${Math.round(customer.media.sent.latestMs)} and ${Math.round(agent.sent.latestMs)} ms`,
    `the agent's packets: ${relay.counted.passed} passed, ${relay.counted.lost} lost`,
    `customer: ${describeChannel(left)}`,
    `agent: ${describeChannel(right)}`,
    `between them: drift ${between.driftMs.toFixed(1)} ms, stray ${between.strayMs.toFixed(1)} ms`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function describeChannel({ marks, missing, driftMs, strayMs, silentMs, clicks }: ChannelReport): string {
  const found = `${marks.length} marks found, ${missing} not`;
  const time = `drift ${driftMs.toFixed(1)} ms, stray ${strayMs.toFixed(1)} ms`;
  return `${found}; ${time}; ${silentMs} ms silent, ${clicks} clicks`;
}
