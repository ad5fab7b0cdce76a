import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { durationMsOf, headBytes, mendedLengths, needsMending, readWavHead } from "./core/wav-header.ts";

export interface InspectedFile {
  durationMs: number;
  bytes: number;
  sha256: string;
  channels: number;
  sampleRate: number;
  /** Whether the header had to be mended. */
  wasMended: boolean;
}

/**
 * Measures a finished WAV, mends its header if its writer died before doing so, and hashes it. Rejects with a sentence
 * when it is missing, empty or no WAV.
 */
export async function inspectFile(path: string): Promise<InspectedFile> {
  const file = await open(path, "r+");
  try {
    const { size } = await file.stat();
    const start = Buffer.alloc(Math.min(headBytes, size));
    await file.read(start, 0, start.length, 0);
    const head = readWavHead(start, size);
    if (!head) throw new Error(size === 0 ? "The file is empty" : "The file is no WAV");
    if (head.actualDataBytes === 0) throw new Error("The file has no audio");
    const wasMended = needsMending(head);
    if (wasMended) {
      const lengths = mendedLengths(head);
      await file.write(uint32(lengths.riff), 0, 4, 4);
      await file.write(uint32(lengths.data), 0, 4, head.dataOffset - 4);
      await file.datasync();
    }
    const { channels, sampleRate } = head;
    return {
      durationMs: durationMsOf(head),
      bytes: size,
      sha256: await hashOf(path),
      channels,
      sampleRate,
      wasMended,
    };
  } finally {
    await file.close();
  }
}

/** Whether the header agrees with the file: its writer has closed it. A missing or foreign file is not complete. */
export async function isComplete(path: string): Promise<boolean> {
  const file = await open(path, "r").catch(() => null);
  if (!file) return false;
  try {
    const { size } = await file.stat();
    const start = Buffer.alloc(Math.min(headBytes, size));
    await file.read(start, 0, start.length, 0);
    const head = readWavHead(start, size);
    return head !== null && head.actualDataBytes > 0 && !needsMending(head);
  } finally {
    await file.close();
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 }))
    hash.update(chunk as Buffer);
  return hash.digest("hex");
}
