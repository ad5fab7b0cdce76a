import { chmod, mkdir, readdir, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../base/failure.ts";

/** What is kept about a recording until it is finished, so that a later life of the program can finish it. */
export interface RecordingNote {
  recordingId: string;
  interactionId: string;
  kind: "talk" | "voicemail";
  /** Relative to the root. */
  file: string;
  startedAt: number;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const storedFile = /^\d{4}\/\d{2}\/\d{2}\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.wav$/;

/**
 * Where recordings lie:
 *
 *   <root>/2026/11/29/<recordingId>.wav      the files, by the UTC day of their start
 *   <root>/unfinished/<recordingId>.json     a note for each file that is being written
 */
export class RecordingFolder {
  readonly #root: string;
  readonly #leastFreeBytes: number;

  constructor(root: string, leastFreeBytes: number) {
    this.#root = root;
    this.#leastFreeBytes = leastFreeBytes;
  }

  /** A sentence when there is no room (or no folder) to record into; null: go on. */
  async findProblem(): Promise<string | null> {
    try {
      await mkdir(this.#root, { recursive: true, mode: 0o700 });
      const { bavail, bsize } = await statfs(this.#root);
      const freeBytes = bavail * bsize;
      if (freeBytes >= this.#leastFreeBytes) return null;
      return `Only ${Math.floor(freeBytes / 1_048_576)} MB are free where recordings are kept`;
    } catch (error) {
      return `Recordings can't be stored: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** Makes the folder of the day and writes the note. `path` is absolute. */
  async reserve(note: Omit<RecordingNote, "file">): Promise<{ path: string; file: string }> {
    const day = new Date(note.startedAt).toISOString().slice(0, 10).replaceAll("-", "/");
    const file = `${day}/${note.recordingId}.wav`;
    await Promise.all([
      mkdir(join(this.#root, day), { recursive: true, mode: 0o700 }),
      mkdir(this.#notes, { recursive: true, mode: 0o700 }),
    ]);
    await writeFile(this.#noteOf(note.recordingId), JSON.stringify({ ...note, file }), { mode: 0o600 });
    return { path: join(this.#root, file), file };
  }

  /** The recording is finished (or given up): its note goes. */
  async forget(recordingId: string): Promise<void> {
    await rm(this.#noteOf(recordingId), { force: true });
  }

  /** Only the owner may read it. The media server may have written it as another user, whose affair it then is. */
  async protect(path: string): Promise<void> {
    await chmod(path, 0o600).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
    });
  }

  /** The notes that are there; unreadable ones are left out. */
  async unfinished(): Promise<RecordingNote[]> {
    const names = await readdir(this.#notes).catch(() => []);
    const notes = await Promise.all(names.map((name) => this.#readNote(name)));
    return notes.filter((note) => note !== null).sort((a, b) => a.startedAt - b.startedAt);
  }

  pathOf(file: string): string {
    if (!storedFile.test(file)) throw new Failure("not-found", `There is no recording ${file}`);
    return join(this.#root, file);
  }

  get #notes(): string {
    return join(this.#root, "unfinished");
  }

  #noteOf(recordingId: string): string {
    return join(this.#notes, `${recordingId}.json`);
  }

  async #readNote(name: string): Promise<RecordingNote | null> {
    try {
      const note = JSON.parse(await readFile(join(this.#notes, name), "utf8")) as Partial<RecordingNote>;
      const isWhole =
        uuid.test(note.recordingId ?? "") &&
        storedFile.test(note.file ?? "") &&
        note.interactionId !== undefined;
      return isWhole ? (note as RecordingNote) : null;
    } catch {
      return null; // a note that was being written when the power went
    }
  }
}
