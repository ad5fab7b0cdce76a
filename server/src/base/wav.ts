/** WAV files of 16-bit PCM: reading their frame of chunks and writing one. */

export interface Wav {
  sampleRate: number;
  channels: number;
  /** Samples per channel. */
  frames: number;
  /** Interleaved samples, 16 bit. */
  samples: Int16Array;
}

/** Why a file is no WAV that this program can use; a sentence without the file's name. */
export interface NotAWav {
  problem: string;
}

interface Format {
  tag: number;
  channels: number;
  sampleRate: number;
  bits: number;
}

const pcmTag = 1;
/** WAVE_FORMAT_EXTENSIBLE: the real tag is the beginning of the sub-format. */
const extensibleTag = 0xfffe;

/**
 * Reads a RIFF/WAVE file of 16-bit PCM. A data chunk that is cut short (as in a recording that a crash left behind)
 * ends with the file; anything else that is not as it should be is told as a problem.
 */
export function parseWav(file: Buffer): Wav | NotAWav {
  if (
    file.length < 12 ||
    file.toString("latin1", 0, 4) !== "RIFF" ||
    file.toString("latin1", 8, 12) !== "WAVE"
  )
    return { problem: "it is no WAV file" };
  let format: Format | undefined;
  for (let offset = 12; offset + 8 <= file.length;) {
    const id = file.toString("latin1", offset, offset + 4);
    const start = offset + 8;
    const size = Math.min(file.readUInt32LE(offset + 4), file.length - start);
    if (id === "fmt ") {
      if (size < 16) return { problem: "its format chunk is too short" };
      format = readFormat(file, start, size);
    }
    if (id === "data") return format ? readData(file.subarray(start, start + size), format) : noFormat;
    offset = start + size + (size % 2);
  }
  return { problem: "it has no audio data" };
}

const noFormat: NotAWav = { problem: "its audio data comes before its format" };

function readFormat(file: Buffer, start: number, size: number): Format {
  const tag = file.readUInt16LE(start);
  return {
    tag: tag === extensibleTag && size >= 26 ? file.readUInt16LE(start + 24) : tag,
    channels: file.readUInt16LE(start + 2),
    sampleRate: file.readUInt32LE(start + 4),
    bits: file.readUInt16LE(start + 14),
  };
}

function readData(data: Buffer, format: Format): Wav | NotAWav {
  if (format.tag !== pcmTag || format.bits !== 16) {
    return { problem: `it is not 16-bit PCM (format ${format.tag}, ${format.bits} bit)` };
  }
  if (format.channels < 1) return { problem: "it has no channel" };
  const frames = Math.floor(data.length / (2 * format.channels));
  const samples = new Int16Array(frames * format.channels);
  for (let i = 0; i < samples.length; i += 1) samples[i] = data.readInt16LE(i * 2);
  return { sampleRate: format.sampleRate, channels: format.channels, frames, samples };
}

/** A complete WAV file of 16-bit PCM from interleaved samples. */
export function encodeWav(samples: Int16Array, sampleRate: number, channels: number): Buffer {
  const header = Buffer.alloc(44);
  const bytes = samples.length * 2;
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + bytes, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(pcmTag, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(bytes, 40);
  const data = Buffer.alloc(bytes);
  samples.forEach((sample, i) => data.writeInt16LE(sample, i * 2));
  return Buffer.concat([header, data]);
}
