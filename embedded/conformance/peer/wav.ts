import { readFileSync, writeFileSync } from "node:fs";

export interface Wav {
  readonly rate: number;
  /** One array per channel; 16-bit samples. */
  readonly channels: readonly Int16Array[];
  readonly durationMs: number;
}

/** Reads a 16-bit PCM WAV file; skips the chunks it doesn't know. */
export function readWav(path: string): Wav {
  const bytes = readFileSync(path);
  if (bytes.toString("latin1", 0, 4) !== "RIFF" || bytes.toString("latin1", 8, 12) !== "WAVE")
    throw new Error(`${path} is not a WAV file`);
  let format: { channels: number; rate: number } | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const id = bytes.toString("latin1", at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const body = bytes.subarray(at + 8, at + 8 + size);
    if (id === "fmt ") format = { channels: body.readUInt16LE(2), rate: body.readUInt32LE(4) };
    if (id === "data" && format !== undefined) return samplesOf(body, format);
    at += 8 + size + (size % 2);
  }
  throw new Error(`${path} has no audio`);
}

function samplesOf(data: Buffer, format: { channels: number; rate: number }): Wav {
  const frames = Math.floor(data.length / 2 / format.channels);
  const channels = Array.from({ length: format.channels }, (_, channel) =>
    Int16Array.from({ length: frames }, (__, i) => data.readInt16LE(2 * (i * format.channels + channel))),
  );
  return { rate: format.rate, channels, durationMs: (frames * 1000) / format.rate };
}

export function writeWav(path: string, samples: Int16Array, rate: number): void {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + samples.length * 2, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(samples.length * 2, 40);
  writeFileSync(
    path,
    Buffer.concat([head, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]),
  );
}
