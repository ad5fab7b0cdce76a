import { decodeG711 } from "./g711.ts";

/** How the samples of a WAV file are stored; everything else is refused. */
export type WavEncoding = "PCM16" | "PCM8" | "PCMU" | "PCMA";

/** A WAV file held in memory: where its samples lie and what they mean. */
export interface WavAudio {
  encoding: WavEncoding;
  channels: number;
  sampleRate: number;
  /** Samples per channel. */
  frameCount: number;
  data: Buffer;
}

const bytesPerSample: Record<WavEncoding, number> = { PCM16: 2, PCM8: 1, PCMU: 1, PCMA: 1 };

function encodingOf(format: number, bits: number): WavEncoding | undefined {
  if (format === 1 && bits === 16) return "PCM16";
  if (format === 1 && bits === 8) return "PCM8";
  if (format === 7 && bits === 8) return "PCMU";
  if (format === 6 && bits === 8) return "PCMA";
  return undefined;
}

function readFormat(
  file: Buffer,
  at: number,
  size: number,
): Omit<WavAudio, "frameCount" | "data"> | undefined {
  if (size < 16) return undefined;
  const tag = file.readUInt16LE(at);
  const isExtensible = tag === 0xfffe && size >= 26;
  const encoding = encodingOf(isExtensible ? file.readUInt16LE(at + 24) : tag, file.readUInt16LE(at + 14));
  const channels = file.readUInt16LE(at + 2);
  const sampleRate = file.readUInt32LE(at + 4);
  if (encoding === undefined || channels < 1 || channels > 8) return undefined;
  if (sampleRate < 4000 || sampleRate > 192000) return undefined;
  return { encoding, channels, sampleRate };
}

/**
 * Reads a RIFF/WAVE file. Undefined if it isn't one or holds another encoding than PCM (8 or 16 bit)
 * and G.711. A data chunk that is cut short, or of unknown length as in a running recording, ends with
 * the file.
 */
export function parseWav(file: Buffer): WavAudio | undefined {
  if (file.length < 12 || file.toString("latin1", 0, 4) !== "RIFF") return undefined;
  if (file.toString("latin1", 8, 12) !== "WAVE") return undefined;
  let format: ReturnType<typeof readFormat>;
  for (let offset = 12; offset + 8 <= file.length;) {
    const id = file.toString("latin1", offset, offset + 4);
    const start = offset + 8;
    const size = Math.min(file.readUInt32LE(offset + 4), file.length - start);
    if (id === "fmt ") format = readFormat(file, start, size);
    if (id === "data") {
      if (format === undefined) return undefined;
      const frameBytes = bytesPerSample[format.encoding] * format.channels;
      const frameCount = Math.floor(size / frameBytes);
      return { ...format, frameCount, data: file.subarray(start, start + frameCount * frameBytes) };
    }
    offset = start + size + (size & 1);
  }
  return undefined;
}

const scratch = new Int16Array(1);

function sampleAt(audio: WavAudio, index: number): number {
  if (audio.encoding === "PCM16") return audio.data.readInt16LE(index * 2);
  if (audio.encoding === "PCM8") return (audio.data[index]! - 128) << 8;
  decodeG711(audio.encoding, audio.data, index, 1, scratch, 0);
  return scratch[0]!;
}

/**
 * Mixes `count` frames from `from` down to mono in `out`; beyond the end there is silence.
 */
export function readMono(audio: WavAudio, from: number, count: number, out: Int16Array): void {
  const available = Math.max(0, Math.min(count, audio.frameCount - from));
  if (audio.channels === 1 && audio.encoding !== "PCM16" && audio.encoding !== "PCM8") {
    decodeG711(audio.encoding, audio.data, from, available, out, 0);
  } else {
    for (let i = 0; i < available; i++) {
      let sum = 0;
      const first = (from + i) * audio.channels;
      for (let channel = 0; channel < audio.channels; channel++) sum += sampleAt(audio, first + channel);
      out[i] = sum / audio.channels;
    }
  }
  out.fill(0, available, count);
}

export const wavHeaderBytes = 44;

/** The header of a 16-bit PCM file with `dataBytes` of samples. */
export function buildWavHeader(sampleRate: number, channels: number, dataBytes: number): Buffer {
  const header = Buffer.alloc(wavHeaderBytes);
  const size = Math.min(dataBytes, 0xffffffff - wavHeaderBytes);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(size + wavHeaderBytes - 8, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(size, 40);
  return header;
}
