import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyMedia, buildAnswer, buildOffer, buildReoffer, selectAudio } from "./negotiate.ts";
import type { MediaTerms } from "./negotiate.ts";
import { makeCryptoLines } from "./sdes.ts";
import { answerDirection, parseSdp } from "./sdp.ts";

const chromium = [
  "v=0",
  "o=- 1145606191272760740 2 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0 1",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
  "c=IN IP4 0.0.0.0",
  "a=candidate:1 1 udp 2113937151 10.0.0.1 41194 typ host",
  "a=ice-ufrag:uZ4Z",
  "a=ice-pwd:5pQN1j0dCNx04mCCSFtUvsAJ",
  "a=fingerprint:sha-256 7B:71:E0",
  "a=setup:actpass",
  "a=mid:0",
  "a=sendrecv",
  "a=rtcp-mux",
  "a=rtpmap:111 opus/48000/2",
  "a=rtpmap:0 PCMU/8000",
  "a=rtpmap:8 PCMA/8000",
  "a=rtpmap:110 telephone-event/48000",
  "a=rtpmap:126 telephone-event/8000",
  "m=video 9 UDP/TLS/RTP/SAVPF 96",
  "c=IN IP4 0.0.0.0",
  "a=mid:1",
  "",
].join("\r\n");

function plain(...lines: string[]): string {
  return ["v=0", "o=- 5 6 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0", ...lines, ""].join("\r\n");
}

function answerTo(offer: string): string {
  const parsed = parseSdp(offer)!;
  const remote = selectAudio(parsed)!;
  const local = {
    address: "192.0.2.9",
    port: 4000,
    rtcpPort: 4001,
    direction: answerDirection(remote.direction),
    originId: 1,
    originVersion: 1,
  };
  return buildAnswer(parsed, remote, local, 77);
}

describe("the answer to an offer", () => {
  it("of a browser takes PCMU and the telephone events at 8000, and refuses video", () => {
    const answer = answerTo(chromium);
    expect(answer).toContain("m=audio 4000 UDP/TLS/RTP/SAVPF 0 126\r\n");
    expect(answer).toContain("a=rtcp-mux\r\n");
    expect(answer).toContain("a=mid:0\r\n");
    expect(answer).toContain("a=group:BUNDLE 0\r\n");
    expect(answer).toContain("m=video 0 UDP/TLS/RTP/SAVPF 96\r\n");
    expect(answer).toContain("a=sendrecv\r\n");
    expect(selectAudio(parseSdp(chromium)!)).toMatchObject({
      security: "dtls",
      ice: {
        usernameFragment: "uZ4Z",
        isLite: false,
        candidates: ["1 1 udp 2113937151 10.0.0.1 41194 typ host"],
      },
      dtls: { setup: "actpass", fingerprints: [{ algorithm: "sha-256", value: "7B:71:E0" }] },
    });
  });

  it("of a telephone follows its order of codecs, with or without rtpmap", () => {
    expect(answerTo(plain("m=audio 5000 RTP/AVP 18 8 0"))).toContain("m=audio 4000 RTP/AVP 8\r\n");
    const mapped = plain(
      "m=audio 5000 RTP/AVP 96 97",
      "a=rtpmap:96 PCMU/8000",
      "a=rtpmap:97 telephone-event/8000",
    );
    expect(answerTo(mapped)).toContain("m=audio 4000 RTP/AVP 96 97\r\n");
  });

  it("turns its direction around", () => {
    const direction = (line: string) =>
      /a=(sendrecv|sendonly|recvonly|inactive)/.exec(answerTo(plain("m=audio 5000 RTP/AVP 0", line)))![1];
    expect(["a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive", "a=x"].map(direction)).toEqual([
      "sendrecv",
      "recvonly",
      "sendonly",
      "inactive",
      "sendrecv",
    ]);
    expect(answerTo(plain("m=audio 5000 RTP/AVP 0").replaceAll("192.0.2.1", "0.0.0.0"))).toContain(
      "a=inactive",
    );
  });

  it("is none when there is nothing for us", () => {
    const select = (text: string) => selectAudio(parseSdp(text)!);
    expect(select(plain("m=audio 5000 RTP/AVP 18"))).toBeUndefined();
    expect(select(plain("m=audio 0 RTP/AVP 0"))).toBeUndefined();
    expect(select(plain("m=audio 5000 RTP/SAVP 0", "a=crypto:1 x"))).toBeUndefined();
    expect(select(plain("m=video 5000 RTP/AVP 0"))).toBeUndefined();
    expect(parseSdp("hello")).toBeUndefined();
    expect(parseSdp(plain("m=audio 99999 RTP/AVP 0"))).toBeUndefined();
  });

  it("knows where RTCP goes", () => {
    const rtcp = (...lines: string[]) =>
      selectAudio(parseSdp(plain("m=audio 5000 RTP/AVP 0", ...lines))!)!.rtcpPort;
    expect([rtcp(), rtcp("a=rtcp:5555")]).toEqual([5001, 5555]);
  });

  it("never throws, whatever the text", () => {
    const line = fc.oneof(fc.string(), fc.constantFrom(...chromium.split("\r\n")));
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const parsed = parseSdp(["v=0", ...lines].join("\r\n"));
        if (parsed) selectAudio(parsed);
      }),
      { numRuns: 500 },
    );
  });
});

describe("our own offer", () => {
  it("can be answered by ourselves", () => {
    const offer = buildOffer({
      address: "192.0.2.9",
      port: 4000,
      rtcpPort: 4001,
      direction: "sendrecv",
      originId: 1,
      originVersion: 1,
    });
    expect(answerTo(offer)).toContain("m=audio 4000 RTP/AVP 0 101\r\n");
  });
});

const key = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
const secureLine = ["m=audio 5000 RTP/SAVP 8 0", `a=crypto:7 AES_CM_128_HMAC_SHA1_32 inline:${key}`];

function localWithKeys() {
  return {
    ...{ address: "192.0.2.9", port: 4000, rtcpPort: 4001, direction: "sendrecv" as const },
    ...{ originId: 1, originVersion: 1, crypto: makeCryptoLines() },
  };
}

function terms(encryption: MediaTerms["encryption"], laws: MediaTerms["laws"] = anyMedia.laws): MediaTerms {
  return { laws, encryption };
}

describe("encryption by keys in the description", () => {
  it("is answered under the offer's tag with our own key for its suite", () => {
    const offer = parseSdp(plain(...secureLine))!;
    const remote = selectAudio(offer)!;
    expect(remote).toMatchObject({ security: "sdes", crypto: { tag: 7, suite: "AES_CM_128_HMAC_SHA1_32" } });
    const local = localWithKeys();
    const ours = `a=crypto:7 AES_CM_128_HMAC_SHA1_32 inline:${local.crypto[1]!.key.toString("base64")}\r\n`;
    expect(buildAnswer(offer, remote, local, 1)).toContain("m=audio 4000 RTP/SAVP 8\r\n");
    expect(buildAnswer(offer, remote, local, 1)).toContain(ours);
    expect(buildReoffer(remote, local)).toContain(ours);
  });

  it("takes the section that the terms allow", () => {
    const both = parseSdp(plain(...secureLine, "m=audio 5000 RTP/AVP 0"))!;
    const chosen = (encryption: MediaTerms["encryption"]) => selectAudio(both, terms(encryption))?.index;
    expect([chosen("required"), chosen("optional"), chosen("none")]).toEqual([0, 0, 1]);
    const open = parseSdp(plain("m=audio 5000 RTP/AVP 0"))!;
    expect(selectAudio(open, terms("required"))).toBeUndefined();
    expect(selectAudio(parseSdp(plain(...secureLine))!, terms("none"))).toBeUndefined();
  });

  it("is not taken half: without a usable key, or a key in a section that is not encrypted", () => {
    expect(selectAudio(parseSdp(plain("m=audio 5000 RTP/SAVP 0"))!)).toBeUndefined();
    expect(selectAudio(parseSdp(plain("m=audio 5000 RTP/AVP 0", secureLine[1]!))!)).toBeUndefined();
  });

  it("is offered as FreeSWITCH does: alone, beside the open way on the same port, or not", () => {
    const sections = (encryption: MediaTerms["encryption"]) =>
      buildOffer(localWithKeys(), terms(encryption)).match(/^(m=.*|a=crypto:\d \S+)/gm);
    const secure = [
      "m=audio 4000 RTP/SAVP 0 8 101",
      "a=crypto:1 AES_CM_128_HMAC_SHA1_80",
      "a=crypto:2 AES_CM_128_HMAC_SHA1_32",
    ];
    expect(sections("required")).toEqual(secure);
    expect(sections("optional")).toEqual([...secure, "m=audio 4000 RTP/AVP 0 8 101"]);
    expect(sections("none")).toEqual(["m=audio 4000 RTP/AVP 0 8 101"]);
  });
});

describe("the codecs of a line", () => {
  it("are what is offered, in their order, and what is taken of an offer", () => {
    expect(buildOffer(localWithKeys(), terms("none", ["PCMA", "PCMU"]))).toContain("RTP/AVP 8 0 101\r\n");
    expect(buildOffer(localWithKeys(), terms("none", ["PCMA"]))).toContain("RTP/AVP 8 101\r\n");
    const offer = parseSdp(plain("m=audio 5000 RTP/AVP 0 8"))!;
    expect(selectAudio(offer, terms("none", ["PCMA"]))?.law).toBe("PCMA");
    expect(selectAudio(offer, terms("none", []))).toBeUndefined();
  });
});
