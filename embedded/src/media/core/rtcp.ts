import type { ReceptionReport } from "./rtp-statistics.ts";

/** The part of a received sender or receiver report that we use. */
export interface RtcpReport {
  senderSsrc: number;
  /** The middle 32 bits of the NTP timestamp, for senders. */
  ntpMiddle?: number;
  packetCount?: number;
  octetCount?: number;
  blocks: ReceptionReport[];
}

export interface SenderInformation {
  ntpSeconds: number;
  ntpFraction: number;
  rtpTimestamp: number;
  packetCount: number;
  octetCount: number;
}

const secondsFrom1900To1970 = 2208988800;

/** Milliseconds since 1970 as the two halves of an NTP timestamp. */
export function toNtp(epochMs: number): { ntpSeconds: number; ntpFraction: number } {
  const seconds = Math.floor(epochMs / 1000);
  return {
    ntpSeconds: (seconds + secondsFrom1900To1970) >>> 0,
    ntpFraction: Math.floor(((epochMs / 1000) % 1) * 4294967296) >>> 0,
  };
}

/** The middle 32 bits of an NTP timestamp, the unit in which RFC 3550 measures round trips. */
export function ntpMiddle(epochMs: number): number {
  const { ntpSeconds, ntpFraction } = toNtp(epochMs);
  return (((ntpSeconds & 0xffff) << 16) | (ntpFraction >>> 16)) >>> 0;
}

function readBlock(packet: Buffer, offset: number): ReceptionReport {
  return {
    ssrc: packet.readUInt32BE(offset),
    fractionLost: packet[offset + 4]!,
    packetsLost: packet.readIntBE(offset + 5, 3),
    highestSequence: packet.readUInt32BE(offset + 8),
    jitter: packet.readUInt32BE(offset + 12),
    lastSenderReport: packet.readUInt32BE(offset + 16),
    delaySinceLastSenderReport: packet.readUInt32BE(offset + 20),
  };
}

/** The sender and receiver reports of a compound packet; what is malformed or of another type is left out. */
export function parseRtcp(packet: Buffer): RtcpReport[] {
  const reports: RtcpReport[] = [];
  for (let offset = 0; offset + 8 <= packet.length;) {
    const first = packet[offset]!;
    const type = packet[offset + 1]!;
    const bytes = (packet.readUInt16BE(offset + 2) + 1) * 4;
    if (first >> 6 !== 2 || offset + bytes > packet.length) break;
    const blocksFrom = offset + (type === 200 ? 28 : 8);
    const count = first & 0x1f;
    if ((type === 200 || type === 201) && blocksFrom + count * 24 <= offset + bytes) {
      const blocks = Array.from({ length: count }, (_, i) => readBlock(packet, blocksFrom + i * 24));
      const senderSsrc = packet.readUInt32BE(offset + 4);
      if (type === 201) reports.push({ senderSsrc, blocks });
      else
        reports.push({
          senderSsrc,
          ntpMiddle: packet.readUInt32BE(offset + 10),
          packetCount: packet.readUInt32BE(offset + 20),
          octetCount: packet.readUInt32BE(offset + 24),
          blocks,
        });
    }
    offset += bytes;
  }
  return reports;
}

/** A compound packet: a sender report (receiver report if nothing was sent) and the source's CNAME. */
export function buildRtcp(
  ssrc: number,
  cname: string,
  sender: SenderInformation | undefined,
  block: ReceptionReport | undefined,
): Buffer {
  const reportBytes = 8 + (sender ? 20 : 0) + (block ? 24 : 0);
  const name = Buffer.from(cname);
  const chunkBytes = Math.ceil((4 + 2 + name.length + 1) / 4) * 4;
  const packet = Buffer.alloc(reportBytes + 4 + chunkBytes);
  packet[0] = 0x80 | (block ? 1 : 0);
  packet[1] = sender ? 200 : 201;
  packet.writeUInt16BE(reportBytes / 4 - 1, 2);
  packet.writeUInt32BE(ssrc, 4);
  let offset = 8;
  if (sender) {
    packet.writeUInt32BE(sender.ntpSeconds, offset);
    packet.writeUInt32BE(sender.ntpFraction, offset + 4);
    packet.writeUInt32BE(sender.rtpTimestamp >>> 0, offset + 8);
    packet.writeUInt32BE(sender.packetCount >>> 0, offset + 12);
    packet.writeUInt32BE(sender.octetCount >>> 0, offset + 16);
    offset += 20;
  }
  if (block) offset = writeBlock(packet, offset, block);
  packet[offset] = 0x81;
  packet[offset + 1] = 202;
  packet.writeUInt16BE(chunkBytes / 4, offset + 2);
  packet.writeUInt32BE(ssrc, offset + 4);
  packet[offset + 8] = 1;
  packet[offset + 9] = name.length;
  name.copy(packet, offset + 10);
  return packet;
}

function writeBlock(packet: Buffer, offset: number, block: ReceptionReport): number {
  packet.writeUInt32BE(block.ssrc, offset);
  packet[offset + 4] = block.fractionLost;
  packet.writeIntBE(block.packetsLost, offset + 5, 3);
  packet.writeUInt32BE(block.highestSequence, offset + 8);
  packet.writeUInt32BE(block.jitter, offset + 12);
  packet.writeUInt32BE(block.lastSenderReport, offset + 16);
  packet.writeUInt32BE(block.delaySinceLastSenderReport >>> 0, offset + 20);
  return offset + 24;
}

/** RFC 3550 section 6.4.1: the round trip in milliseconds that a report block about us shows, if it can. */
export function roundTripMs(block: ReceptionReport, nowEpochMs: number): number | undefined {
  if (block.lastSenderReport === 0) return undefined;
  const units = (ntpMiddle(nowEpochMs) - block.lastSenderReport - block.delaySinceLastSenderReport) | 0;
  return units < 0 ? 0 : (units * 1000) / 65536;
}
