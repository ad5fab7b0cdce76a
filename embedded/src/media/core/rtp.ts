/** The fixed part of an RTP header, RFC 3550 section 5.1. */
export interface RtpHeader {
  payloadType: number;
  sequenceNumber: number;
  timestamp: number;
  ssrc: number;
  marker: boolean;
  /** Where the payload starts and ends in the packet, padding removed. */
  payloadStart: number;
  payloadEnd: number;
}

export const rtpHeaderBytes = 12;

/** An empty header to be filled by `parseRtp`, so that the hot path allocates nothing. */
export function createRtpHeader(): RtpHeader {
  return {
    payloadType: 0,
    sequenceNumber: 0,
    timestamp: 0,
    ssrc: 0,
    marker: false,
    payloadStart: 0,
    payloadEnd: 0,
  };
}

/** Reads the header of `packet` into `header`. False when the packet isn't RTP or its lengths don't add up. */
export function parseRtp(packet: Buffer, header: RtpHeader): boolean {
  const { length } = packet;
  if (length < rtpHeaderBytes) return false;
  const first = packet[0]!;
  if (first >> 6 !== 2) return false;
  let start = rtpHeaderBytes + (first & 0x0f) * 4;
  if (first & 0x10) {
    if (length < start + 4) return false;
    start += 4 + packet.readUInt16BE(start + 2) * 4;
  }
  let end = length;
  if (first & 0x20) {
    const padding = packet[length - 1]!;
    if (padding === 0) return false;
    end -= padding;
  }
  if (start > end) return false;
  const second = packet[1]!;
  header.payloadType = second & 0x7f;
  header.marker = (second & 0x80) !== 0;
  header.sequenceNumber = packet.readUInt16BE(2);
  header.timestamp = packet.readUInt32BE(4);
  header.ssrc = packet.readUInt32BE(8);
  header.payloadStart = start;
  header.payloadEnd = end;
  return true;
}

/** Writes a header without extensions or contributing sources into the first 12 bytes of `packet`. */
export function writeRtpHeader(
  packet: Buffer,
  payloadType: number,
  marker: boolean,
  sequenceNumber: number,
  timestamp: number,
  ssrc: number,
): void {
  packet[0] = 0x80;
  packet[1] = (marker ? 0x80 : 0) | payloadType;
  packet.writeUInt16BE(sequenceNumber, 2);
  packet.writeUInt32BE(timestamp, 4);
  packet.writeUInt32BE(ssrc, 8);
}

/** RFC 5761 section 4: with RTP and RTCP on one port, packet types 192 to 223 are RTCP. */
export function isRtcp(packet: Buffer): boolean {
  return packet.length >= 8 && packet[0]! >> 6 === 2 && packet[1]! >= 192 && packet[1]! <= 223;
}

/** The signed distance from `b` to `a` of two 32-bit timestamps. */
export function timestampDistance(a: number, b: number): number {
  return (a - b) | 0;
}

/** The signed distance from `b` to `a` of two 16-bit sequence numbers. */
export function sequenceDistance(a: number, b: number): number {
  return ((a - b) << 16) >> 16;
}
