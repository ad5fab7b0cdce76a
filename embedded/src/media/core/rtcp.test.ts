import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildRtcp, ntpMiddle, parseRtcp, roundTripMs, toNtp } from "./rtcp.ts";
import { ReceptionStatistics } from "./rtp-statistics.ts";
import { isRtcp } from "./rtp.ts";

const block = {
  ssrc: 7,
  fractionLost: 5,
  packetsLost: -3,
  highestSequence: 70000,
  jitter: 12,
  lastSenderReport: 0x12345678,
  delaySinceLastSenderReport: 65536,
};

describe("RTCP", () => {
  it("reads the sender report that it writes", () => {
    const sender = { ...toNtp(1_700_000_000_500), rtpTimestamp: 160, packetCount: 9, octetCount: 1440 };
    const packet = buildRtcp(42, "ringdown", sender, block);
    expect(packet.length % 4).toBe(0);
    expect(isRtcp(packet)).toBe(true);
    expect(parseRtcp(packet)).toEqual([
      {
        senderSsrc: 42,
        ntpMiddle: ntpMiddle(1_700_000_000_500),
        packetCount: 9,
        octetCount: 1440,
        blocks: [block],
      },
    ]);
  });

  it("reads the receiver report that it writes", () => {
    expect(parseRtcp(buildRtcp(42, "x", undefined, block))).toEqual([{ senderSsrc: 42, blocks: [block] }]);
    expect(parseRtcp(buildRtcp(42, "x", undefined, undefined))).toEqual([{ senderSsrc: 42, blocks: [] }]);
  });

  it("takes the round trip from a report about us", () => {
    const sentAtMs = 1_700_000_000_000;
    const report = { ...block, lastSenderReport: ntpMiddle(sentAtMs), delaySinceLastSenderReport: 65536 };
    expect(roundTripMs(report, sentAtMs + 1080)).toBeCloseTo(80, 0);
    expect(roundTripMs({ ...report, lastSenderReport: 0 }, sentAtMs)).toBeUndefined();
  });

  it("never throws on anything", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 128 }), (bytes) => {
        parseRtcp(Buffer.from(bytes));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("reception statistics", () => {
  const feed = (statistics: ReceptionStatistics, sequence: number, delayMs = 0) =>
    statistics.onPacket(1, sequence & 0xffff, sequence * 160, 172, 160, sequence * 20 + delayMs);

  it("counts loss over the wrap of the sequence number, in total and per interval", () => {
    const statistics = new ReceptionStatistics();
    for (let i = 65500; i < 65600; i++) if (i % 10 !== 3) feed(statistics, i);
    expect(statistics.packetsLost).toBe(10);
    expect(statistics.report(0)).toMatchObject({ fractionLost: 25, packetsLost: 10, highestSequence: 65599 });
    for (let i = 65600; i < 65700; i++) feed(statistics, i);
    expect(statistics.report(0)).toMatchObject({ fractionLost: 0, packetsLost: 10 });
  });

  it("measures jitter as RFC 3550 does", () => {
    const even = new ReceptionStatistics();
    const uneven = new ReceptionStatistics();
    for (let i = 0; i < 500; i++) {
      feed(even, i);
      feed(uneven, i, i % 2 === 0 ? 0 : 10);
    }
    expect(even.jitterMs).toBe(0);
    expect(uneven.jitterMs).toBeGreaterThan(9);
    expect(uneven.jitterMs).toBeLessThan(11);
  });

  it("starts over with a new source and says since when the last sender report came", () => {
    const statistics = new ReceptionStatistics();
    feed(statistics, 1);
    feed(statistics, 5);
    statistics.onSenderReport(99, 1000);
    expect(statistics.report(3000)).toMatchObject({
      lastSenderReport: 99,
      delaySinceLastSenderReport: 131072,
    });
    statistics.onPacket(2, 9000, 0, 172, 160, 0);
    expect(statistics.packetsLost).toBe(0);
    expect(statistics.report(0)).toMatchObject({ ssrc: 2, lastSenderReport: 0 });
  });

  it("has no report before the first packet", () => {
    expect(new ReceptionStatistics().report(0)).toBeUndefined();
  });
});
