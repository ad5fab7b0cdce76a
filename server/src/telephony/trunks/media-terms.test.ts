import { describe, expect, it } from "vitest";
import { parkingAnswer } from "./media-sdp.ts";
import type { MediaTerms } from "./media-terms.ts";
import { agreedOffer, meetAnswer, meetOffer, presentOffer, termsHeaders } from "./media-terms.ts";

const key = "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
const [key80, key32, keyGcm] = [
  `a=crypto:1 AES_CM_128_HMAC_SHA1_80 ${key}`,
  `a=crypto:2 AES_CM_128_HMAC_SHA1_32 ${key}`,
  `a=crypto:3 AEAD_AES_256_GCM ${key}`,
];
const maps = [
  "a=rtpmap:102 opus/48000/2",
  "a=rtpmap:0 PCMU/8000",
  "a=rtpmap:8 PCMA/8000",
  "a=rtpmap:101 telephone-event/8000",
];

function sdp(...media: string[]): string {
  return ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0", ...media, ""].join("\r\n");
}

function terms(encryption: MediaTerms["encryption"], codecs: string[] = []): MediaTerms {
  return { encryption, codecs };
}

const open = sdp("m=audio 4000 RTP/AVP 0 8 101", ...maps);
const secure = sdp("m=audio 4000 RTP/SAVP 0 101", ...maps, key80);
const wish = sdp("m=audio 4000 RTP/AVP 0 101", ...maps, key80);
const unknown = sdp("m=audio 4000 RTP/SAVP 0 101", ...maps, keyGcm);
/** What the media server offers: with keys and without, on the same port. */
const offered = sdp(
  ...["m=audio 5000 RTP/SAVP 102 0 8 101", ...maps, keyGcm, key80, key32],
  ...["m=audio 5000 RTP/AVP 102 0 8 101", ...maps],
);

describe("a caller's offer", () => {
  it.each([
    [open, "none", true],
    [open, "optional", true],
    [open, "required", false],
    [secure, "none", false],
    [secure, "optional", true],
    [secure, "required", true],
    [wish, "none", true],
    [wish, "required", true],
    [unknown, "optional", false],
    [unknown, "required", false],
  ] as const)("is taken or refused as the line wants (%#)", (offer, encryption, isTaken) => {
    const met = meetOffer(offer, terms(encryption));
    expect(met.ok).toBe(isTaken);
    if (!met.ok) expect(met.warning).toMatch(/^303 ringdown ".+"$/);
  });

  it("with a key in RTP/AVP is RTP/SAVP to the media server, and answered in kind", () => {
    const met = meetOffer(wish, terms("optional"));
    if (!met.ok) throw new Error(met.sentence);
    expect(met.offer).toContain("m=audio 4000 RTP/SAVP 0 101\r\n");
    expect(met.toParty(met.offer)).toBe(wish);
    const strange = meetOffer(wish.replace(key80, keyGcm), terms("optional"));
    expect(strange.ok && strange.offer.match(/^(m=audio \S+ \S+|a=crypto)/gm)).toEqual([
      "m=audio 4000 RTP/AVP",
    ]);
    const plain = meetOffer(wish, terms("none"));
    expect(plain.ok && plain.offer).not.toContain("crypto");
  });

  it("without one of the line's codecs is refused with their names", () => {
    expect(meetOffer(secure, terms("required", ["pcma"]))).toMatchObject({
      ok: false,
      warning: '305 ringdown "This line takes pcma only"',
    });
    expect(meetOffer(open, terms("none", ["pcma"])).ok).toBe(true);
  });

  it("is left alone where nothing is asked", () => {
    expect(meetOffer(unknown, null)).toMatchObject({ ok: true, offer: unknown });
  });
});

describe("our offer to a carrier", () => {
  it("is one line, with the keys that everybody knows or none, and the line's codecs in its order", () => {
    const shown = presentOffer(offered, terms("required", ["pcma", "pcmu"]));
    expect(shown.match(/^m=.*/gm)).toEqual(["m=audio 5000 RTP/SAVP 8 0 101"]);
    expect(shown.match(/^a=crypto:\d/gm)).toEqual(["a=crypto:1", "a=crypto:2"]);
    expect(shown).not.toContain("opus");
    const plain = presentOffer(offered, terms("none"));
    expect(plain.match(/^m=.*/gm)).toEqual(["m=audio 5000 RTP/AVP 102 0 8 101"]);
    expect(plain).not.toContain("crypto");
  });

  it("is not made where the media server can't", () => {
    expect(() => presentOffer(open, terms("required"))).toThrow("no offer");
    expect(() => presentOffer(open, terms("none", ["g722"]))).toThrow("has none of g722");
  });
});

describe("the carrier's answer", () => {
  it("goes to the line of the media server's offer that the carrier saw", () => {
    const met = meetAnswer(offered, secure, true);
    expect(met.ok && met.answer.match(/^m=.*/gm)).toEqual([
      "m=audio 4000 RTP/SAVP 0 101",
      "m=audio 0 RTP/AVP 102 0 8 101",
    ]);
    const plain = meetAnswer(offered, open, false);
    expect(plain.ok && plain.answer.match(/^m=.*/gm)).toEqual([
      "m=audio 0 RTP/SAVP 102 0 8 101",
      "m=audio 4000 RTP/AVP 0 8 101",
    ]);
  });

  it("is no good without the key that was asked for, with one that was not, or without audio", () => {
    expect(meetAnswer(offered, open, true)).toMatchObject({ ok: false });
    expect(meetAnswer(offered, wish, false)).toMatchObject({ ok: false });
    expect(meetAnswer(offered, sdp("m=audio 0 RTP/AVP 0"), false)).toMatchObject({ ok: false });
  });

  it("leaves our side with the formats and the key that it took", () => {
    const shown = presentOffer(offered, terms("required"));
    const agreed = agreedOffer(shown, secure);
    expect(agreed.match(/^m=.*/gm)).toEqual(["m=audio 5000 RTP/SAVP 0 101"]);
    expect(agreed.match(/^a=crypto:\d/gm)).toEqual(["a=crypto:1"]);
  });
});

it("a channel that waits is answered for by nobody, at the discard port", () => {
  expect(parkingAnswer(open).match(/^m=.*/gm)).toEqual(["m=audio 9 RTP/AVP 0 8 101"]);
});

it("the media server hears of a line's terms in two headers", () => {
  expect(termsHeaders(terms("required", ["pcma", "opus"]))).toEqual({
    "X-Ringdown-Codecs": "PCMA,OPUS",
    "X-Ringdown-Encryption": "required",
  });
  expect(termsHeaders(terms("none"))).toEqual({ "X-Ringdown-Encryption": "none" });
});
