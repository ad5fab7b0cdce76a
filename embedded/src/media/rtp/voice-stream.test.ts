import { describe, expect, it } from "vitest";
import type { RemoteAudio } from "../core/negotiate.ts";
import { parseRtcp } from "../core/rtcp.ts";
import { createRtpHeader, parseRtp, writeRtpHeader } from "../core/rtp.ts";
import type { Digit } from "../core/telephone-event.ts";
import { loudness, shareOfTone, sine } from "../testing/signal.ts";
import type { PacketTransport } from "./packet-transport.ts";
import { VoiceStream } from "./voice-stream.ts";

/** Carries packets to the other end at once; the test may look at them and hold them back. */
class Wire implements PacketTransport {
  onRtp: PacketTransport["onRtp"] = () => {};
  onRtcp: PacketTransport["onRtcp"] = () => {};
  other: Wire | undefined;
  readonly rtp: Buffer[] = [];
  readonly rtcp: Buffer[] = [];
  readonly #header = createRtpHeader();

  describe() {
    return { port: 1, rtcpPort: 2 };
  }

  adopt(): Promise<boolean> {
    return Promise.resolve(true);
  }

  connect(): void {}

  receive(packet: Buffer): void {
    if (parseRtp(packet, this.#header)) this.onRtp(this.#header, packet);
  }

  sendRtp(packet: Buffer): void {
    this.rtp.push(Buffer.from(packet));
    this.other?.receive(packet);
  }

  sendRtcp(packet: Buffer): void {
    this.rtcp.push(packet);
    this.other?.onRtcp(packet);
  }

  signsOfLife(): number {
    return 0;
  }

  remoteAddress(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function remote(law: "PCMU" | "PCMA"): RemoteAudio {
  return {
    index: 0,
    security: "none",
    protocol: "RTP/AVP",
    address: "192.0.2.1",
    port: 4000,
    rtcpPort: 4001,
    hasRtcpMux: false,
    direction: "sendrecv",
    law,
    payloadType: law === "PCMU" ? 0 : 8,
    laws: [
      { law: "PCMU", payloadType: 0 },
      { law: "PCMA", payloadType: 8 },
    ],
    telephoneEvent: 101,
    mid: undefined,
    ice: undefined,
    dtls: undefined,
    crypto: undefined,
  };
}

function connect(): { a: VoiceStream; b: VoiceStream; wireA: Wire; wireB: Wire } {
  const wireA = new Wire();
  const wireB = new Wire();
  wireA.other = wireB;
  wireB.other = wireA;
  const a = new VoiceStream(wireA);
  const b = new VoiceStream(wireB);
  a.configure(remote("PCMU"), "sendrecv");
  b.configure(remote("PCMA"), "sendrecv");
  return { a, b, wireA, wireB };
}

/** Sends `frames` of a tone from `a` and returns what `b` plays meanwhile. */
function talk(a: VoiceStream, b: VoiceStream, frames: number, frequency = 500): Int16Array {
  const heard = new Int16Array(frames * 160);
  const frame = new Int16Array(160);
  for (let i = 0; i < frames; i++) {
    a.send(sine(frequency, 160, i * 160));
    b.skip();
    if (b.read(frame)) heard.set(frame, i * 160);
  }
  return heard;
}

describe("a voice stream", () => {
  it("carries audio with right sequence numbers, timestamps and one marker", () => {
    const { a, b, wireA } = connect();
    const heard = talk(a, b, 50);
    expect(shareOfTone(heard.subarray(800), 500)).toBeGreaterThan(0.99);
    const headers = wireA.rtp.map((packet) => {
      const header = createRtpHeader();
      parseRtp(packet, header);
      return header;
    });
    for (const [i, header] of headers.entries()) {
      expect(header.sequenceNumber).toBe((headers[0]!.sequenceNumber + i) & 0xffff);
      expect(header.timestamp).toBe((headers[0]!.timestamp + i * 160) >>> 0);
      expect(header.marker).toBe(i === 0);
    }
  });

  it("goes on in time after a pause, with the marker", () => {
    const { a, b, wireA } = connect();
    talk(a, b, 10);
    for (let i = 0; i < 25; i++) a.skip();
    talk(a, b, 1);
    const header = createRtpHeader();
    parseRtp(wireA.rtp[0]!, header);
    const first = header.timestamp;
    parseRtp(wireA.rtp.at(-1)!, header);
    expect(header.marker).toBe(true);
    expect((header.timestamp - first) >>> 0).toBe(35 * 160);
  });

  it("is intelligible at 2 % loss, and counts it", () => {
    const { a, b, wireB } = connect();
    const receive = wireB.receive.bind(wireB);
    let count = 0;
    wireB.receive = (packet) => (++count % 50 === 25 ? undefined : receive(packet));
    const heard = talk(a, b, 300);
    expect(shareOfTone(heard.subarray(800), 500)).toBeGreaterThan(0.98);
    const statistics = new Map(b.statistics());
    expect(statistics.get("in_packets_lost")).toBe("6");
    expect(statistics.get("in_flaw_total")).toBe("6");
    expect(Number(statistics.get("in_jitter_loss_rate"))).toBeCloseTo(0.02, 2);
  });

  it("tells a silent remote side from a speaking one", () => {
    const { a, b } = connect();
    const frame = new Int16Array(160);
    expect(b.read(frame)).toBe(false);
    talk(a, b, 20);
    for (let i = 0; i < 15; i++) b.read(frame);
    expect(b.read(frame)).toBe(false);
  });

  it("follows a change of the source", () => {
    const { a, b, wireB } = connect();
    talk(a, b, 20);
    const stranger = Buffer.alloc(172, 0x20);
    const frame = new Int16Array(160);
    let level = 0;
    for (let i = 0; i < 10; i++) {
      writeRtpHeader(stranger, 0, i === 0, 5 + i, 99000 + i * 160, 4242);
      wireB.receive(stranger);
      if (b.read(frame)) level = loudness(frame);
    }
    expect(level).toBeGreaterThan(1000);
    expect(new Map(b.statistics()).get("in_packets_lost")).toBe("0");
  });

  it("sends digits that the other side reports once, and no audio meanwhile", () => {
    const { a, b, wireA } = connect();
    const digits: Digit[] = [];
    b.onDigit = (digit) => digits.push(digit);
    talk(a, b, 10);
    expect(a.sendDigit({ key: "4", durationSamples: 800 })).toBe(true);
    const before = wireA.rtp.length;
    talk(a, b, 7);
    expect(wireA.rtp.slice(before).every((packet) => (packet[1]! & 0x7f) === 101)).toBe(true);
    talk(a, b, 10);
    expect(digits).toEqual([{ key: "4", durationSamples: 800 }]);
    expect((wireA.rtp.at(-1)![1]! & 0x7f) === 0).toBe(true);
  });

  it("reports by RTCP what it really received, and learns the round trip", () => {
    const { a, b, wireA, wireB } = connect();
    talk(a, b, 600);
    talk(b, a, 600);
    const fromA = wireA.rtcp.flatMap(parseRtcp);
    const fromB = wireB.rtcp.flatMap(parseRtcp);
    expect(fromA.some(({ packetCount }) => packetCount !== undefined && packetCount > 200)).toBe(true);
    const block = fromB.flatMap(({ blocks }) => blocks).findLast(({ ssrc }) => ssrc === a.ssrc);
    expect(block).toMatchObject({ packetsLost: 0, fractionLost: 0 });
    expect(block!.lastSenderReport).toBeGreaterThan(0);
    const statistics = new Map(a.statistics());
    expect(Number(statistics.get("rtcp_round_trip_ms"))).toBeLessThan(50);
    expect(statistics.get("rtcp_remote_packets_lost")).toBe("0");
  });

  it("sends nothing where the other side wants nothing", () => {
    const { a, b, wireA } = connect();
    a.configure({ ...remote("PCMU"), direction: "sendonly" }, "recvonly");
    talk(a, b, 5);
    expect(wireA.rtp).toHaveLength(0);
  });
});
