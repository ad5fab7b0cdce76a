import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTelephone } from "../../tests/rig/telephone.ts";
import type { Telephone } from "../../tests/rig/telephone.ts";
import { makeTone, writeWav } from "../../tests/rig/tones.ts";
import { waitFor } from "../../tests/rig/wait-for.ts";
import type { CallerLeg } from "../telephony.ts";
import { openStand } from "./stand.ts";
import type { Stand } from "./stand.ts";

let stand: Stand;
let tone440: string;
let tone700: string;
const telephones: Telephone[] = [];

beforeAll(async () => {
  stand = await openStand();
  tone440 = join(stand.folder, "tone-440.wav");
  tone700 = join(stand.folder, "tone-700.wav");
  await writeWav(tone440, makeTone({ hz: 440, durationMs: 1_500 }));
  await writeWav(tone700, makeTone({ hz: 700, durationMs: 400 }));
});
afterAll(() => stand.close());
afterEach(async () => {
  await Promise.all(telephones.splice(0).map((telephone) => telephone.close()));
  await waitFor("no call to be left", () => stand.telephony.stats().callsNow === 0, { timeoutMs: 5_000 });
});

async function callIn(number = "+15550177"): Promise<{
  call: Awaited<ReturnType<Telephone["call"]>>;
  leg: CallerLeg;
}> {
  const telephone = await openTelephone({ number });
  telephones.push(telephone);
  const [call, inbound] = await Promise.all([
    telephone.call({ to: "+15550100", at: stand.pair.udp }),
    stand.nextCall(),
  ]);
  const leg = await inbound.answer();
  await call.answered();
  return { call, leg };
}

describe("a call from a trunk", () => {
  it("says who calls whom, and is answered with media", async () => {
    const telephone = await openTelephone({ number: "+15550177" });
    telephones.push(telephone);
    const [call, inbound] = await Promise.all([
      telephone.call({ to: "15550100", at: stand.pair.udp }),
      stand.nextCall(),
    ]);
    expect(inbound).toMatchObject({
      from: "+15550177",
      to: "+15550100",
      toForms: ["+15550100", "15550100"],
      source: "trunk",
      trunkId: "trunk-loopback",
      personId: null,
      sipCallId: call.callId,
    });
    const leg = await inbound.answer();
    await call.answered();
    expect(leg.channelId).toMatch(/^[0-9a-f-]{36}$/);
    expect(leg.sipCallId).toBe(call.callId);
    await call.hangUp();
    expect(await leg.ended).toEqual({ by: "remote", cause: "normal" });
    expect(await inbound.ended).toEqual({ by: "remote", cause: "normal" });
    expect(leg.signal.aborted).toBe(true);
  });

  it("hears a file to its end", async () => {
    const { call, leg } = await callIn();
    const playing = leg.play([tone700, tone700]);
    await call.waitToHear(700);
    expect(await playing).toEqual({ outcome: "played", digits: "" });
    await leg.hangUp();
    expect(await leg.ended).toEqual({ by: "local", cause: "normal" });
    expect((await call.ended).by).toBe("them");
  });

  it("is told when a file is missing, and goes on", async () => {
    const { leg } = await callIn();
    const missing = await leg.play([join(stand.folder, "missing.wav")]);
    expect(missing.outcome).toBe("failed");
    expect(missing.sentence).toContain("missing.wav");
    expect((await leg.play([tone700])).outcome).toBe("played");
  });

  it("stops an interruptible prompt at a key, and keeps the key for the next question", async () => {
    const { call, leg } = await callIn();
    const playing = leg.play([tone440], { interruptible: true });
    await call.waitToHear(440);
    await call.press("5");
    expect(await playing).toEqual({ outcome: "interrupted", digits: "5" });
    const collected = await leg.collect(entry({ maxDigits: 1 }));
    expect(collected).toEqual({ outcome: "digits", digits: "5", terminator: null });
    expect((await leg.play([tone700])).outcome).toBe("played");
  });

  it("stops a prompt on a signal at once", async () => {
    const { call, leg } = await callIn();
    const stopping = new AbortController();
    const playing = leg.play([tone440], { signal: stopping.signal });
    await call.waitToHear(440);
    const before = performance.now();
    stopping.abort();
    expect((await playing).outcome).toBe("aborted");
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it("collects digits up to a terminator", async () => {
    const { call, leg } = await callIn();
    const collecting = leg.collect(entry({ files: [tone440], maxDigits: 8, terminators: "#" }));
    await call.waitToHear(440);
    await call.press("123#");
    expect(await collecting).toEqual({ outcome: "digits", digits: "123", terminator: "#" });
  });

  it("times out without a key, and gives what came when more could have", async () => {
    const { call, leg } = await callIn();
    const nothing = await leg.collect(entry({ maxDigits: 4, firstDigitTimeoutMs: 200 }));
    expect(nothing).toEqual({ outcome: "timeout", digits: "", terminator: null });
    const some = leg.collect(entry({ maxDigits: 4, interDigitTimeoutMs: 600 }));
    await call.press("12");
    expect(await some).toEqual({ outcome: "digits", digits: "12", terminator: null });
  });

  it("ends every wait when the caller hangs up", async () => {
    const { call, leg } = await callIn();
    const collecting = leg.collect(entry({ files: [tone440], maxDigits: 1 }));
    const music = leg.startMusic(tone440);
    await call.waitToHear(440);
    await call.hangUp();
    expect((await collecting).outcome).toBe("ended");
    expect((await leg.play([tone700])).outcome).toBe("ended");
    expect((await music.announce([tone700])).outcome).toBe("ended");
    await music.stop();
  });

  it("tells each key once, also a star during a prompt that can't be interrupted", async () => {
    const { call, leg } = await callIn();
    const keys: string[] = [];
    leg.onDigit((digit) => keys.push(digit));
    const playing = leg.play([tone440]);
    await call.waitToHear(440);
    await call.press("*7");
    expect(await playing).toEqual({ outcome: "played", digits: "*7" });
    expect(keys).toEqual(["*", "7"]);
  });

  it("is rejected with the status that the handler chose", async () => {
    const telephone = await openTelephone({ number: "+15550177" });
    telephones.push(telephone);
    const [call, inbound] = await Promise.all([
      telephone.call({ to: "9999", at: stand.pair.udp }),
      stand.nextCall(),
    ]);
    inbound.reject(404);
    expect((await call.ended).status).toBe(404);
    expect(await inbound.ended).toEqual({ by: "local", cause: "not-found", sipStatus: 404 });
  });

  it("ends when the caller cancels before the answer", async () => {
    const telephone = await openTelephone({ number: "+15550177" });
    telephones.push(telephone);
    const [call, inbound] = await Promise.all([
      telephone.call({ to: "1000", at: stand.pair.udp }),
      stand.nextCall(),
    ]);
    await call.hangUp();
    expect(await inbound.ended).toEqual({ by: "remote", cause: "cancelled", sipStatus: 487 });
    await expect(inbound.answer()).rejects.toMatchObject({ code: "gone" });
  });
});

describe("music", () => {
  it("goes on in a loop, gives way to announcements, and stops at once", async () => {
    const { call, leg } = await callIn();
    const short = join(stand.folder, "tone-600.wav");
    await writeWav(short, makeTone({ hz: 600, durationMs: 700 }));
    const music = leg.startMusic(short);
    await call.waitToHear(600);
    expect((await call.hears([600], 2_000)).tones).toEqual([600]);
    const announcing = music.announce([tone700]);
    await call.waitToHear(700);
    expect((await announcing).outcome).toBe("played");
    await call.waitToHear(600);
    await music.stop();
    const heardAtStop = call.media.heard().samples.length;
    await expectSilence(call, heardAtStop);
  });
});

describe("a message", () => {
  it("is recorded until a key, and until the caller hangs up", async () => {
    const { call, leg } = await callIn();
    const path = join(stand.folder, "message.wav");
    const recording = leg.record(message({ path }));
    call.play(makeTone({ hz: 1_000, durationMs: 5_000 }));
    await waitFor("a second of message", () => false, { timeoutMs: 1_200 }).catch(() => undefined);
    await call.press("#");
    const result = await recording;
    expect(result.outcome).toBe("terminator");
    expect(result.durationMs).toBeGreaterThan(800);
    const second = leg.record(message({ path: join(stand.folder, "message-2.wav") }));
    await waitFor("half a second of message", () => false, { timeoutMs: 700 }).catch(() => undefined);
    await call.hangUp();
    expect((await second).outcome).toBe("hung-up");
  });
});

/** A parked channel sends nothing at all; what was on its way at the stop may still arrive. */
async function expectSilence(
  call: Awaited<ReturnType<Telephone["call"]>>,
  heardAtStop: number,
): Promise<void> {
  await waitFor("half a second", () => false, { timeoutMs: 500 }).catch(() => undefined);
  expect(call.media.heard().samples.length - heardAtStop).toBeLessThan(8 * 100);
}

function entry(options: Partial<Parameters<CallerLeg["collect"]>[0]>): Parameters<CallerLeg["collect"]>[0] {
  return {
    files: [],
    maxDigits: 1,
    terminators: "",
    firstDigitTimeoutMs: 5_000,
    interDigitTimeoutMs: 2_000,
    ...options,
  };
}

function message(options: { path: string }): Parameters<CallerLeg["record"]>[0] {
  return { maxSeconds: 20, silenceSeconds: 0, terminators: "#", beep: false, ...options };
}
