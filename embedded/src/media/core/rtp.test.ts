import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createRtpHeader,
  isRtcp,
  parseRtp,
  sequenceDistance,
  timestampDistance,
  writeRtpHeader,
} from "./rtp.ts";

describe("RTP headers", () => {
  it("reads what it writes", () => {
    const packet = Buffer.alloc(20);
    writeRtpHeader(packet, 101, true, 65535, 0xfffffff0, 0x80000001);
    const header = createRtpHeader();
    expect(parseRtp(packet, header)).toBe(true);
    expect(header).toEqual({
      payloadType: 101,
      marker: true,
      sequenceNumber: 65535,
      timestamp: 0xfffffff0,
      ssrc: 0x80000001,
      payloadStart: 12,
      payloadEnd: 20,
    });
    expect(isRtcp(packet)).toBe(false);
  });

  it("leaves contributing sources, extension and padding out of the payload", () => {
    const packet = Buffer.alloc(12 + 8 + 4 + 8 + 5 + 3);
    writeRtpHeader(packet, 0, false, 1, 2, 3);
    packet[0] = 0x80 | 0x20 | 0x10 | 2;
    packet.writeUInt16BE(2, 12 + 8 + 2);
    packet[packet.length - 1] = 3;
    const header = createRtpHeader();
    expect(parseRtp(packet, header)).toBe(true);
    expect(packet.subarray(header.payloadStart, header.payloadEnd)).toHaveLength(5);
  });

  it("refuses lengths that don't add up and never throws", () => {
    const header = createRtpHeader();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const packet = Buffer.from(bytes);
        if (!parseRtp(packet, header)) return;
        expect(header.payloadStart).toBeLessThanOrEqual(header.payloadEnd);
        expect(header.payloadEnd).toBeLessThanOrEqual(packet.length);
      }),
      { numRuns: 2000 },
    );
  });

  it("measures distances across the wrap", () => {
    expect(sequenceDistance(2, 65534)).toBe(4);
    expect(sequenceDistance(65534, 2)).toBe(-4);
    expect(timestampDistance(100, 0xffffff00)).toBe(356);
  });
});
