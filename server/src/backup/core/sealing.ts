/**
 * Encryption by a passphrase, in pieces that are checked one by one (the STREAM construction: a nonce that counts, and
 * a mark on the last piece, so that pieces can't be changed, exchanged, repeated or cut off):
 *
 *   "RINGDOWN-SEALED1"  log2 N (1)  salt (16)  { ciphertext (64 KiB, the last one shorter)  tag (16) } ...
 *
 * Key: scrypt (RFC 7914; r = 8, p = 1). Cipher: AES-256-GCM; nonce: piece's number (11 bytes), 1 for the last (1 byte).
 */
import { createCipheriv, createDecipheriv, scryptSync } from "node:crypto";

export const magic = Buffer.from("RINGDOWN-SEALED1", "latin1");
export const saltBytes = 16;
export const headBytes = magic.length + 1 + saltBytes;
export const tagBytes = 16;
export const pieceBytes = 65_536;
/** 128 MiB and about half a second. */
export const usualCost = 17;

export interface SealHead {
  cost: number;
  salt: Buffer;
}

export function encodeHead({ cost, salt }: SealHead): Buffer {
  return Buffer.concat([magic, Buffer.from([cost]), salt]);
}

/** Null: not ours. */
export function decodeHead(head: Buffer): SealHead | null {
  if (head.length < headBytes || !head.subarray(0, magic.length).equals(magic)) return null;
  const cost = head[magic.length] ?? 0;
  // More than a gigabyte would only serve to exhaust whoever reads it.
  return cost >= 10 && cost <= 20 ? { cost, salt: head.subarray(magic.length + 1, headBytes) } : null;
}

export function deriveKey(passphrase: string, { cost, salt }: SealHead): Buffer {
  const N = 2 ** cost;
  return scryptSync(passphrase.normalize("NFKC"), salt, 32, { N, r: 8, p: 1, maxmem: 256 * N * 8 });
}

function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

export function sealPiece(key: Buffer, index: number, isLast: boolean, plain: Buffer): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonceOf(index, isLast));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws when the piece is not what was sealed under this key at this place. */
export function openPiece(key: Buffer, index: number, isLast: boolean, sealed: Buffer): Buffer {
  if (sealed.length < tagBytes) throw new Error("a piece is cut off");
  const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(index, isLast), { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
}
