import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Controller } from "./controller.ts";
import type { Dialog } from "./clients.ts";
import { openPair } from "./pair.ts";
import type { Pair } from "./pair.ts";

/** An answer that sends nowhere is enough here: what is heard is tested with the telephony of the server. */
function describeAudio(profile: string, formats: string, ...lines: string[]): string {
  return [
    ...["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0"],
    ...[`m=audio 9 ${profile} ${formats}`, "a=rtpmap:101 telephone-event/8000", ...lines, ""],
  ].join("\r\n");
}

function newKey(suite = "AES_CM_128_HMAC_SHA1_80"): string {
  return `a=crypto:1 ${suite} inline:${randomBytes(30).toString("base64")}`;
}

function keysIn(sdp: string): string[] {
  return sdp.match(/^a=crypto:\d+ AES_CM_128_HMAC_SHA1_(80|32) inline:\S+/gm) ?? [];
}

function portOf(sdp: string): string | undefined {
  return /^m=audio (\d+) /m.exec(sdp)?.[1];
}

describe("what the headers of an INVITE ask of its media", () => {
  let pair: Pair;
  let app: Controller;

  beforeAll(async () => {
    pair = await openPair();
    app = await Controller.connect(pair);
  });
  afterAll(async () => {
    await app.close();
    await pair.close();
  });

  /** Nobody listens for the channel: it parks at once, as one whose controller is gone. */
  const headersFor = (terms: Readonly<Record<string, string>>) => ({
    "X-esl-outbound": "127.0.0.1:9",
    ...terms,
  });

  async function call(localSdp: string, terms: Readonly<Record<string, string>>): Promise<Dialog> {
    const address = (await app.media()).sip.ipv4.udp.address;
    return app.srf.createUAC(`sip:drachtio@${address}`, { localSdp, headers: headersFor(terms) });
  }

  async function ask(terms: Readonly<Record<string, string>>, at?: string) {
    const address = at ?? (await app.media()).sip.ipv4.udp.address;
    return app.srf.createUAC(`sip:drachtio@${address}`, { noAck: true, headers: headersFor(terms) });
  }

  it.concurrent("codecs: an offer is answered with one of them, or refused", async () => {
    const offer = describeAudio("RTP/AVP", "0 8 101");
    const dialog = await call(offer, { "X-Ringdown-Codecs": "PCMA" });
    expect(dialog.remote.sdp).toMatch(/^m=audio \d+ RTP\/AVP 8 101/m);
    await dialog.destroy();
    const other = describeAudio("RTP/AVP", "0 101");
    await expect(call(other, { "X-Ringdown-Codecs": "PCMA" })).rejects.toMatchObject({ status: 488 });
  });

  it.concurrent("codecs: they are what is offered, in their order, and again in the call", async () => {
    const late = await ask({ "X-Ringdown-Codecs": "PCMA,PCMU" });
    expect(late.sdp).toMatch(/^m=audio \d+ RTP\/AVP 8 0 101/m);
    expect(keysIn(late.sdp)).toEqual([]);
    const dialog = await late.ack(describeAudio("RTP/AVP", "0 101"));
    const again = await dialog.modify({ noAck: true });
    expect(portOf(again.sdp)).toBe(portOf(late.sdp));
    // FreeSWITCH offers what was agreed on, the embedded server all that it has.
    expect(again.sdp).toMatch(/^m=audio \d+ RTP\/AVP (8 )?0 101/m);
    again.ack(describeAudio("RTP/AVP", "0 101"));
    await dialog.destroy();
  });

  it.concurrent("encryption: SDES is taken under the offer's tag, and kept in a re-INVITE", async () => {
    const offer = describeAudio(
      "RTP/SAVP",
      "0 101",
      newKey("AES_CM_128_HMAC_SHA1_32").replace("crypto:1", "crypto:7"),
    );
    const dialog = await call(offer, { "X-Ringdown-Encryption": "required" });
    expect(dialog.remote.sdp).toMatch(/^m=audio \d+ RTP\/SAVP 0 101/m);
    const [key = ""] = keysIn(dialog.remote.sdp);
    expect(key).toMatch(/^a=crypto:7 AES_CM_128_HMAC_SHA1_32 /);
    expect(keysIn(await dialog.modify(offer))).toEqual([key]);
    await dialog.destroy();
  });

  it.concurrent.each([
    ["required", "an offer without a key", () => describeAudio("RTP/AVP", "0 101")],
    ["none", "an offer with nothing but a key", () => describeAudio("RTP/SAVP", "0 101", newKey())],
    ["optional", "a key in RTP/AVP", () => describeAudio("RTP/AVP", "0 101", newKey())],
  ])("encryption %s refuses %s", async (encryption, _, offer) => {
    await expect(call(offer(), { "X-Ringdown-Encryption": encryption })).rejects.toMatchObject({
      status: 488,
    });
  });

  it.concurrent("encryption: without the header callers may, and need not", async () => {
    for (const offer of [describeAudio("RTP/SAVP", "0 101", newKey()), describeAudio("RTP/AVP", "0 101")]) {
      const dialog = await call(offer, {});
      expect(keysIn(dialog.remote.sdp)).toHaveLength(offer.includes("crypto") ? 1 : 0);
      await dialog.destroy();
    }
  });

  it.concurrent("encryption: asked for at its own address, an offer has keys that last", async () => {
    const address = (await (await app.media()).api("global_getvar offer_sip_address")).trim();
    const late = await ask({ "X-Ringdown-Encryption": "required" }, /^[\d.]+:\d+$/.exec(address)?.[0]);
    expect(late.sdp).toMatch(/^m=audio \d+ RTP\/SAVP /m);
    const offered = keysIn(late.sdp);
    expect(offered.length).toBeGreaterThan(0);
    const sections = late.sdp.match(/^m=audio .*/gm) ?? [];
    const open = sections.length > 1 ? ["m=audio 0 RTP/AVP 0", ""].join("\r\n") : "";
    const answer = `${describeAudio("RTP/SAVP", "0 101", newKey())}${open}`;
    const dialog = await late.ack(answer);
    const again = await dialog.modify({ noAck: true });
    expect(portOf(again.sdp)).toBe(portOf(late.sdp));
    const kept = keysIn(again.sdp).map((line) => line.replace(/^a=crypto:\d+ /, ""));
    expect(kept.length).toBeGreaterThan(0);
    for (const key of kept) expect(offered.join("\n")).toContain(key);
    again.ack(answer);
    await dialog.destroy();
  });
});
