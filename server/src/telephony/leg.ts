import type { HangUpCause } from "./core/cause.ts";

/** How a leg ended. `remote`: the party; `local`: our `hangUp`; `system`: a fault of network, edge or media. */
export interface LegEnd {
  by: "remote" | "local" | "system";
  cause: HangUpCause;
  /** The SIP status that told it, where there was one (487 for CANCEL, 503 from the edge …). */
  sipStatus?: number;
}

/** Files are absolute WAV paths or FreeSWITCH sources such as `silence_stream://500`, played in order. */
export interface PlayOptions {
  /** Stops the playback; the promise then resolves with outcome "aborted". */
  signal?: AbortSignal;
  /** A key stops the playback. Keys are kept for the next `collect` (type-ahead) and returned. */
  interruptible?: boolean;
}
export interface PlayResult {
  /** `ended`: the leg is gone. `failed`: the media server could not play it; `sentence` says why. */
  outcome: "played" | "interrupted" | "aborted" | "ended" | "failed";
  /** Keys pressed while it played (they stay available to the next `collect`). */
  digits: string;
  sentence?: string;
}

export interface CollectOptions {
  /** What to say meanwhile; the first key stops it. */
  files: string[];
  maxDigits: number;
  /** Keys that end the input and are not part of it, e.g. "#". Empty: none. */
  terminators: string;
  /** Counts from the end of the files. */
  firstDigitTimeoutMs: number;
  interDigitTimeoutMs: number;
  signal?: AbortSignal;
}
export interface CollectResult {
  outcome: "digits" | "timeout" | "aborted" | "ended" | "failed";
  /** Without the terminator; what came before a time-out is here too. */
  digits: string;
  terminator: string | null;
  sentence?: string;
}

export interface RecordOptions {
  /** Absolute path of the WAV to write (mono). */
  path: string;
  maxSeconds: number;
  /** Ends after so many seconds of silence; 0: never. */
  silenceSeconds: number;
  /** Keys that end the message, e.g. "#"; "any" for every key, "" for none. */
  terminators: string;
  beep: boolean;
  signal?: AbortSignal;
}
export interface RecordResult {
  /** `hung-up`: the party hung up, which is how most voicemails end; the file is complete all the same. */
  outcome: "max-length" | "silence" | "terminator" | "hung-up" | "aborted" | "failed";
  durationMs: number;
  sentence?: string;
}

/** Music in a loop. */
export interface Music {
  /**
   * Plays files over the music (which pauses) and goes back to the music without a gap. Resolves when the
   * music is back. Announcements queue up behind each other.
   */
  announce(files: string[], options?: { signal?: AbortSignal }): Promise<PlayResult>;
  /** Stops music and announcement at once; idempotent; resolves when the channel is silent. */
  stop(): Promise<void>;
}

export type RecordingOutcome =
  /** `partings`: how often the channel left a bridge meanwhile; FreeSWITCH loses some 50 ms at each. */
  | { ok: true; path: string; durationMs: number; partings: number }
  | { ok: false; path: string; sentence: string };

/** A running stereo recording: left what this leg's party says, right what they hear. */
export interface LegRecording {
  readonly path: string;
  /** Epoch milliseconds at which the media server began to write. */
  readonly startedAt: number;
  /** Resolves (never rejects) when the file is complete or known to have failed, whoever stopped it. */
  readonly finished: Promise<RecordingOutcome>;
  stop(): Promise<RecordingOutcome>;
}

/**
 * One party's channel, answered. No promise of a leg outlives it by more than a few seconds: when the party hangs up,
 * each pending wait resolves with the outcome "ended" (or "hung-up").
 */
export interface Leg {
  /** The channel's UUID on the media server. */
  readonly channelId: string;
  /** The Call-ID towards the party. */
  readonly sipCallId: string;
  readonly ended: Promise<LegEnd>;
  /** Aborted when the leg ends; the reason is its LegEnd. */
  readonly signal: AbortSignal;
  play(files: string[], options?: PlayOptions): Promise<PlayResult>;
  collect(options: CollectOptions): Promise<CollectResult>;
  record(options: RecordOptions): Promise<RecordResult>;
  /** Keys that were pressed and not yet collected; `clearDigits` forgets them. */
  clearDigits(): void;
  /** Hears each key once; the returned function stops listening. */
  onDigit(listener: (digit: string) => void): () => void;
  /** Loops a WAV or a stream such as `local_stream://moh` until stopped. */
  startMusic(source: string): Music;
  /** Stereo recording; rejects with Failure("unavailable") if the media server refuses. */
  startRecording(options: { path: string }): Promise<LegRecording>;
  /**
   * Tells the party's phone where the call is, by an INFO with the header `X-Ringdown-State`; the callers' web page
   * shows it. A phone that does not understand it answers so, and nothing else happens.
   */
  tell(state: "flow" | "waiting" | "talking"): void;
  /** Ends the leg: BYE to the party, channel gone. Idempotent; resolves when both are done or given up. */
  hangUp(cause?: HangUpCause): Promise<void>;
}

export type CallerLeg = Leg;
export interface AgentLeg extends Leg {
  readonly personId: string;
  /** Epoch milliseconds of the 200 OK. */
  readonly answeredAt: number;
}
