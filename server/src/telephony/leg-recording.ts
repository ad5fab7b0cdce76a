import { stat } from "node:fs/promises";
import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/log.ts";
import type { Channel } from "./channel.ts";
import { pause } from "./deadline.ts";
import type { EslEvent } from "./drachtio.ts";
import type { LegRecording, RecordingOutcome } from "./leg.ts";
import type { MediaConnection } from "./media-connection.ts";

/** How long after the stop, or after the end of the channel, the file may take to be complete. */
const completionDeadlineMs = 3_000;

/** `uuid_record` on a channel; the media server's RECORD_STOP says when the file is complete. */
export class ChannelRecording implements LegRecording {
  readonly path: string;
  readonly finished: Promise<RecordingOutcome>;
  readonly #channel: Channel;
  readonly #clock: Clock;
  #finish: (outcome: RecordingOutcome) => void = () => undefined;
  #stopListening: () => void = () => undefined;
  #isStopping = false;
  #hasVanished = false;
  #stopProblem: string | null = null;
  #startedAt: number;
  readonly #partingsBefore: number;
  /** The channel's, while it is recorded: on another media server it has another one. */
  readonly #uuid: string;

  /** Starts recording; rejects when the media server refuses. */
  static async start(
    channel: Channel,
    media: MediaConnection,
    path: string,
    clock: Clock,
  ): Promise<ChannelRecording> {
    const recording = new ChannelRecording(channel, media, path, clock);
    try {
      await channel.api("uuid_record", [channel.uuid, "start", quotePath(path)]);
    } catch (error) {
      recording.#end({ ok: false, path, sentence: describeError(error) });
      throw error;
    }
    recording.#startedAt = clock.now();
    return recording;
  }

  private constructor(channel: Channel, media: MediaConnection, path: string, clock: Clock) {
    this.path = path;
    this.#channel = channel;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#partingsBefore = channel.partings;
    this.#uuid = channel.uuid;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.#stopListening = media.onRecordingStopped(path, (event) => {
      this.#end(this.#complete(this.#durationOf(event)));
    });
    void channel.vanished.then(() => {
      this.#hasVanished = true;
      return this.#settleByFile();
    });
  }

  get startedAt(): number {
    return this.#startedAt;
  }

  async stop(): Promise<RecordingOutcome> {
    if (this.#isStopping) return this.finished;
    this.#isStopping = true;
    try {
      if (!this.#hasVanished) {
        await this.#channel.api("uuid_record", [this.#uuid, "stop", quotePath(this.path)]);
      }
    } catch (error) {
      if (!this.#hasVanished) this.#stopProblem = describeError(error);
    }
    void this.#settleByFile();
    return this.finished;
  }

  /** Without an event in time, the file itself has to do. */
  async #settleByFile(): Promise<void> {
    const stoppedAt = this.#clock.now();
    await pause(this.#clock, completionDeadlineMs);
    const size = await stat(this.path).then(
      (file) => file.size,
      () => 0,
    );
    if (size > 44) this.#end(this.#complete(stoppedAt - this.startedAt));
    else this.#end({ ok: false, path: this.path, sentence: this.#stopProblem ?? "No file was written" });
  }

  #complete(durationMs: number): RecordingOutcome {
    const partings = this.#channel.partings - this.#partingsBefore;
    return { ok: true, path: this.path, durationMs, partings };
  }

  #durationOf(event: EslEvent): number {
    const told = Number(event.getHeader("variable_record_ms"));
    return Number.isFinite(told) && told > 0 ? told : this.#clock.now() - this.startedAt;
  }

  #end(outcome: RecordingOutcome): void {
    this.#stopListening();
    this.#finish(outcome);
  }
}

/** The media server splits arguments at blanks, except within quotes. */
export function quotePath(path: string): string {
  return path.includes(" ") ? `'${path}'` : path;
}
