import { createCipheriv, createHmac, timingSafeEqual } from "node:crypto";

/** The two suites of RFC 4568 section 6.2 that telephones and carriers speak. */
export const srtpSuites = ["AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"] as const;
export type SrtpSuite = (typeof srtpSuites)[number];

export const masterKeyBytes = 16;
export const masterSaltBytes = 14;
const authKeyBytes = 20;
/** RFC 4568 section 6.2.2: the shorter tag is for RTP alone. */
const rtcpTagBytes = 10;
const rtpTagBytes: Record<SrtpSuite, number> = { AES_CM_128_HMAC_SHA1_80: 10, AES_CM_128_HMAC_SHA1_32: 4 };
/** RFC 3711 section 3.3.2 asks for at least so many packets. */
const replayWindow = 64;
/** Only who has the key can open another source; a peer that restarts uses a new one each time. */
const maxSources = 16;
/** RFC 3711 section 9.2: no more packets under one key. */
const maxRtcpIndex = 2 ** 31;
const maxRtpIndex = 2 ** 48;

interface SessionKeys {
  cipher: Buffer;
  auth: Buffer;
  salt: Buffer;
}

/** AES in counter mode (RFC 3711 section 4.1.1): the same both ways. */
function applyKeystream(key: Buffer, iv: Buffer, data: Buffer): Buffer {
  return createCipheriv("aes-128-ctr", key, iv).update(data);
}

/** RFC 3711 section 4.3.1 with a key derivation rate of zero. */
function derive(master: Buffer, label: number, bytes: number): Buffer {
  const iv = Buffer.alloc(16);
  master.copy(iv, 0, masterKeyBytes, masterKeyBytes + masterSaltBytes);
  iv[7]! ^= label;
  return applyKeystream(master.subarray(0, masterKeyBytes), iv, Buffer.alloc(bytes));
}

/** Master key and salt, one after the other, become the keys of RTP (labels 0 to 2) or RTCP (3 to 5). */
export function deriveSessionKeys(master: Buffer, firstLabel: 0 | 3): SessionKeys {
  return {
    cipher: derive(master, firstLabel, masterKeyBytes),
    auth: derive(master, firstLabel + 1, authKeyBytes),
    salt: derive(master, firstLabel + 2, masterSaltBytes),
  };
}

/** RFC 3711 section 4.1.1: (salt * 2^16) XOR (SSRC * 2^64) XOR (index * 2^16). */
function counterFor(salt: Buffer, ssrc: number, index: number): Buffer {
  const iv = Buffer.alloc(16);
  salt.copy(iv, 0);
  iv.writeUInt32BE((iv.readUInt32BE(4) ^ ssrc) >>> 0, 4);
  iv.writeUInt16BE(iv.readUInt16BE(8) ^ Math.floor(index / 2 ** 32), 8);
  iv.writeUInt32BE((iv.readUInt32BE(10) ^ (index % 2 ** 32)) >>> 0, 10);
  return iv;
}

function tagOf(auth: Buffer, bytes: number, ...parts: Buffer[]): Buffer {
  const hmac = createHmac("sha1", auth);
  for (const part of parts) hmac.update(part);
  return hmac.digest().subarray(0, bytes);
}

function rolloverOf(index: number): Buffer {
  const roc = Buffer.alloc(4);
  roc.writeUInt32BE(Math.floor(index / 65536));
  return roc;
}

/** Where the payload of an RTP packet starts, its extension included; undefined if it isn't one. */
function headerBytes(packet: Buffer): number | undefined {
  if (packet.length < 12 || packet[0]! >> 6 !== 2) return undefined;
  let bytes = 12 + (packet[0]! & 0x0f) * 4;
  if (packet[0]! & 0x10) {
    if (packet.length < bytes + 4) return undefined;
    bytes += 4 + packet.readUInt16BE(bytes + 2) * 4;
  }
  return bytes <= packet.length ? bytes : undefined;
}

/**
 * The index of a packet by its sequence number, nearest to the highest one that was seen (RFC 3711 appendix A).
 * Negative when it would lie before the first.
 */
function indexOf(sequence: number, highest: number): number {
  const rollover = Math.floor(highest / 65536);
  const last = highest % 65536;
  if (sequence - last > 32768) return (rollover - 1) * 65536 + sequence;
  return (last - sequence > 32768 ? rollover + 1 : rollover) * 65536 + sequence;
}

/** Which of the latest packets have come (RFC 3711 section 3.3.2). */
class ReplayWindow {
  highest = -1;
  #seen = 0n;

  isNew(index: number): boolean {
    if (index > this.highest) return true;
    const age = this.highest - index;
    return age < replayWindow && ((this.#seen >> BigInt(age)) & 1n) === 0n;
  }

  note(index: number): void {
    if (index > this.highest) {
      const step = this.highest < 0 ? replayWindow : Math.min(index - this.highest, replayWindow);
      this.#seen = BigInt.asUintN(replayWindow, (this.#seen << BigInt(step)) | 1n);
      this.highest = index;
    } else this.#seen |= 1n << BigInt(this.highest - index);
  }
}

/** Encrypts what we send, under our own key. */
export class SrtpSender {
  readonly #rtp: SessionKeys;
  readonly #rtcp: SessionKeys;
  readonly #tagBytes: number;
  #highest = -1;
  #rtcpIndex = 0;

  constructor(suite: SrtpSuite, master: Buffer) {
    this.#rtp = deriveSessionKeys(master, 0);
    this.#rtcp = deriveSessionKeys(master, 3);
    this.#tagBytes = rtpTagBytes[suite];
  }

  /** Undefined if it is no RTP packet, or the key is worn out. Packets of one source, in their order. */
  protectRtp(packet: Buffer): Buffer | undefined {
    const start = headerBytes(packet);
    if (start === undefined) return undefined;
    const sequence = packet.readUInt16BE(2);
    const index = this.#highest < 0 ? sequence : indexOf(sequence, this.#highest);
    if (index < 0 || index >= maxRtpIndex) return undefined;
    this.#highest = Math.max(this.#highest, index);
    const iv = counterFor(this.#rtp.salt, packet.readUInt32BE(8), index);
    const encrypted = applyKeystream(this.#rtp.cipher, iv, packet.subarray(start));
    const head = packet.subarray(0, start);
    const tag = tagOf(this.#rtp.auth, this.#tagBytes, head, encrypted, rolloverOf(index));
    return Buffer.concat([head, encrypted, tag]);
  }

  /** RFC 3711 section 3.4: the first eight bytes stay readable, E flag and index follow, then the tag. */
  protectRtcp(packet: Buffer): Buffer | undefined {
    if (packet.length < 8 || this.#rtcpIndex >= maxRtcpIndex) return undefined;
    const index = this.#rtcpIndex++;
    const iv = counterFor(this.#rtcp.salt, packet.readUInt32BE(4), index);
    const encrypted = applyKeystream(this.#rtcp.cipher, iv, packet.subarray(8));
    const trailer = Buffer.alloc(4);
    trailer.writeUInt32BE((0x80000000 | index) >>> 0);
    const signed = [packet.subarray(0, 8), encrypted, trailer];
    return Buffer.concat([...signed, tagOf(this.#rtcp.auth, rtcpTagBytes, ...signed)]);
  }
}

interface Source {
  rtp: ReplayWindow;
  rtcp: ReplayWindow;
}

/** Decrypts what the peer sends, under its key. Forged, repeated and broken packets come to nothing. */
export class SrtpReceiver {
  readonly #rtp: SessionKeys;
  readonly #rtcp: SessionKeys;
  readonly #tagBytes: number;
  readonly #mki: Buffer;
  readonly #sources = new Map<number, Source>();

  /** `mki`: the name of the key that the peer puts before each tag (RFC 3711 section 3.1); mostly empty. */
  constructor(suite: SrtpSuite, master: Buffer, mki: Buffer = Buffer.alloc(0)) {
    this.#rtp = deriveSessionKeys(master, 0);
    this.#rtcp = deriveSessionKeys(master, 3);
    this.#tagBytes = rtpTagBytes[suite];
    this.#mki = mki;
  }

  unprotectRtp(packet: Buffer): Buffer | undefined {
    const parts = this.#split(packet, this.#tagBytes);
    const start = parts && headerBytes(parts.body);
    if (parts === undefined || start === undefined) return undefined;
    const { body, tag } = parts;
    const ssrc = body.readUInt32BE(8);
    const source = this.#sourceOf(ssrc);
    const sequence = body.readUInt16BE(2);
    const { highest } = source.rtp;
    const index = highest < 0 ? sequence : indexOf(sequence, highest);
    if (index < 0 || !source.rtp.isNew(index)) return undefined;
    if (!timingSafeEqual(tag, tagOf(this.#rtp.auth, this.#tagBytes, body, rolloverOf(index))))
      return undefined;
    source.rtp.note(index);
    this.#keep(ssrc, source);
    const payload = applyKeystream(
      this.#rtp.cipher,
      counterFor(this.#rtp.salt, ssrc, index),
      body.subarray(start),
    );
    return Buffer.concat([body.subarray(0, start), payload]);
  }

  unprotectRtcp(packet: Buffer): Buffer | undefined {
    const parts = this.#split(packet, rtcpTagBytes);
    if (parts === undefined || parts.body.length < 12) return undefined;
    const { body, tag } = parts;
    if (!timingSafeEqual(tag, tagOf(this.#rtcp.auth, rtcpTagBytes, body))) return undefined;
    const trailer = body.readUInt32BE(body.length - 4);
    const index = trailer & 0x7fffffff;
    const ssrc = body.readUInt32BE(4);
    const source = this.#sourceOf(ssrc);
    if (!source.rtcp.isNew(index)) return undefined;
    source.rtcp.note(index);
    this.#keep(ssrc, source);
    const content = body.subarray(8, -4);
    const isEncrypted = trailer >= 0x80000000;
    const plain = isEncrypted
      ? applyKeystream(this.#rtcp.cipher, counterFor(this.#rtcp.salt, ssrc, index), content)
      : content;
    return Buffer.concat([body.subarray(0, 8), plain]);
  }

  /** What is signed, and the tag; undefined if the key's name is another. */
  #split(packet: Buffer, tagBytes: number): { body: Buffer; tag: Buffer } | undefined {
    const end = packet.length - tagBytes - this.#mki.length;
    if (end < 8 || !packet.subarray(end, end + this.#mki.length).equals(this.#mki)) return undefined;
    return { body: packet.subarray(0, end), tag: packet.subarray(packet.length - tagBytes) };
  }

  #sourceOf(ssrc: number): Source {
    return this.#sources.get(ssrc) ?? { rtp: new ReplayWindow(), rtcp: new ReplayWindow() };
  }

  #keep(ssrc: number, source: Source): void {
    if (this.#sources.has(ssrc)) return;
    const oldest = this.#sources.keys().next().value;
    if (this.#sources.size >= maxSources && oldest !== undefined) this.#sources.delete(oldest);
    this.#sources.set(ssrc, source);
  }
}
