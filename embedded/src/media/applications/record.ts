import type { Channel } from "../channel.ts";
import type { ChannelTask } from "../channel-task.ts";
import { separateArguments, splitVariables, toInteger } from "../core/arguments.ts";
import type { Digit } from "../core/telephone-event.ts";
import { frameSamples, sampleRate } from "../media-clock.ts";
import type { SessionRecordings } from "../session-recording.ts";
import { WavWriter } from "../wav-writer.ts";
import type { Application } from "./application.ts";
import { isTerminator } from "./playback.ts";

interface RecordLimits {
  limitSamples: number;
  silenceThreshold: number;
  silenceFrames: number;
}

/** Records what the channel says until a key, a limit, or silence ends it. */
class RecordTask implements ChannelTask {
  hasFailed = false;
  readonly #channel: Channel;
  readonly #writer: WavWriter;
  readonly #limits: RecordLimits;
  #samples = 0;
  #silentFrames = 0;

  constructor(channel: Channel, writer: WavWriter, limits: RecordLimits) {
    this.#channel = channel;
    this.#writer = writer;
    this.#limits = limits;
    writer.onError = (error) => {
      channel.log.error({ file: writer.path, error: error.message }, "a recording failed");
      this.hasFailed = true;
    };
  }

  onFrame(): boolean {
    const { readFrame } = this.#channel;
    this.#writer.write(readFrame);
    this.#samples += frameSamples;
    if (this.hasFailed || this.#samples >= this.#limits.limitSamples) return true;
    return this.#isSilentTooLong(readFrame);
  }

  #isSilentTooLong(frame: Int16Array): boolean {
    const { silenceThreshold, silenceFrames } = this.#limits;
    if (silenceThreshold <= 0) return false;
    let energy = 0;
    for (const sample of frame) energy += Math.abs(sample);
    this.#silentFrames = energy / frameSamples < silenceThreshold ? this.#silentFrames + 1 : 0;
    if (this.#silentFrames < silenceFrames) return false;
    this.#channel.setVariable("silence_hits_exhausted", "true");
    return true;
  }

  onDigit(digit: Digit): boolean {
    return isTerminator(this.#channel, digit);
  }

  onBreak(): boolean {
    return true;
  }
}

function parseLimits([, limit, threshold, hits]: string[]): RecordLimits {
  const seconds = toInteger(limit?.replace(/^\+/, ""));
  const silenceSeconds = toInteger(hits) || 3;
  return {
    limitSamples: seconds > 0 ? seconds * sampleRate : Infinity,
    silenceThreshold: toInteger(threshold),
    silenceFrames: Math.round((sampleRate * silenceSeconds) / frameSamples),
  };
}

/** `record <file> [<seconds> [<silence threshold> [<silence seconds>]]]` */
export function recordApplication(recordings: SessionRecordings): Application {
  return async (channel, argument, run) => {
    const words = separateArguments(argument, " ", 4);
    if (words[0] === undefined) return;
    const file = recordings.resolvePath(words[0]);
    channel.setVariable("playback_terminator_used", undefined);
    channel.setVariable("silence_hits_exhausted", "false");
    let writer: WavWriter;
    try {
      writer = await WavWriter.create(file, sampleRate, 1);
    } catch (error) {
      channel.log.error({ file, error: String(error) }, "a recording can't be started");
      return channel.hangup("DESTINATION_OUT_OF_ORDER");
    }
    const task = new RecordTask(channel, writer, parseLimits(words));
    channel.fire("RECORD_START", (headers) => void headers.set("Record-File-Path", file));
    await run.runTask(task);
    await writer.close();
    noteLength(channel, writer.frameCount);
    channel.fire("RECORD_STOP", (headers) => {
      headers.set("Record-File-Path", file);
      if (task.hasFailed) headers.set("Record-Completion-Cause", "uri-failure");
    });
  };
}

function noteLength(channel: Channel, samples: number): void {
  channel.setVariable("record_samples", String(samples));
  channel.setVariable("record_seconds", String(Math.floor(samples / sampleRate)));
  channel.setVariable("record_ms", String(Math.floor(samples / (sampleRate / 1000))));
}

/** `record_session <file> [+<seconds>] [{name=value,…}]` */
export function recordSessionApplication(recordings: SessionRecordings): Application {
  return async (channel, argument) => {
    const [file, ...rest] = argument.trim().split(" ");
    if (!file) return;
    const limit = rest[0]?.startsWith("+") ? toInteger(rest.shift()!.slice(1)) : 0;
    const { variables } = splitVariables(decodeLeniently(rest.join(" ")));
    await recordings.start(channel, file, limit, variables);
  };
}

function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `stop_record_session <file>|all` */
export function stopRecordSessionApplication(recordings: SessionRecordings): Application {
  return async (channel, argument) => {
    await recordings.stop(channel, argument.trim());
  };
}
