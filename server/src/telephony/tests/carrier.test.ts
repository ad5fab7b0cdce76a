import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { header } from "../../tests/rig/sip-message.ts";
import { openTelephone } from "../../tests/rig/telephone.ts";
import type { Telephone, TelephoneOptions } from "../../tests/rig/telephone.ts";
import { listen, makeTone, readWavChannels, writeWav } from "../../tests/rig/tones.ts";
import { waitFor, within } from "../../tests/rig/wait-for.ts";
import type { TrunkPeer } from "../directories.ts";
import { plainTrunk } from "../directories.ts";
import type { Ring } from "../telephony.ts";
import { isLeg } from "../telephony.ts";
import { countChannels } from "./channel-count.ts";
import { openStand } from "./stand.ts";
import type { Stand } from "./stand.ts";

const caller = { name: "", number: "+15550199" };
const login = { username: "ringdown", password: "the carrier's own" };
const bothSuites = ["AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"] as const;

let stand: Stand;
let tone440: string;
const telephones: Telephone[] = [];

beforeAll(async () => {
  stand = await openStand({ trunks: [] });
  tone440 = join(stand.folder, "tone-440.wav");
  await writeWav(tone440, makeTone({ hz: 440, durationMs: 1_500 }));
});
afterAll(() => stand.close());
afterEach(async () => {
  await Promise.all(telephones.splice(0).map((telephone) => telephone.close()));
  await waitFor("no channel to be left", async () => (await countChannels(stand.pair.media)) === 0, {
    timeoutMs: 8_000,
  });
});

/** A carrier that takes calls out, and the line to it. */
async function carrier(options: Partial<TelephoneOptions> = {}, line: Partial<TrunkPeer> = {}) {
  const telephone = await openTelephone({ number: "carrier", ...options });
  telephones.push(telephone);
  const outbound = { uri: `sip:127.0.0.1:${telephone.port}`, transport: "udp" as const, digest: null };
  stand.trunks.splice(0, 1, {
    ...plainTrunk,
    id: "trunk-carrier",
    networks: ["127.0.0.1"],
    outbound,
    ...line,
  });
  stand.trunksChanged();
  return telephone;
}

function dial(ringTimeoutMs = 20_000): Ring {
  return stand.telephony.dialOut({ to: "+15550142", caller, ringTimeoutMs });
}

async function legOf(ring: Ring) {
  const outcome = await within("the ring", ring.answered, 15_000);
  if (!isLeg(outcome))
    throw new Error(`Not answered: ${JSON.stringify(outcome)}\n${stand.logged.slice(-5).join("\n")}`);
  return outcome;
}

/** Both hear each other, and each is on its side of the recording. */
async function talk(call: Awaited<ReturnType<Telephone["nextCall"]>>, ring: Ring) {
  const leg = await legOf(ring);
  const path = join(stand.folder, `${leg.channelId}.wav`);
  const recording = await leg.startRecording({ path });
  call.play(makeTone({ hz: 1_000, durationMs: 1_000 }));
  const playing = leg.play([tone440]);
  await call.waitToHear(440);
  expect(await playing).toMatchObject({ outcome: "played" });
  await recording.stop();
  const [theirs, ours] = (await readWavChannels(path)).map((sound) => listen(sound, [440, 1_000]).tones);
  expect(theirs).toContain(1_000);
  expect(ours).toContain(440);
  return leg;
}

describe("a call out with an early offer", () => {
  it("carries our offer in the INVITE, both sides talk, and a hang-up ends it", async () => {
    const telephone = await carrier();
    const ring = dial();
    const call = await telephone.nextCall();
    expect(call.invite?.body).toMatch(/^m=audio \d+ RTP\/AVP /m);
    expect(call.invite?.body.match(/^m=/gm)).toHaveLength(1);
    expect(call.invite?.body).not.toContain("a=crypto");
    call.ring();
    expect(await ring.ringing).toBe(true);
    await call.answer();
    const leg = await talk(call, ring);
    const pressed = new Promise((resolve) => leg.onDigit(resolve));
    await call.press("5");
    expect(await within("a key", pressed, 3_000)).toBe("5");
    expect(await call.reinvite("sendonly")).toBe(200);
    expect(call.remoteSdp).toMatch(/a=(recvonly|inactive)/);
    expect(await call.reinvite()).toBe(200);
    call.play(makeTone({ hz: 700, durationMs: 1_000 }));
    await call.hangUp();
    expect(await leg.ended).toEqual({ by: "remote", cause: "normal" });
  });

  it("takes early media, and hears the call from its first word on", async () => {
    const telephone = await carrier();
    const ring = dial();
    const call = await telephone.nextCall();
    call.play(makeTone({ hz: 700, durationMs: 1_000 }));
    call.progress();
    expect(await ring.ringing).toBe(true);
    await waitFor("the channel to be there before the answer", () => call.media.sent.packets > 10);
    await call.answer();
    await talk(call, ring).then((leg) => leg.hangUp());
  });

  it.each(["MD5", "SHA-256"] as const)("answers a challenge by %s, as the same call", async (algorithm) => {
    const telephone = await carrier({ asksFor: { ...login, algorithm } });
    const [trunk] = stand.trunks;
    if (trunk?.outbound) trunk.outbound = { ...trunk.outbound, digest: login };
    const ring = dial();
    const call = await telephone.nextCall();
    expect(header(call.invite!, "CSeq")).toMatch(/^\d+ INVITE$/);
    const invites = telephone.trace().match(/INVITE sip:\S+/g) ?? [];
    expect(new Set(invites)).toHaveLength(1);
    await call.answer();
    await talk(call, ring).then((leg) => leg.hangUp());
  });

  it("gives up on a password that the carrier does not take", async () => {
    await carrier({ asksFor: { ...login, algorithm: "SHA-256" } });
    const [trunk] = stand.trunks;
    if (trunk?.outbound) trunk.outbound = { ...trunk.outbound, digest: { ...login, password: "another" } };
    expect(await dial().answered).toEqual({ cause: "failed", sipStatus: 407 });
  });

  it("tells the carrier's refusal, and leaves no channel behind", async () => {
    const telephone = await carrier();
    const ring = dial();
    (await telephone.nextCall()).decline(486, "Busy Here");
    expect(await ring.answered).toEqual({ cause: "declined", sipStatus: 486 });
    expect(await ring.ringing).toBe(false);
  });

  it("is taken back while it rings, by us and by the clock", async () => {
    const telephone = await carrier();
    const ring = dial();
    const call = await telephone.nextCall();
    call.ring();
    await ring.ringing;
    ring.cancel();
    expect(await ring.answered).toEqual({ cause: "cancelled", sipStatus: null });
    expect(await within("the CANCEL", call.ended, 3_000)).toMatchObject({ by: "them", status: 487 });
    const timed = dial(600);
    const second = await telephone.nextCall();
    second.progress();
    expect(await timed.answered).toEqual({ cause: "no-answer", sipStatus: null });
    expect(await within("the CANCEL", second.ended, 3_000)).toMatchObject({ by: "them", status: 487 });
  });
});

describe("the codecs of a line", () => {
  it("are all that is offered, and spoken", async () => {
    const telephone = await carrier({ codecs: ["PCMU", "PCMA"] }, { codecs: ["pcma"] });
    const ring = dial();
    const call = await telephone.nextCall();
    expect(call.invite?.body).toMatch(/^m=audio \d+ RTP\/AVP 8 101\r$/m);
    await call.answer();
    await talk(call, ring).then((leg) => leg.hangUp());
  });

  it("hold for calls in: another codec is refused with what would be taken", async () => {
    const telephone = await carrier({ codecs: ["PCMU"] }, { codecs: ["pcma"] });
    const call = await telephone.call({ to: "+15550100", at: stand.pair.udp });
    await expect((await stand.nextCall()).answer()).rejects.toMatchObject({ code: "unsupported-media" });
    expect(await call.ended).toMatchObject({
      ...{ by: "refused", status: 488 },
      warning: '305 ringdown "This line takes pcma only"',
    });
    const both = await carrier({ codecs: ["PCMU", "PCMA"] }, { codecs: ["pcma"] });
    const taken = await both.call({ to: "+15550100", at: stand.pair.udp });
    const leg = await (await stand.nextCall()).answer();
    await taken.answered();
    expect(taken.remoteSdp).toMatch(/^m=audio \d+ RTP\/AVP 8 101/m);
    await leg.hangUp();
  });
});

describe("a line that is encrypted", () => {
  it("offers SRTP, and both sides talk", async () => {
    const encryption = { suites: bothSuites, profile: "RTP/SAVP" as const };
    const telephone = await carrier({ encryption }, { encryption: "required" });
    const ring = dial();
    const call = await telephone.nextCall();
    expect(call.invite?.body).toMatch(/^m=audio \d+ RTP\/SAVP /m);
    expect(call.invite?.body.match(/^m=/gm)).toHaveLength(1);
    await call.answer();
    const leg = await talk(call, ring);
    expect(await call.reinvite("sendonly")).toBe(200);
    expect(await call.reinvite()).toBe(200);
    call.play(makeTone({ hz: 1_000, durationMs: 1_000 }));
    const again = leg.play([tone440]);
    await call.waitToHear(440);
    await again;
    expect(call.media.received.undecipherable).toBeLessThan(5);
    await leg.hangUp();
  });

  it("takes early media under its key", async () => {
    const encryption = { suites: bothSuites, profile: "RTP/SAVP" as const };
    const telephone = await carrier({ encryption }, { encryption: "required" });
    const ring = dial();
    const call = await telephone.nextCall();
    call.progress();
    await ring.ringing;
    await call.answer();
    await talk(call, ring).then((leg) => leg.hangUp());
  });

  it("ends a call whose answer is not encrypted where that is required", async () => {
    const telephone = await carrier({}, { encryption: "required" });
    const ring = dial();
    const call = await telephone.nextCall();
    call.answer().catch(() => undefined); // the BYE may come with the ACK
    expect(await ring.answered).toEqual({ cause: "failed", sipStatus: 200 });
    expect(await call.ended).toMatchObject({ by: "them" });
  });

  it("as a wish, is asked for first, and done without where the carrier can't", async () => {
    const encryption = { suites: bothSuites, profile: "RTP/SAVP" as const };
    const able = await carrier({ encryption }, { encryption: "optional" });
    const first = dial();
    const secure = await able.nextCall();
    await secure.answer();
    await talk(secure, first).then((leg) => leg.hangUp());
    expect(secure.invite?.body).toMatch(/^m=audio \d+ RTP\/SAVP /m);
    const unable = await carrier({}, { encryption: "optional" });
    const ring = dial();
    (await unable.nextCall()).decline(488, "Not Acceptable Here");
    const plain = await unable.nextCall();
    expect(plain.invite?.body).toMatch(/^m=audio \d+ RTP\/AVP /m);
    expect(plain.invite?.body).not.toContain("a=crypto:");
    await plain.answer();
    await talk(plain, ring).then((leg) => leg.hangUp());
  });

  it.each(["RTP/SAVP", "RTP/AVP"] as const)(
    "takes calls in that offer %s with a key, and answers in kind",
    async (profile) => {
      const encryption = { suites: bothSuites, profile };
      const telephone = await carrier({ encryption }, { encryption: "required" });
      const call = await telephone.call({ to: "+15550100", at: stand.pair.udp });
      const leg = await (await stand.nextCall()).answer();
      await call.answered();
      expect(call.remoteSdp).toContain(`${profile} `);
      expect(call.remoteSdp).toMatch(/^a=crypto:1 AES_CM_128_HMAC_SHA1_80 /m);
      const playing = leg.play([tone440]);
      await call.waitToHear(440);
      await playing;
      expect(await call.reinvite("sendonly")).toBe(200);
      expect(await call.reinvite()).toBe(200);
      const again = leg.play([tone440]);
      await call.waitToHear(440);
      await again;
      await leg.hangUp();
    },
  );

  it("refuses calls in that are not, and says why", async () => {
    const telephone = await carrier({}, { encryption: "required" });
    const call = await telephone.call({ to: "+15550100", at: stand.pair.udp });
    await expect((await stand.nextCall()).answer()).rejects.toMatchObject({ code: "unsupported-media" });
    expect(await call.ended).toMatchObject({
      ...{ by: "refused", status: 488 },
      warning: expect.stringMatching(/^303 ringdown "This line takes encrypted calls only/) as string,
    });
  });

  it("never has a key in the log", async () => {
    expect(stand.logged.length).toBeGreaterThan(0);
    expect(stand.logged.join("\n")).not.toMatch(/inline:/);
  });
});
