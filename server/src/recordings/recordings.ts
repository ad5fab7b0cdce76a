/**
 * The door of recordings: where files go, what is checked when one is complete, and what the ledger is told.
 *
 *   const recording = await recordings.startTalk(leg, { interactionId });   append(recording.started)
 *   const { events } = await recording.finish(talkMs);                      events.forEach(append)
 */
import { randomUUID } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import type { Leg, RecordingOutcome } from "../telephony/telephony.ts";
import { isLengthRight } from "./core/length-check.ts";
import { inspectFile, isComplete } from "./inspect-file.ts";
import type { RecordingNote } from "./recording-folder.ts";
import { RecordingFolder } from "./recording-folder.ts";
import type {
  OpenedVoicemail,
  RecordingEvent,
  RecordingResult,
  Recordings,
  RecoveredRecording,
  TalkRecording,
} from "./shapes.ts";
import { failedTalk, RunningTalk } from "./talk-recording.ts";

export type {
  FinishedRecording,
  OpenedVoicemail,
  RecordingEvent,
  RecordingResult,
  Recordings,
  RecoveredRecording,
  TalkRecording,
} from "./shapes.ts";

export interface RecordingsOptions {
  /** Absolute path of a folder that this program and the media server can both write. */
  root: string;
  clock: Clock;
  log: Log;
  /** Nothing is recorded with less room than this. Default 256 MB. */
  leastFreeBytes?: number;
}

/** In a shorter talk not one packet may have come: no file is no fault then. */
const shortestTalkMs = 100;
/** A file that its writer has just closed may take a moment to be on the disk as a whole. */
const settleMs = 1_500;

/** Opens the folder; creates it when the first recording starts. */
export function openRecordings(options: RecordingsOptions): Recordings {
  return new FolderRecordings(options);
}

class FolderRecordings implements Recordings {
  readonly #folder: RecordingFolder;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #finishing = new Set<Promise<unknown>>();

  constructor({ root, clock, log, leastFreeBytes = 256 * 1_048_576 }: RecordingsOptions) {
    this.#folder = new RecordingFolder(root, leastFreeBytes);
    this.#clock = clock;
    this.#log = log;
  }

  async startTalk(leg: Leg, { interactionId }: { interactionId: string }): Promise<TalkRecording> {
    const reserved = await this.#reserve("talk", interactionId);
    if (!("note" in reserved)) return failedTalk(reserved.recordingId, reserved.sentence);
    const { note, path } = reserved;
    try {
      const recording = await leg.startRecording({ path });
      return new RunningTalk(
        note.recordingId,
        () => this.#track(recording.stop()),
        (outcome, expectedMs) => this.#track(this.#settle(note, outcome, expectedMs)),
      );
    } catch (error) {
      await this.#giveUp(note);
      return failedTalk(note.recordingId, sentenceOf(error));
    }
  }

  async openVoicemail({ interactionId }: { interactionId: string }): Promise<OpenedVoicemail> {
    const reserved = await this.#reserve("voicemail", interactionId);
    if (!("note" in reserved)) {
      const { recordingId, sentence } = reserved;
      return { ok: false, events: [{ type: "recording.failed", recordingId, sentence }] };
    }
    const { note, path } = reserved;
    let finishing: Promise<RecordingResult> | null = null;
    const finish = () => {
      finishing ??= this.#track(this.#settle(note, { ok: true, path, durationMs: 0, partings: 0 }, null));
      return finishing;
    };
    return { ok: true, recordingId: note.recordingId, path, finish, discard: () => this.#giveUp(note) };
  }

  async recover(): Promise<RecoveredRecording[]> {
    const recovered: RecoveredRecording[] = [];
    for (const note of await this.#folder.unfinished()) {
      const path = this.#folder.pathOf(note.file);
      const result = await this.#settle(note, { ok: true, path, durationMs: 0, partings: 0 }, null);
      recovered.push({ ...result, recordingId: note.recordingId, interactionId: note.interactionId });
    }
    return recovered;
  }

  pathOf(file: string): string {
    return this.#folder.pathOf(file);
  }

  async close(): Promise<void> {
    while (this.#finishing.size > 0) await Promise.allSettled([...this.#finishing]);
    await new Promise(setImmediate); // whoever waited for a recording writes down how it ended
  }

  async #reserve(
    kind: RecordingNote["kind"],
    interactionId: string,
  ): Promise<{ note: RecordingNote; path: string } | { recordingId: string; sentence: string }> {
    const recordingId = randomUUID();
    const problem = await this.#folder.findProblem();
    if (problem !== null) return this.#refuse(interactionId, recordingId, problem);
    try {
      const note = { recordingId, interactionId, kind, startedAt: this.#clock.now() };
      const { path, file } = await this.#folder.reserve(note);
      return { note: { ...note, file }, path };
    } catch (error) {
      return this.#refuse(interactionId, recordingId, `Recordings can't be stored: ${describeError(error)}`);
    }
  }

  #refuse(callId: string, recordingId: string, sentence: string): { recordingId: string; sentence: string } {
    this.#log.error({ callId, recordingId, problem: sentence }, "A recording can't be made");
    return { recordingId, sentence };
  }

  /** Checks the complete file. `expectedMs` null: there is nothing to compare with. Never rejects. */
  async #settle(
    note: RecordingNote,
    outcome: RecordingOutcome,
    expectedMs: number | null,
  ): Promise<RecordingResult> {
    const { recordingId, kind, file } = note;
    const log = this.#log.child({ callId: note.interactionId, recordingId });
    try {
      if (!outcome.ok) throw new Error(outcome.sentence);
      const path = this.#folder.pathOf(file);
      const inspected = await this.#inspectWhenSettled(path);
      await this.#folder.protect(path);
      await this.#folder.forget(recordingId);
      const { durationMs, bytes, sha256, channels, sampleRate, wasMended } = inspected;
      if (wasMended) log.warn({}, "The header of a recording was mended");
      const events: RecordingEvent[] = [
        { type: "recording.stopped", recordingId, kind, durationMs, bytes, sha256 },
      ];
      if (expectedMs !== null && !isLengthRight(durationMs, expectedMs, outcome.partings)) {
        log.warn({ durationMs, expectedMs }, "A recording has the wrong length");
        events.push({ type: "recording.mismatch", recordingId, durationMs, expectedMs });
      }
      return {
        recording: { recordingId, kind, file, durationMs, bytes, sha256, channels, sampleRate },
        events,
      };
    } catch (error) {
      const isBrief = expectedMs !== null && expectedMs < shortestTalkMs;
      const isTooShort = isBrief && !(await isComplete(this.#folder.pathOf(file)));
      const sentence = isTooShort ? "The talk was too short for a recording" : sentenceOf(error);
      if (isTooShort) log.info({ talkMs: expectedMs }, sentence);
      else log.error({ error: sentence }, "A recording failed");
      await this.#giveUp(note);
      return { recording: null, events: [{ type: "recording.failed", recordingId, sentence }] };
    }
  }

  /** The header is the last thing that a recorder writes: one that is missing gets a moment before it is mended. */
  async #inspectWhenSettled(path: string): ReturnType<typeof inspectFile> {
    if (!(await isComplete(path))) await this.#pause(settleMs);
    return inspectFile(path);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimer(this.#clock.now() + ms, resolve);
    });
  }

  async #giveUp(note: RecordingNote): Promise<void> {
    await this.#folder.forget(note.recordingId).catch((error: unknown) => {
      const { interactionId: callId, recordingId } = note;
      this.#log.warn({ callId, recordingId, error: describeError(error) }, "A note could not be removed");
    });
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#finishing.add(work);
    void work.finally(() => this.#finishing.delete(work)).catch(() => undefined);
    return work;
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof Failure) return error.message;
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return "No file was written";
  return describeError(error);
}
