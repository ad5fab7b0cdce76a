/** The head of a WAV file: what it says, what is true, and how to mend one that a crash left unfinished. Pure. */

export interface WavHead {
  channels: number;
  sampleRate: number;
  bitsPerSample: number;
  /** Where the samples begin. */
  dataOffset: number;
  /** What the header says; a recorder that died leaves 0 or all ones here. */
  statedDataBytes: number;
  /** Samples that the file really holds, whole frames only. */
  actualDataBytes: number;
}

/** The first so many bytes are enough to find the samples in every file that our media servers write. */
export const headBytes = 4_096;

/** Null when the beginning is no WAV of PCM. */
export function readWavHead(start: Buffer, fileBytes: number): WavHead | null {
  if (start.length < 12 || start.toString("latin1", 0, 4) !== "RIFF") return null;
  if (start.toString("latin1", 8, 12) !== "WAVE") return null;
  let format: Pick<WavHead, "channels" | "sampleRate" | "bitsPerSample"> | null = null;
  for (let offset = 12; offset + 8 <= start.length;) {
    const id = start.toString("latin1", offset, offset + 4);
    const size = start.readUInt32LE(offset + 4);
    if (id === "fmt " && offset + 24 <= start.length) format = readFormat(start, offset + 8);
    if (id === "data") return format && withData(format, offset + 8, size, fileBytes);
    offset += 8 + size + (size % 2);
  }
  return null;
}

/** How long the samples last. */
export function durationMsOf(head: WavHead): number {
  const bytesPerSecond = head.sampleRate * head.channels * (head.bitsPerSample / 8);
  return Math.round((usedDataBytes(head) / bytesPerSecond) * 1_000);
}

/** Whether the header's lengths must be written anew: the recorder had no time for it. */
export function needsMending(head: WavHead): boolean {
  return head.statedDataBytes === 0
    ? head.actualDataBytes > 0
    : head.statedDataBytes > head.actualDataBytes + frameBytes(head) || head.statedDataBytes > 0xffff_fff0;
}

/** The two lengths to write: at offset 4 (RIFF) and right before the samples (data). */
export function mendedLengths(head: WavHead): { riff: number; data: number } {
  return {
    riff: Math.min(0xffff_ffff, head.dataOffset - 8 + head.actualDataBytes),
    data: head.actualDataBytes,
  };
}

function usedDataBytes(head: WavHead): number {
  return needsMending(head) ? head.actualDataBytes : Math.min(head.statedDataBytes, head.actualDataBytes);
}

function frameBytes(head: Pick<WavHead, "channels" | "bitsPerSample">): number {
  return (head.channels * head.bitsPerSample) / 8;
}

function readFormat(
  start: Buffer,
  at: number,
): Pick<WavHead, "channels" | "sampleRate" | "bitsPerSample"> | null {
  const channels = start.readUInt16LE(at + 2);
  const sampleRate = start.readUInt32LE(at + 4);
  const bitsPerSample = start.readUInt16LE(at + 14);
  const isUsable = channels > 0 && sampleRate > 0 && bitsPerSample > 0 && bitsPerSample % 8 === 0;
  return isUsable ? { channels, sampleRate, bitsPerSample } : null;
}

function withData(
  format: Pick<WavHead, "channels" | "sampleRate" | "bitsPerSample">,
  dataOffset: number,
  statedDataBytes: number,
  fileBytes: number,
): WavHead {
  const present = Math.max(0, fileBytes - dataOffset);
  const actualDataBytes = present - (present % frameBytes(format));
  return { ...format, dataOffset, statedDataBytes, actualDataBytes };
}
