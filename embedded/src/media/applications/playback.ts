import type { AudioSource, AudioSources } from "../audio-source.ts";
import type { ApplicationRun } from "../application-run.ts";
import type { Channel } from "../channel.ts";
import type { ChannelTask } from "../channel-task.ts";
import { separateArguments, toInteger } from "../core/arguments.ts";
import type { Digit } from "../core/telephone-event.ts";
import { frameSamples, sampleRate } from "../media-clock.ts";
import type { Application } from "./application.ts";

/** How playing one name ended. */
export type PlaybackEnd = "done" | "break" | "notFound" | "timeout" | "cancelled";

/** What a key does to the file that plays: nothing, or it ends all. */
export type OnPlaybackDigit = (digit: Digit) => boolean;

class FileTask implements ChannelTask {
  end: PlaybackEnd = "cancelled";
  /** Whether the rest of a list is dropped too: a key, or `uuid_break … all`. */
  isLast = false;
  readonly isDeafToDigits: boolean;
  readonly #channel: Channel;
  readonly #source: AudioSource;
  readonly #onDigit: OnPlaybackDigit | undefined;
  readonly #frame = new Int16Array(frameSamples);
  #samplesLeft: number;

  constructor(channel: Channel, source: AudioSource, onDigit: OnPlaybackDigit | undefined, limit: number) {
    this.#channel = channel;
    this.#source = source;
    this.#onDigit = onDigit;
    this.#samplesLeft = limit;
    this.isDeafToDigits = onDigit === undefined;
  }

  onFrame(): boolean {
    const count = this.#source.read(this.#frame);
    if (count === 0) return this.#finish("done");
    this.#channel.write(this.#frame);
    this.#samplesLeft -= frameSamples;
    return this.#samplesLeft <= 0 ? this.#finish("timeout") : false;
  }

  onDigit(digit: Digit): boolean {
    this.isLast = this.#onDigit?.(digit) ?? false;
    return this.isLast ? this.#finish("break") : false;
  }

  onBreak(isAll: boolean): boolean {
    this.isLast = isAll;
    return this.#finish("break");
  }

  #finish(end: PlaybackEnd): boolean {
    this.end = end;
    return true;
  }
}

/** Waits some frames in silence, as between the files of a list. */
export class PauseTask implements ChannelTask {
  isBroken = false;
  readonly #onDigit: OnPlaybackDigit | undefined;
  readonly isDeafToDigits: boolean;
  #framesLeft: number;

  constructor(milliseconds: number, onDigit?: OnPlaybackDigit) {
    this.#framesLeft = Math.ceil(milliseconds / 20);
    this.#onDigit = onDigit;
    this.isDeafToDigits = onDigit === undefined;
  }

  onFrame(): boolean {
    return --this.#framesLeft <= 0;
  }

  onDigit(digit: Digit): boolean {
    this.isBroken = this.#onDigit?.(digit) ?? false;
    return this.isBroken;
  }

  onBreak(): boolean {
    this.isBroken = true;
    return true;
  }
}

function announce(
  channel: Channel,
  event: string,
  name: string,
  source: AudioSource,
  status?: PlaybackEnd,
): void {
  channel.fire(event, (headers) => {
    if (source.type === "local_stream" || source.type === "tone_stream") {
      headers.set("Playback-File-Type", source.type);
    }
    headers.set("Playback-File-Path", name);
    if (status !== undefined) headers.set("Playback-Status", status === "break" ? "break" : "done");
  });
}

function noteLength(channel: Channel, source: AudioSource, startSample: number): void {
  const played = source.position - startSample;
  channel.setVariable("playback_last_offset_pos", String(source.position));
  channel.setVariable("playback_seconds", String(Math.floor(played / sampleRate)));
  channel.setVariable("playback_ms", String(Math.floor(played / (sampleRate / 1000))));
  channel.setVariable("playback_samples", String(played));
}

function timeoutSamples(channel: Channel): number {
  const seconds = toInteger(channel.variable("playback_timeout_sec"));
  return seconds > 1 ? seconds * sampleRate : Infinity;
}

/** Plays files, tones and streams on a channel. */
export class Player {
  readonly #sources: AudioSources;

  constructor(sources: AudioSources) {
    this.#sources = sources;
  }

  /**
   * Plays one name, or the list that `playback_delimiter` makes of it. Without `onDigit` keys stay
   * queued. `@@offset` is the caller's business (`startSample`).
   */
  async play(
    channel: Channel,
    run: ApplicationRun,
    names: string,
    onDigit?: OnPlaybackDigit,
    startSample = 0,
  ): Promise<PlaybackEnd> {
    const delimiter = channel.variable("playback_delimiter")?.[0];
    const list = delimiter === undefined ? [names] : separateArguments(names, delimiter, 128);
    const gapMs = toInteger(channel.variable("playback_sleep_val") ?? "250");
    let limit = timeoutSamples(channel);
    let end: PlaybackEnd = "done";
    for (const [index, name] of list.entries()) {
      if (index > 0 && gapMs > 0) {
        const pause = new PauseTask(gapMs, onDigit);
        await run.runTask(pause);
        if (pause.isBroken) return "break";
      }
      const played = await this.#playOne(channel, run, name, onDigit, index === 0 ? startSample : 0, limit);
      end = played.end;
      limit -= played.samples;
      if (run.isInterrupted || played.isLast || end === "cancelled" || end === "timeout") return end;
    }
    return end;
  }

  async #playOne(
    channel: Channel,
    run: ApplicationRun,
    name: string,
    onDigit: OnPlaybackDigit | undefined,
    startSample: number,
    limit: number,
  ): Promise<{ end: PlaybackEnd; isLast: boolean; samples: number }> {
    const source = await this.#sources.open(name, startSample);
    if (run.isInterrupted) return { end: "cancelled", isLast: true, samples: 0 };
    if (source === undefined) return { end: "notFound", isLast: false, samples: 0 };
    const start = source.position;
    const task = new FileTask(channel, source, onDigit, limit);
    announce(channel, "PLAYBACK_START", name, source);
    await run.runTask(task);
    noteLength(channel, source, start);
    announce(channel, "PLAYBACK_STOP", name, source, task.end);
    return { end: task.end, isLast: task.isLast, samples: source.position - start };
  }
}

/** The keys that end a playback or recording: `playback_terminators`, `*` by default. */
export function isTerminator(channel: Channel, digit: Digit): boolean {
  const configured = channel.variable("playback_terminators") ?? "*";
  const name = configured.toLowerCase();
  const keys = name === "any" ? "1234567890*#" : name === "none" ? "" : configured;
  if (!keys.includes(digit.key)) return false;
  channel.setVariable("playback_terminator_used", digit.key);
  return true;
}

const responses: Record<PlaybackEnd, string> = {
  done: "FILE PLAYED",
  break: "FILE PLAYED",
  notFound: "FILE NOT FOUND",
  timeout: "PLAYBACK ERROR",
  cancelled: "PLAYBACK ERROR",
};

/** `playback <name>[@@<sample>]` */
export function playbackApplication(player: Player): Application {
  return async (channel, argument, run) => {
    const [, names = "", offset] = /^(.*?)(?:@@(.*))?$/s.exec(argument) ?? [];
    channel.setVariable("playback_terminator_used", undefined);
    if (names === "") return channel.setVariable("current_application_response", responses.cancelled);
    const end = await player.play(
      channel,
      run,
      names,
      (digit) => isTerminator(channel, digit),
      toInteger(offset),
    );
    channel.setVariable("current_application_response", responses[end]);
  };
}
