import { describe, expect, it } from "vitest";
import {
  continueSession,
  inspectOffer,
  isPlainRtp,
  isSameMedia,
  isSameSession,
  rejectOffer,
  usesIce,
} from "./sdp.ts";

const head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"];
const offer = (...media: string[]) => [...head, ...media, ""].join("\r\n");

describe("an offer", () => {
  it("is usable with one of our codecs, by number or by name", () => {
    expect(inspectOffer(offer("m=audio 4000 RTP/AVP 18 8"))).toEqual({
      ...{ ok: true, codecs: ["g729", "pcma"], isSecure: false, direction: "sendrecv" },
    });
    const browser = offer("m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=rtpmap:111 opus/48000/2", "a=recvonly");
    expect(inspectOffer(browser)).toMatchObject({
      ok: true,
      codecs: ["opus"],
      isSecure: true,
      direction: "recvonly",
    });
  });

  it("may have its direction for the whole session, and a refused line before the good one", () => {
    const held = [...head, "a=inactive", "m=audio 0 RTP/AVP 0", "m=audio 4000 RTP/AVP 0", ""].join("\r\n");
    expect(inspectOffer(held)).toMatchObject({ ok: true, direction: "inactive" });
  });

  it.each([
    [488, offer("m=audio 4000 RTP/AVP 18")],
    [488, offer("m=audio 0 RTP/AVP 0")],
    [488, offer("m=video 4000 RTP/AVP 96")],
    [488, offer()],
    [488, offer("m=audio 4000 TCP/MSRP 0")],
    [400, "hello"],
    [400, ""],
    [400, offer("m=audio 4000 RTP/AVP 0", "this is no line")],
    [400, offer("m=audio 70000 RTP/AVP 0")],
    [400, offer("m=audio x RTP/AVP 0")],
    [400, offer("m=audio 4000 RTP/AVP 0").replace(/c=.*\r\n/, "")],
    [400, offer("m=audio 4000 RTP/AVP 0").replace("o=- 1 1 IN", "o=-")],
  ])("is answered with %i: %j", (status, sdp) => {
    const verdict = inspectOffer(sdp);
    expect(verdict).toMatchObject({ ok: false, status });
    expect(verdict).toHaveProperty("sentence", expect.stringMatching(/\w/));
  });
});

describe("the refusal of an offer", () => {
  it("has each line of the offer with port 0", () => {
    const refused = rejectOffer(
      offer("m=audio 4000 RTP/AVP 0", "a=mid:a1", "m=video 4002/2 RTP/AVP 96", "a=mid:v1"),
    );
    expect(refused).toContain("m=audio 0 RTP/AVP 0\r\na=mid:a1\r\n");
    expect(refused).toContain("m=video 0 RTP/AVP 96\r\na=mid:v1\r\n");
    expect(refused.startsWith("v=0\r\n")).toBe(true);
  });
});

describe("a repeated description", () => {
  it("is the same whatever its origin line says", () => {
    const first = offer("m=audio 4000 RTP/AVP 0");
    expect(isSameSession(first, first.replace("o=- 1 1", "o=- 1 2"))).toBe(true);
    expect(isSameSession(first, first.replace("4000", "4002"))).toBe(false);
  });
});

describe("a session that goes on at another media server", () => {
  it("keeps its origin, one version higher, and everything else is the new one's", () => {
    const before = offer("m=audio 4000 RTP/AVP 0").replace("o=- 1 1", "o=first 77 18446744073709551615");
    const after = offer("m=audio 5000 RTP/AVP 8").replace("o=- 1 1", "o=second 1 1");
    const continued = continueSession(after, before);
    expect(continued).toContain("\r\no=first 77 18446744073709551616 IN IP4 192.0.2.1\r\n");
    expect(isSameSession(continued, after)).toBe(true);
    expect(continueSession(after, "")).toBe(after);
  });

  it("needs to know of an answer that has another address, port, codec or direction, and of no other", () => {
    const known = offer("m=audio 4000 RTP/AVP 0 8 101", "a=rtpmap:101 telephone-event/8000");
    const shorter = offer("m=audio 4000 RTP/AVP 0").replace("o=- 1 1", "o=- 1 9");
    expect(isSameMedia(shorter, known)).toBe(true);
    for (const [from, to] of [
      ["m=audio 4000", "m=audio 4002"],
      ["c=IN IP4 192.0.2.1", "c=IN IP4 192.0.2.9"],
      ["RTP/AVP 0", "RTP/AVP 8"],
      ["RTP/AVP 0", "RTP/AVP 0\r\na=sendonly"],
      ["RTP/AVP 0", "RTP/AVP 0\r\nc=IN IP4 192.0.2.9"],
    ] as const)
      expect(isSameMedia(shorter.replace(from, to), known)).toBe(false);
  });

  it("has to be plain RTP: keys and candidates can't be taken along", () => {
    expect(isPlainRtp(offer("m=audio 4000 RTP/AVP 0"))).toBe(true);
    expect(isPlainRtp(offer("m=audio 4000 RTP/SAVP 0"))).toBe(false);
    expect(isPlainRtp(offer("m=audio 4000 RTP/AVP 0", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:k"))).toBe(
      false,
    );
    expect(isPlainRtp(offer("m=audio 4000 RTP/AVP 0", "a=ice-ufrag:x"))).toBe(false);
    expect(isPlainRtp("nonsense")).toBe(false);
  });

  it("says by its credentials that it uses ICE", () => {
    expect(usesIce(offer("m=audio 9 UDP/TLS/RTP/SAVPF 111", "a=ice-ufrag:x"))).toBe(true);
    expect(usesIce(offer("m=audio 4000 RTP/AVP 0"))).toBe(false);
  });
});
