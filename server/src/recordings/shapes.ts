/** The shapes of the door; recordings.ts re-exports them. */
import type { LedgerEvent } from "../contract/ledger.ts";
import type { Leg } from "../telephony/telephony.ts";

/** The ledger's lines about recordings. */
export type RecordingEvent = Extract<LedgerEvent, { type: `recording.${string}` }>;

/** The finished file, as the store keeps it. */
export interface FinishedRecording {
  recordingId: string;
  kind: "talk" | "voicemail";
  /** Relative to the recordings' root: `2026/11/29/<recordingId>.wav`. */
  file: string;
  durationMs: number;
  bytes: number;
  /** Lower-case hex. */
  sha256: string;
  channels: number;
  sampleRate: number;
}

/** What is known at the end: the file (null when there is none) and the events for the ledger, in order. */
export interface RecordingResult {
  recording: FinishedRecording | null;
  events: RecordingEvent[];
}

/** A talk being recorded. */
export interface TalkRecording {
  readonly recordingId: string;
  /** `recording.started`, or `recording.failed` when it could not start (the call goes on). */
  readonly started: RecordingEvent;
  /**
   * Stops, checks the file and compares its length with the talk time. Never rejects. Idempotent: later calls
   * get the first result. Works after the leg has ended, too.
   */
  finish(expectedMs: number): Promise<RecordingResult>;
}

/** A file that a crash left behind, repaired or given up. */
export interface RecoveredRecording extends RecordingResult {
  recordingId: string;
  /** The interaction that it belonged to, from the file's note. */
  interactionId: string;
}

/**
 * A file for a voicemail, or why there is none: `finish` when something was recorded, else `discard`. Neither rejects;
 * `finish` is idempotent.
 */
export type OpenedVoicemail =
  | {
      ok: true;
      recordingId: string;
      path: string;
      finish(): Promise<RecordingResult>;
      discard(): Promise<void>;
    }
  | { ok: false; events: RecordingEvent[] };

export interface Recordings {
  /** Never rejects: a recording that cannot start is an event, not a failed call. */
  startTalk(leg: Leg, options: { interactionId: string }): Promise<TalkRecording>;
  /** Reserves a path for a voicemail: pass `path` to `leg.record`, then `finish`. */
  openVoicemail(options: { interactionId: string }): Promise<OpenedVoicemail>;
  /** Finds what an earlier life left unfinished, repairs the headers; call once at the start. */
  recover(): Promise<RecoveredRecording[]>;
  /** Absolute path of a stored file; Failure("not-found") when the name is not one of ours. */
  pathOf(file: string): string;
  close(): Promise<void>;
}
