import type { RecordingOutcome } from "../telephony/telephony.ts";
import type { RecordingEvent, RecordingResult, TalkRecording } from "./shapes.ts";

/** A recording that could not start. */
export function failedTalk(recordingId: string, sentence: string): TalkRecording {
  return {
    recordingId,
    started: { type: "recording.failed", recordingId, sentence },
    finish: () => Promise.resolve({ recording: null, events: [] }),
  };
}

/** A recording that runs; `settle` checks the file once it is complete. */
export class RunningTalk implements TalkRecording {
  readonly recordingId: string;
  readonly started: RecordingEvent;
  readonly #stop: () => Promise<RecordingOutcome>;
  readonly #settle: (outcome: RecordingOutcome, expectedMs: number) => Promise<RecordingResult>;
  #finishing: Promise<RecordingResult> | null = null;

  constructor(
    recordingId: string,
    stop: () => Promise<RecordingOutcome>,
    settle: (outcome: RecordingOutcome, expectedMs: number) => Promise<RecordingResult>,
  ) {
    this.recordingId = recordingId;
    this.started = { type: "recording.started", recordingId, kind: "talk" };
    this.#stop = stop;
    this.#settle = settle;
  }

  finish(expectedMs: number): Promise<RecordingResult> {
    this.#finishing ??= this.#stop().then((outcome) => this.#settle(outcome, expectedMs));
    return this.#finishing;
  }
}
