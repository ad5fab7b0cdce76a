/** RTP as a capture file, which is how sipp plays keys: a tone with RFC 4733 key presses at given times. */
import { encodeG711, payloadTypeOf } from "./g711.ts";
import type { G711 } from "./g711.ts";
import { encodeRtp, keyPress, packetMs, samplesPerPacket } from "./rtp.ts";
import { makeSilence } from "./tones.ts";
import type { Sound } from "./tones.ts";

export interface CaptureOptions {
  durationMs: number;
  codec?: G711;
  /** Played over and over; silence without it. */
  sound?: Sound;
  /** Each key with the time at which it goes down, counted from the beginning. */
  keys?: readonly { key: string; atMs: number }[];
  keyPayloadType?: number;
}

/** A capture of one RTP stream, one packet every 20 ms; ports and addresses are sipp's to fill in. */
export function makeCapture(options: CaptureOptions): Buffer {
  const { durationMs, codec = "PCMU", keyPayloadType = 101 } = options;
  const loop = encodeG711(codec, (options.sound ?? makeSilence(packetMs)).samples);
  const slots = Math.round(durationMs / packetMs);
  const pressed = new Map(
    (options.keys ?? []).flatMap(({ key, atMs }) =>
      keyPress(key, keyPayloadType).map((slot, i) => [Math.round(atMs / packetMs) + i, slot] as const),
    ),
  );
  const packets = Array.from({ length: slots }, (_, i) => {
    const audio = {
      payloadType: payloadTypeOf[codec],
      marker: i === 0,
      timestampOffset: 0,
      payload: audioAt(loop, i),
    };
    const { payloadType, marker, payload, timestampOffset } = pressed.get(i) ?? audio;
    const timestamp = firstTimestamp + i * samplesPerPacket + timestampOffset;
    return capturedPacket(encodeRtp({ payloadType, marker, payload, sequence: i + 1, timestamp, ssrc }), i);
  });
  return Buffer.concat([fileHeader(), ...packets]);
}

const ssrc = 0x52_49_4e_47;
const firstTimestamp = 16_000;

function audioAt(loop: Buffer, slot: number): Buffer {
  const start = slot * samplesPerPacket;
  return Buffer.from(
    Uint8Array.from({ length: samplesPerPacket }, (_, i) => loop[(start + i) % loop.length] ?? 0),
  );
}

/** libpcap's own format, microseconds, Ethernet. */
function fileHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  return header;
}

function capturedPacket(rtp: Buffer, slot: number): Buffer {
  const frame = Buffer.concat([ethernet, ipv4(rtp.length + 8), udp(rtp.length), rtp]);
  const record = Buffer.alloc(16);
  const atUs = slot * packetMs * 1_000;
  record.writeUInt32LE(1_700_000_000 + Math.floor(atUs / 1_000_000), 0);
  record.writeUInt32LE(atUs % 1_000_000, 4);
  record.writeUInt32LE(frame.length, 8);
  record.writeUInt32LE(frame.length, 12);
  return Buffer.concat([record, frame]);
}

const ethernet = Buffer.from("0200000000010200000000020800", "hex");

function ipv4(payloadLength: number): Buffer {
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header.writeUInt16BE(20 + payloadLength, 2);
  header[8] = 64;
  header[9] = 17;
  header.set([127, 0, 0, 1], 12);
  header.set([127, 0, 0, 1], 16);
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += header.readUInt16BE(i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  header.writeUInt16BE(~sum & 0xffff, 10);
  return header;
}

function udp(payloadLength: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(40_000, 0);
  header.writeUInt16BE(40_002, 2);
  header.writeUInt16BE(8 + payloadLength, 4);
  return header;
}
