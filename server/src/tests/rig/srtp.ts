/** SRTP for the rig's telephone, by the definitions of RFC 3711 and RFC 4568; it shares no code with the servers. */
import { createCipheriv, createHmac, randomBytes } from "node:crypto";

export const suites = { AES_CM_128_HMAC_SHA1_80: 10, AES_CM_128_HMAC_SHA1_32: 4 };
export type Suite = keyof typeof suites;

export interface CryptoLine {
  tag: string;
  suite: Suite;
  /** Master key (16 bytes) and salt (14). */
  master: Buffer;
}

export function newCryptoLine(suite: Suite = "AES_CM_128_HMAC_SHA1_80", tag = "1"): CryptoLine {
  return { tag, suite, master: randomBytes(30) };
}

export function writeCryptoLine({ tag, suite, master }: CryptoLine): string {
  return `a=crypto:${tag} ${suite} inline:${master.toString("base64")}`;
}

/** The first `a=crypto` of one of these suites. */
export function readCryptoLine(sdp: string, wanted: readonly Suite[]): CryptoLine | null {
  for (const [, tag = "", suite, key = ""] of sdp.matchAll(/^a=crypto:(\d+) (\S+) inline:([^|\s]+)/gm)) {
    const known = wanted.find((each) => each === suite);
    if (known) return { tag, suite: known, master: Buffer.from(key, "base64") };
  }
  return null;
}

/** RTP in one direction; what is sent and what is heard each have their own. */
export class SrtpStream {
  readonly #keys: { cipher: Buffer; auth: Buffer; salt: Buffer };
  readonly #tagBytes: number;
  /** The rollover counter and the last sequence number (RFC 3711 section 3.3.1). */
  #rollover = 0;
  #last: number | null = null;

  constructor({ suite, master }: CryptoLine) {
    const derive = (label: number, bytes: number) => {
      const salt = Buffer.from(master.subarray(16, 30));
      salt[7] = (salt[7] ?? 0) ^ label;
      return keystream(master.subarray(0, 16), Buffer.concat([salt, Buffer.alloc(2)]), Buffer.alloc(bytes));
    };
    this.#keys = { cipher: derive(0, 16), auth: derive(1, 20), salt: derive(2, 14) };
    this.#tagBytes = suites[suite];
  }

  protect(packet: Buffer): Buffer {
    const body = this.#crypt(packet);
    return Buffer.concat([body, this.#tag(body)]);
  }

  /** Null: it was not made with this key. */
  unprotect(packet: Buffer): Buffer | null {
    if (packet.length < 12 + this.#tagBytes) return null;
    const body = packet.subarray(0, -this.#tagBytes);
    const before = { rollover: this.#rollover, last: this.#last };
    const plain = this.#crypt(body);
    if (this.#tag(body).equals(packet.subarray(-this.#tagBytes))) return plain;
    this.#rollover = before.rollover;
    this.#last = before.last;
    return null;
  }

  #crypt(packet: Buffer): Buffer {
    const sequence = packet.readUInt16BE(2);
    if (this.#last !== null && this.#last - sequence > 0x8000) this.#rollover += 1;
    this.#last = sequence;
    const iv = Buffer.alloc(16);
    packet.copy(iv, 4, 8, 12);
    iv.writeUInt32BE(this.#rollover, 8);
    iv.writeUInt16BE(sequence, 12);
    this.#keys.salt.forEach((byte, i) => (iv[i] = (iv[i] ?? 0) ^ byte));
    const bytes = 12 + ((packet[0] ?? 0) & 0x0f) * 4;
    return Buffer.concat([
      packet.subarray(0, bytes),
      keystream(this.#keys.cipher, iv, packet.subarray(bytes)),
    ]);
  }

  #tag(body: Buffer): Buffer {
    const rollover = Buffer.alloc(4);
    rollover.writeUInt32BE(this.#rollover);
    return createHmac("sha1", this.#keys.auth)
      .update(body)
      .update(rollover)
      .digest()
      .subarray(0, this.#tagBytes);
  }
}

function keystream(key: Buffer, iv: Buffer, data: Buffer): Buffer {
  return createCipheriv("aes-128-ctr", key, iv).update(data);
}
