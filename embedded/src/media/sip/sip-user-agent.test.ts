import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { headerOf, parameterOf } from "../core/sip-message.ts";
import { RtpPhone } from "../testing/rtp-phone.ts";
import { shareOfTone } from "../testing/signal.ts";
import { Solo } from "../testing/solo.ts";
import { waitFor } from "../testing/wait-for.ts";

let solo: Solo;

beforeAll(async () => {
  solo = await Solo.start({ maxChannels: 3 });
});

afterAll(async () => {
  await solo.close();
});

const sdp = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "c=IN IP4 127.0.0.1",
  "t=0 0",
  "m=audio 9 RTP/AVP 0",
  "",
].join("\r\n");

const untilEmpty = () => waitFor("the end", () => solo.media.stats().channels === 0);

describe("the SIP side of the media server", () => {
  it("answers a call, repeats the 200 until the ACK, and ends it with BYE", async () => {
    const sip = await solo.phone();
    sip.send("INVITE", sdp, [], "z9hG4bKone");
    await sip.response(100);
    const ok = await sip.response(200, "INVITE");
    expect(headerOf(ok, "contact")).toMatch(/^<sip:mod_sofia@127\.0\.0\.1:\d+>$/);
    await sip.response(200, "INVITE");
    sip.learn(ok);
    sip.send("ACK");
    sip.send("BYE");
    await sip.response(200, "BYE");
    await untilEmpty();
    expect(solo.media.stats().dialogs).toBe(0);
    sip.send("BYE");
    await sip.response(481, "BYE");
  });

  it("takes a repeated INVITE for the same call", async () => {
    const sip = await solo.phone();
    sip.send("INVITE", sdp, [], "z9hG4bKtwice");
    const ok = await sip.response(200, "INVITE");
    sip.learn(ok);
    sip.send("ACK");
    expect(await solo.uuids()).toHaveLength(1);
    sip.send("BYE");
    await untilEmpty();
  });

  it("refuses what it can't do, each with the right answer", async () => {
    const sip = await solo.phone();
    sip.send("INVITE", sdp.replace("RTP/AVP 0", "RTP/AVP 18"));
    await sip.response(488);
    sip.send("INVITE", "not an sdp");
    await sip.response(488);
    sip.send("INVITE", sdp, [["require", "100rel"]]);
    expect(headerOf(await sip.response(420), "unsupported")).toBe("100rel");
    sip.send("SUBSCRIBE");
    await sip.response(405);
    sip.send("OPTIONS");
    expect(headerOf(await sip.response(200, "OPTIONS"), "allow")).toContain("INVITE");
    sip.send("CANCEL");
    await sip.response(481, "CANCEL");
    expect(solo.media.stats().channels).toBe(0);
  });

  it("refuses a call over its limit with 503 and Retry-After", async () => {
    const calls = [];
    for (let i = 0; i < 3; i++) calls.push(await solo.call());
    const sip = await solo.phone();
    sip.send("INVITE", sdp);
    const busy = await sip.response(503);
    expect(headerOf(busy, "retry-after")).toBe("300");
    for (const call of calls) call.sip.send("BYE");
    await untilEmpty();
  });

  it("offers when the INVITE doesn't, and takes the answer from the ACK", async () => {
    const sip = await solo.phone();
    const phone = await RtpPhone.open();
    sip.send("INVITE");
    const ok = await sip.response(200, "INVITE");
    expect(ok.body).toMatch(/m=audio \d+ RTP\/AVP 0 8 101/);
    sip.learn(ok);
    phone.connect(ok.body);
    sip.send("ACK", phone.sdp());
    const [uuid] = await solo.uuids();
    await solo.esl.api(`uuid_broadcast ${uuid} tone_stream://%(2000,0,700)`);
    expect(shareOfTone((await phone.hear(1600)).subarray(320), 700)).toBeGreaterThan(0.95);
    sip.send("BYE");
    await untilEmpty();
    await phone.close();
  });

  it("follows a re-INVITE to another address, and answers a hold", async () => {
    const { sip, uuid } = await solo.call();
    const elsewhere = await RtpPhone.open();
    sip.send("INVITE", elsewhere.sdp());
    const ok = await sip.response(200, "INVITE");
    elsewhere.connect(ok.body);
    sip.send("ACK");
    await solo.esl.api(`uuid_broadcast ${uuid} tone_stream://%(5000,0,700)`);
    expect(shareOfTone((await elsewhere.hear(1600)).subarray(320), 700)).toBeGreaterThan(0.95);
    sip.send("INVITE", elsewhere.sdp("sendonly"));
    expect((await sip.response(200, "INVITE")).body).toContain("a=recvonly");
    sip.send("ACK");
    expect(await solo.esl.api("show channels as json")).toContain('"callstate":"HELD"');
    sip.send("INVITE", elsewhere.sdp("sendrecv"));
    expect((await sip.response(200, "INVITE")).body).toContain("a=sendrecv");
    sip.send("ACK");
    expect(await solo.esl.api("show channels as json")).toContain('"callstate":"ACTIVE"');
    sip.send("BYE");
    await untilEmpty();
    await elsewhere.close();
  });

  it("takes keys from INFO", async () => {
    const { sip, uuid } = await solo.call();
    await solo.esl.command("event json DTMF");
    sip.send("INFO", "Signal=7\r\nDuration=120\r\n", [["content-type", "application/dtmf-relay"]]);
    await sip.response(200, "INFO");
    expect(await solo.esl.event("DTMF", { "Unique-ID": uuid })).toMatchObject({
      "DTMF-Digit": "7",
      "DTMF-Duration": "960",
      "DTMF-Source": "ENDPOINT",
    });
    sip.send("BYE");
    await untilEmpty();
  });

  it("survives garbage on its port while a call goes on", async () => {
    const { sip, phone, uuid } = await solo.call();
    await solo.esl.api(`uuid_broadcast ${uuid} tone_stream://%(8000,0,700)`);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        sip.raw(Buffer.from(bytes));
      }),
      { numRuns: 200 },
    );
    const valid = [
      "INVITE sip:x@y SIP/2.0",
      "Via: SIP/2.0/UDP h;branch=z9hG4bKf",
      "From: <sip:a@b>;tag=1",
      "To: <sip:x@y>",
    ];
    for (const line of [
      "Call-ID: c\r\nCSeq: 1 BYE",
      "Call-ID: c\r\nCSeq: x INVITE",
      "CSeq: 1 INVITE",
      "\0: \0",
    ]) {
      sip.raw(`${[...valid, line].join("\r\n")}\r\n\r\n`);
    }
    expect(shareOfTone((await phone.hear(1600)).subarray(320), 700)).toBeGreaterThan(0.95);
    expect(solo.media.stats().channels).toBe(1);
    sip.send("BYE");
    await untilEmpty();
  });

  it("survives garbage on the port of the media, which only the peer may use", async () => {
    const { sip, phone, uuid } = await solo.call();
    const stranger = await RtpPhone.open("PCMU", "127.0.0.2");
    const port = Number(await solo.esl.api(`uuid_getvar ${uuid} local_media_port`));
    stranger.connect(`c=IN IP4 127.0.0.1\r\nm=audio ${port} RTP/AVP 0`);
    stranger.speak(600);
    await solo.esl.api(`uuid_broadcast ${uuid} tone_stream://%(8000,0,700)`);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        phone.raw(Buffer.from(bytes));
      }),
      { numRuns: 200 },
    );
    expect(shareOfTone((await phone.hear(1600)).subarray(320), 700)).toBeGreaterThan(0.95);
    expect(stranger.packets).toHaveLength(0);
    await solo.esl.api(`uuid_set_media_stats ${uuid}`);
    expect(Number(await solo.esl.api(`uuid_getvar ${uuid} rtp_audio_in_packet_count`))).toBeLessThan(50);
    sip.send("BYE");
    await untilEmpty();
    await stranger.close();
  });

  it("uses the source of the request when it answers, whatever Via says", async () => {
    const sip = await solo.phone();
    sip.send("OPTIONS");
    const ok = await sip.response(200, "OPTIONS");
    const via = headerOf(ok, "via")!;
    expect([parameterOf(via, "rport"), parameterOf(via, "received")]).toEqual([
      String(sip.port),
      "127.0.0.1",
    ]);
  });
});
