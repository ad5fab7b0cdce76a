import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { deriveSessionKeys, SrtpReceiver, SrtpSender, srtpSuites } from "./srtp.ts";

const master = randomBytes(30);

function rtp(sequence: number, text = "a frame of speech", ssrc = 0x01020304): Buffer {
  const packet = Buffer.alloc(12 + text.length, text, "latin1");
  packet.writeUInt16BE(0x8008, 0);
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(sequence * 160, 4);
  packet.writeUInt32BE(ssrc, 8);
  packet.write(text, 12, "latin1");
  return packet;
}

describe("the key derivation", () => {
  // RFC 3711, appendix B.3
  it("gives the keys of the standard's example", () => {
    const key = Buffer.from("E1F97A0D3E018BE0D64FA32C06DE4139", "hex");
    const salt = Buffer.from("0EC675AD498AFEEBB6960B3AABE6", "hex");
    const keys = deriveSessionKeys(Buffer.concat([key, salt]), 0);
    expect(keys.cipher.toString("hex").toUpperCase()).toBe("C61E7A93744F39EE10734AFE3FF7A087");
    expect(keys.salt.toString("hex").toUpperCase()).toBe("30CBBC08863D8C85D49DB34A9AE1");
    expect(keys.auth.toString("hex").toUpperCase()).toBe("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4");
  });
});

describe.each(srtpSuites)("%s", (suite) => {
  const tagBytes = suite.endsWith("80") ? 10 : 4;

  it("hides the payload and gives it back, over the end of the sequence numbers", () => {
    const [sender, receiver] = [new SrtpSender(suite, master), new SrtpReceiver(suite, master)];
    for (const sequence of [65_533, 65_534, 65_535, 0, 1, 2]) {
      const sent = sender.protectRtp(rtp(sequence))!;
      expect(sent.length).toBe(rtp(sequence).length + tagBytes);
      expect(sent.includes("speech")).toBe(false);
      expect(receiver.unprotectRtp(sent)).toEqual(rtp(sequence));
    }
  });

  it("takes packets in another order, each once, and none that are too old", () => {
    const [sender, receiver] = [new SrtpSender(suite, master), new SrtpReceiver(suite, master)];
    const sent = Array.from({ length: 100 }, (_, i) => sender.protectRtp(rtp((65_500 + i) % 65_536))!);
    for (const i of [30, 40, 35, 99, 36]) expect(receiver.unprotectRtp(sent[i]!), String(i)).toBeDefined();
    for (const i of [40, 36, 99, 34, 0]) expect(receiver.unprotectRtp(sent[i]!), String(i)).toBeUndefined();
  });

  it("takes nothing that was touched or is too short, and goes on", () => {
    const [sender, receiver] = [new SrtpSender(suite, master), new SrtpReceiver(suite, master)];
    const sent = sender.protectRtp(rtp(7))!;
    for (const at of [1, 5, 12, sent.length - 1]) {
      const touched = Buffer.from(sent);
      touched[at]! ^= 1;
      expect(receiver.unprotectRtp(touched)).toBeUndefined();
    }
    for (const length of [0, 4, 12, 15])
      expect(receiver.unprotectRtp(sent.subarray(0, length))).toBeUndefined();
    expect(receiver.unprotectRtp(sent)).toEqual(rtp(7));
  });

  it("does the same for RTCP, with the long tag in either suite", () => {
    const [sender, receiver] = [new SrtpSender(suite, master), new SrtpReceiver(suite, master)];
    const report = Buffer.concat([Buffer.from([0x81, 201, 0, 7, 1, 2, 3, 4]), randomBytes(24)]);
    const first = sender.protectRtcp(report)!;
    const second = sender.protectRtcp(report)!;
    expect(first.length).toBe(report.length + 14);
    expect(second).not.toEqual(first);
    expect(receiver.unprotectRtcp(second)).toEqual(report);
    expect(receiver.unprotectRtcp(first)).toEqual(report);
    expect(receiver.unprotectRtcp(first)).toBeUndefined();
    second[9]! ^= 1;
    expect(receiver.unprotectRtcp(second)).toBeUndefined();
  });

  it("wants the key's name when the peer has said that it sends one", () => {
    const mki = Buffer.from([0, 1]);
    const sent = new SrtpSender(suite, master).protectRtp(rtp(1))!;
    const named = Buffer.concat([sent.subarray(0, -tagBytes), mki, sent.subarray(-tagBytes)]);
    expect(new SrtpReceiver(suite, master, mki).unprotectRtp(named)).toEqual(rtp(1));
    expect(new SrtpReceiver(suite, master, mki).unprotectRtp(sent)).toBeUndefined();
  });

  it("keeps sources apart, and forgets the oldest of many", () => {
    const receiver = new SrtpReceiver(suite, master);
    for (let ssrc = 1; ssrc <= 40; ssrc++) {
      const sent = new SrtpSender(suite, master).protectRtp(rtp(9, "a frame of speech", ssrc))!;
      expect(receiver.unprotectRtp(sent)).toBeDefined();
      expect(receiver.unprotectRtp(sent)).toBeUndefined();
    }
  });
});
