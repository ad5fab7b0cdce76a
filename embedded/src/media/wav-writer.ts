import { mkdir, open, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { buildWavHeader, wavHeaderBytes } from "./core/wav.ts";

const blockFrames = 8000;
/** Audio that waits for a slow disk; beyond this the recording is given up. */
const mostBacklogBytes = 8 * 1024 * 1024;

/**
 * Writes a 16-bit PCM WAV file while it is being spoken. Samples are collected into blocks of a second;
 * the header is brought up to date with every block, so that a file left behind by a crash plays.
 * When a write fails (a full disk) it stops writing and says so once.
 */
export class WavWriter {
  onError: (error: Error) => void = () => {};
  readonly path: string;
  readonly channels: number;
  readonly sampleRate: number;
  readonly #file: FileHandle;
  #block: Buffer;
  #filledBytes = 0;
  #dataBytes: number;
  #backlogBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #error: Error | undefined;
  #closed: Promise<void> | undefined;

  private constructor(
    path: string,
    file: FileHandle,
    sampleRate: number,
    channels: number,
    existing: number,
  ) {
    this.path = path;
    this.#file = file;
    this.sampleRate = sampleRate;
    this.channels = channels;
    this.#dataBytes = existing;
    this.#block = Buffer.allocUnsafe(blockFrames * channels * 2);
  }

  /** Creates the file and its folders. Throws what the file system says. */
  static async create(
    path: string,
    sampleRate: number,
    channels: number,
    isAppending = false,
  ): Promise<WavWriter> {
    await mkdir(dirname(path), { recursive: true });
    const existing = isAppending ? await open(path, "r+").catch(() => undefined) : undefined;
    const file = existing ?? (await open(path, "w+"));
    const bytes = existing ? Math.max(0, (await existing.stat()).size - wavHeaderBytes) : 0;
    const writer = new WavWriter(path, file, sampleRate, channels, bytes);
    try {
      await writer.#writeHeader();
    } catch (error) {
      await file.close();
      throw error;
    }
    return writer;
  }

  /** Samples per channel so far. */
  get frameCount(): number {
    return (this.#dataBytes + this.#backlogBytes + this.#filledBytes) / (this.channels * 2);
  }

  get hasFailed(): boolean {
    return this.#error !== undefined;
  }

  /** Adds a frame of one sample per channel from each of `tracks`. */
  write(...tracks: Int16Array[]): void {
    if (this.#closed || this.#error) return;
    const length = tracks[0]!.length;
    for (let i = 0; i < length; i++) {
      for (let channel = 0; channel < this.channels; channel++) {
        this.#block.writeInt16LE(tracks[channel]![i]!, this.#filledBytes);
        this.#filledBytes += 2;
      }
      if (this.#filledBytes === this.#block.length) this.#flush();
    }
  }

  #flush(): void {
    if (this.#filledBytes === 0) return;
    const block = this.#block.subarray(0, this.#filledBytes);
    this.#block = Buffer.allocUnsafe(this.#block.length);
    this.#filledBytes = 0;
    this.#backlogBytes += block.length;
    if (this.#backlogBytes > mostBacklogBytes)
      return this.#fail(new Error(`The disk is too slow for ${this.path}`));
    this.#writing = this.#writing
      .then(() => this.#writeBlock(block))
      .catch((error: Error) => this.#fail(error));
  }

  async #writeBlock(block: Buffer): Promise<void> {
    if (this.#error) return;
    await this.#writeAll(block, wavHeaderBytes + this.#dataBytes);
    this.#dataBytes += block.length;
    this.#backlogBytes -= block.length;
    await this.#writeHeader();
  }

  /** A full disk may take a part of a block: the rest then fails with ENOSPC. */
  async #writeAll(bytes: Buffer, position: number): Promise<void> {
    for (let written = 0; written < bytes.length;) {
      const result = await this.#file.write(bytes, written, bytes.length - written, position + written);
      written += result.bytesWritten;
    }
  }

  async #writeHeader(): Promise<void> {
    await this.#writeAll(buildWavHeader(this.sampleRate, this.channels, this.#dataBytes), 0);
  }

  #fail(error: Error): void {
    if (this.#error) return;
    this.#error = error;
    this.onError(error);
  }

  /** Writes what is left and closes the file. Never throws; see `hasFailed`. */
  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    this.#flush();
    await this.#writing;
    await this.#file.close().catch((error: Error) => this.#fail(error));
  }

  /** Closes and removes the file. */
  async discard(): Promise<void> {
    await this.close();
    await unlink(this.path).catch((error: Error) => this.#fail(error));
  }
}
