import { randomBytes } from "node:crypto";
import { Failure } from "../base/failure.ts";
import { ByteReader } from "./byte-reader.ts";
import {
  decodeHead,
  deriveKey,
  encodeHead,
  headBytes,
  openPiece,
  pieceBytes,
  saltBytes,
  sealPiece,
  tagBytes,
  usualCost,
} from "./core/sealing.ts";

/** Encrypts a stream under a passphrase (core/sealing.ts has the shape). */
export async function* seal(
  source: AsyncIterable<Buffer>,
  passphrase: string,
  cost = usualCost,
): AsyncGenerator<Buffer> {
  const head = { cost, salt: randomBytes(saltBytes) };
  const key = deriveKey(passphrase, head);
  yield encodeHead(head);
  const reader = new ByteReader(source);
  let piece = await reader.takeUpTo(pieceBytes);
  for (let index = 0; ; index += 1) {
    const next = piece.length < pieceBytes ? Buffer.alloc(0) : await reader.takeUpTo(pieceBytes);
    const isLast = next.length === 0;
    yield sealPiece(key, index, isLast, piece);
    if (isLast) return;
    piece = next;
  }
}

/** Decrypts it again; nothing that was changed is let through. */
export async function* unseal(source: AsyncIterable<Buffer>, passphrase: string): AsyncGenerator<Buffer> {
  const reader = new ByteReader(source);
  const head = decodeHead(await reader.take(headBytes));
  if (head === null) throw new Error("it is not encrypted by Ringdown");
  const key = deriveKey(passphrase, head);
  const sealedBytes = pieceBytes + tagBytes;
  let piece = await reader.takeUpTo(sealedBytes);
  for (let index = 0; ; index += 1) {
    const next = piece.length < sealedBytes ? Buffer.alloc(0) : await reader.takeUpTo(sealedBytes);
    const isLast = next.length === 0;
    yield openOrExplain(key, index, isLast, piece);
    if (isLast) return;
    piece = next;
  }
}

function openOrExplain(key: Buffer, index: number, isLast: boolean, piece: Buffer): Buffer {
  try {
    return openPiece(key, index, isLast, piece);
  } catch (error) {
    if (index === 0)
      throw new Failure("forbidden", "The passphrase is wrong, or the backup's beginning is damaged");
    throw new Error(`piece ${index + 1} is not what was encrypted`, { cause: error });
  }
}
