/** RTP packets (RFC 3550, section 5.1) and telephone events (RFC 4733, section 2.3). */

export interface RtpPacket {
  payloadType: number;
  marker: boolean;
  sequence: number;
  timestamp: number;
  ssrc: number;
  payload: Buffer;
}

export function encodeRtp(packet: RtpPacket): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = (packet.marker ? 0x80 : 0) | packet.payloadType;
  header.writeUInt16BE(packet.sequence & 0xffff, 2);
  header.writeUInt32BE(packet.timestamp >>> 0, 4);
  header.writeUInt32BE(packet.ssrc >>> 0, 8);
  return Buffer.concat([header, packet.payload]);
}

/** Undefined for anything that is no RTP packet. */
export function decodeRtp(bytes: Buffer): RtpPacket | undefined {
  if (bytes.length < 12 || ((bytes[0] ?? 0) & 0xc0) !== 0x80) return undefined;
  const first = bytes[0] ?? 0;
  const second = bytes[1] ?? 0;
  let start = 12 + (first & 0x0f) * 4;
  if (first & 0x10) {
    if (bytes.length < start + 4) return undefined;
    start += 4 + bytes.readUInt16BE(start + 2) * 4;
  }
  const padding = first & 0x20 ? (bytes.at(-1) ?? 0) : 0;
  if (bytes.length - padding < start) return undefined;
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: bytes.subarray(start, bytes.length - padding),
  };
}

/** By its first bytes (RFC 7983, section 7): RTP, encrypted or not; RTCP, STUN and DTLS are not. */
export function isAudio(bytes: Buffer): boolean {
  const first = bytes[0] ?? 0;
  const type = (bytes[1] ?? 0) & 0x7f;
  return first >= 128 && first <= 191 && (type < 64 || type >= 96);
}

export const keys = "0123456789*#ABCD";

/** One telephone event. `durationSamples` counts from the beginning of the key press, in samples at 8 kHz. */
export function encodeKey(key: string, isEnd: boolean, durationSamples: number): Buffer {
  const event = keys.indexOf(key);
  if (event < 0 || key.length !== 1) throw new Error(`${key} is no key`);
  const payload = Buffer.alloc(4);
  payload[0] = event;
  payload[1] = (isEnd ? 0x80 : 0) | 10; // volume -10 dBm0
  payload.writeUInt16BE(durationSamples, 2);
  return payload;
}

export interface KeyEvent {
  key: string;
  isEnd: boolean;
  durationSamples: number;
}

export function decodeKey(payload: Buffer): KeyEvent | undefined {
  const key = keys[payload[0] ?? 255];
  if (payload.length < 4 || key === undefined) return undefined;
  return { key, isEnd: ((payload[1] ?? 0) & 0x80) !== 0, durationSamples: payload.readUInt16BE(2) };
}

export const samplesPerPacket = 160;
export const packetMs = 20;

/** What is sent in one 20 ms slot. */
export interface Slot {
  payloadType: number;
  marker: boolean;
  /** Relative to the slot's own time: telephone events keep the time of their beginning. */
  timestampOffset: number;
  payload: Buffer;
}

/**
 * A key press as packets for consecutive slots: 100 ms held, the end sent three times (RFC 4733, section 2.5.1.4). All
 * carry the timestamp of the first.
 */
export function keyPress(key: string, payloadType: number): Slot[] {
  const held = 5;
  return Array.from({ length: held + 3 }, (_, i) => ({
    payloadType,
    marker: i === 0,
    timestampOffset: -i * samplesPerPacket,
    payload: encodeKey(key, i >= held, Math.min(i + 1, held) * samplesPerPacket),
  }));
}
