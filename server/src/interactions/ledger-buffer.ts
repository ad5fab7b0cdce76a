import { constants, mkdir, open, stat, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { describeError, type Log } from "../base/log.ts";
import type { LedgerRecord } from "./ledger-record.ts";

const readBytes = 4 * 1024 * 1024;

/**
 * Records on their way to PostgreSQL, in order: the oldest in memory, and when that is full the rest in a file,
 * one JSON object a line. What a former life left in the file comes first.
 *
 *   push -> [memory] -> peek/drop            push -> (lines) -> [file] -> refill -> [memory] -> peek/drop
 *           while the file is empty                   once memory was full, until the file is read
 */
export class LedgerBuffer {
  readonly #memory: LedgerRecord[] = [];
  #head = 0;
  /** Lines not yet in the file; kept and tried again when the disk is full. */
  #lines: string[] = [];
  #file: FileHandle | null = null;
  #fileRecords = 0;
  #readAt = 0;
  #writing: Promise<void> | null = null;
  readonly #path: string;
  readonly #maximum: number;
  readonly #log: Log;

  private constructor(path: string, maximum: number, log: Log) {
    this.#path = path;
    this.#maximum = maximum;
    this.#log = log;
  }

  static async open(path: string, maximum: number, log: Log): Promise<LedgerBuffer> {
    const buffer = new LedgerBuffer(path, maximum, log);
    await mkdir(dirname(path), { recursive: true });
    await buffer.#adoptFile();
    return buffer;
  }

  get size(): number {
    return this.#memory.length - this.#head + this.#fileRecords;
  }

  push(record: LedgerRecord): void {
    if (this.#fileRecords === 0 && this.#memory.length - this.#head < this.#maximum) {
      this.#memory.push(record);
      return;
    }
    if (this.#fileRecords === 0)
      this.#log.warn({ path: this.#path }, "the ledger's memory is full; to the disk");
    this.#fileRecords += 1;
    this.#lines.push(`${JSON.stringify(record)}\n`);
    this.#startWriting();
  }

  /** Up to `count` of the oldest; they stay until `drop`. Empty only if nothing is left. */
  async peek(count: number): Promise<LedgerRecord[]> {
    if (this.#memory.length === this.#head && this.#fileRecords > 0) await this.#refill();
    return this.#memory.slice(this.#head, this.#head + count);
  }

  drop(count: number): void {
    this.#head += count;
    if (this.#head < 4_096 && this.#head < this.#memory.length) return;
    this.#memory.splice(0, this.#head);
    this.#head = 0;
  }

  /** Puts everything that is left on the disk, oldest first, for the next life. */
  async close(): Promise<void> {
    await this.#writing;
    const lines = this.#memory.slice(this.#head).map((record) => `${JSON.stringify(record)}\n`);
    const rest = await this.#unread();
    if (lines.length > 0 || rest.length > 0 || this.#lines.length > 0) {
      const file = await this.#openFile();
      await file.truncate(0);
      await file.write(lines.join("") + rest + this.#lines.join(""), 0);
      await file.sync();
    }
    await this.#file?.close();
    this.#file = null;
  }

  async #adoptFile(): Promise<void> {
    const found = await stat(this.#path).catch(() => null);
    if (found === null || found.size === 0) return;
    const text = await this.#unread();
    const whole = text.slice(0, text.lastIndexOf("\n") + 1); // a crash may have cut the last line
    if (whole.length < text.length) await (await this.#openFile()).truncate(Buffer.byteLength(whole));
    this.#fileRecords = countLines(whole);
    if (this.#fileRecords > 0)
      this.#log.warn({ records: this.#fileRecords }, "ledger entries of a former life wait on the disk");
  }

  async #openFile(): Promise<FileHandle> {
    if (this.#file !== null) return this.#file;
    const flags = constants.O_RDWR | constants.O_CREAT;
    const file = await open(this.#path, flags, 0o600);
    this.#file = file;
    return file;
  }

  #startWriting(): void {
    this.#writing ??= this.#writeLines().finally(() => {
      this.#writing = null;
    });
  }

  async #writeLines(): Promise<void> {
    while (this.#lines.length > 0) {
      const batch = this.#lines;
      this.#lines = [];
      try {
        const file = await this.#openFile();
        await file.write(batch.join(""), (await file.stat()).size);
      } catch (error) {
        this.#lines = [...batch, ...this.#lines]; // the next push tries again
        this.#log.error({ error: describeError(error) }, "the ledger cannot be spooled to the disk");
        return;
      }
    }
  }

  async #refill(): Promise<void> {
    this.#startWriting();
    await this.#writing;
    const records = await this.#readSome();
    if (records.length === 0 && this.#lines.length > 0) records.push(...this.#takeLines());
    this.#memory.push(...records);
    this.#fileRecords -= records.length;
    if (records.length === 0) this.#fileRecords = 0;
    if (this.#fileRecords === 0) await this.#empty();
  }

  /** The disk refuses: what could not be spooled is still in memory. */
  #takeLines(): LedgerRecord[] {
    return this.#lines.splice(0).map((line) => JSON.parse(line) as LedgerRecord);
  }

  async #readSome(): Promise<LedgerRecord[]> {
    const file = await this.#openFile();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(readBytes), 0, readBytes, this.#readAt);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
    this.#readAt += end;
    return buffer
      .toString("utf8", 0, end)
      .split("\n")
      .flatMap((line) => this.#parse(line));
  }

  #parse(line: string): LedgerRecord[] {
    if (line === "") return [];
    try {
      return [JSON.parse(line) as LedgerRecord];
    } catch {
      // Not the line itself: it may hold numbers of callers.
      this.#log.error({ length: line.length }, "a line of the ledger's spool is damaged and was left out");
      return [];
    }
  }

  async #unread(): Promise<string> {
    const found = await stat(this.#path).catch(() => null);
    if (found === null || found.size <= this.#readAt) return "";
    const file = await this.#openFile();
    const length = found.size - this.#readAt;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, this.#readAt);
    return buffer.toString("utf8", 0, bytesRead);
  }

  /** Counts as writing, so that nothing is appended while the file shrinks. */
  async #empty(): Promise<void> {
    if (this.#file === null || this.#lines.length > 0) return;
    this.#readAt = 0;
    this.#writing = this.#file.truncate(0).finally(() => {
      this.#writing = null;
      if (this.#lines.length > 0) this.#startWriting();
    });
    await this.#writing;
  }
}

function countLines(text: string): number {
  return text.split("\n").filter((line) => line !== "").length;
}
