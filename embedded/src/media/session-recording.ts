import { isAbsolute, resolve } from "node:path";
import type { Channel, ChannelTap } from "./channel.ts";
import { isTrue, toInteger } from "./core/arguments.ts";
import { frameSamples, sampleRate } from "./media-clock.ts";
import { WavWriter } from "./wav-writer.ts";

const silence = new Int16Array(frameSamples);

interface RecordingSettings {
  isStereo: boolean;
  isSwapped: boolean;
  hasRead: boolean;
  hasWritten: boolean;
  needsBridge: boolean;
  minimumSeconds: number;
  limitSeconds: number;
  isAppending: boolean;
}

/** Variables of the command, else of the channel, as `get_recording_var` looks them up. */
function readSettings(channel: Channel, own: [string, string][], limitSeconds: number): RecordingSettings {
  const value = (name: string) => own.find(([key]) => key === name)?.[1] ?? channel.variable(name);
  const isSet = (name: string) => isTrue(value(name));
  return {
    isStereo: isSet("RECORD_STEREO") || isSet("RECORD_STEREO_SWAP"),
    isSwapped: isSet("RECORD_STEREO_SWAP"),
    hasRead: !isSet("RECORD_WRITE_ONLY"),
    hasWritten: !isSet("RECORD_READ_ONLY"),
    needsBridge: isSet("RECORD_BRIDGE_REQ"),
    minimumSeconds: toInteger(value("RECORD_MIN_SEC")),
    limitSeconds,
    isAppending: isSet("RECORD_APPEND"),
  };
}

/**
 * Records both directions of a channel beside whatever it does: the caller left, what the caller hears
 * right, or both mixed. Both come from the same tick of the one clock, so that they can't drift apart.
 */
class SessionRecording implements ChannelTap {
  readonly file: string;
  isMasked = false;
  isPaused = false;
  readonly #channel: Channel;
  readonly #writer: WavWriter;
  readonly #settings: RecordingSettings;
  readonly #variables: [string, string][];
  readonly #onOver: (recording: SessionRecording) => void;
  readonly #mixed = new Int16Array(frameSamples);
  #frames = 0;
  #completionCause: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    channel: Channel,
    file: string,
    writer: WavWriter,
    settings: RecordingSettings,
    variables: [string, string][],
    onOver: (recording: SessionRecording) => void,
  ) {
    this.#channel = channel;
    this.file = file;
    this.#writer = writer;
    this.#settings = settings;
    this.#variables = variables;
    this.#onOver = onOver;
    writer.onError = (error) => this.#onWriteError(error);
  }

  announceStart(): void {
    this.#announce("RECORD_START");
  }

  onTap(read: Int16Array, written: Int16Array): void {
    if (this.isPaused || (this.#settings.needsBridge && this.#channel.peer === undefined)) return;
    const left = this.isMasked || !this.#settings.hasRead ? silence : read;
    const right = this.isMasked || !this.#settings.hasWritten ? silence : written;
    if (this.#settings.isSwapped) this.#writer.write(right, left);
    else if (this.#settings.isStereo) this.#writer.write(left, right);
    else this.#writer.write(this.#mix(left, right));
    this.#frames++;
    const { limitSeconds } = this.#settings;
    if (limitSeconds > 0 && (this.#frames * frameSamples) / sampleRate >= limitSeconds) {
      this.#completionCause = "success-maxtime";
      void this.close("stopped");
    }
  }

  #mix(a: Int16Array, b: Int16Array): Int16Array {
    for (let i = 0; i < frameSamples; i++) this.#mixed[i] = Math.max(-32768, Math.min(32767, a[i]! + b[i]!));
    return this.#mixed;
  }

  #onWriteError(error: Error): void {
    this.#channel.log.error({ file: this.file, error: error.message }, "a recording failed");
    this.#completionCause = "uri-failure";
    this.#failure = error;
    void this.close("stopped");
  }

  #failure: Error | undefined;

  /** Completes the file and fires RECORD_STOP. */
  close(reason: "hangup" | "stopped"): Promise<void> {
    this.#closing ??= this.#finish(reason);
    return this.#closing;
  }

  async #finish(reason: "hangup" | "stopped"): Promise<void> {
    this.#channel.removeTap(this);
    this.#onOver(this);
    const seconds = this.#writer.frameCount / this.#writer.sampleRate;
    if (this.#frames === 0 && !this.#settings.isAppending) await this.#discard("empty-file");
    else if (seconds < this.#settings.minimumSeconds && !this.#settings.isAppending) {
      await this.#discard("input-too-short");
    } else await this.#writer.close();
    this.#completionCause ??= reason === "hangup" ? "no-input-timeout" : "success-maxtime";
    this.#noteLength();
    this.#announce("RECORD_STOP");
  }

  async #discard(cause: string): Promise<void> {
    this.#completionCause ??= cause;
    this.#channel.setVariable("RECORD_DISCARDED", "true");
    await this.#writer.discard();
  }

  #noteLength(): void {
    const samples = this.#writer.frameCount;
    this.#channel.setVariable("record_samples", String(samples));
    this.#channel.setVariable("record_seconds", String(Math.floor(samples / sampleRate)));
    this.#channel.setVariable("record_ms", String(Math.floor(samples / (sampleRate / 1000))));
    this.#channel.setVariable("record_completion_cause", this.#completionCause);
  }

  #announce(event: "RECORD_START" | "RECORD_STOP"): void {
    this.#channel.fire(event, (headers) => {
      headers.set("Record-File-Path", this.file);
      for (const [name, value] of this.#variables) headers.set(`Recording-Variable-${name}`, value);
      if (this.#completionCause !== undefined) headers.set("Record-Completion-Cause", this.#completionCause);
      if (this.#failure !== undefined) headers.set("Record-Error", this.#failure.message);
    });
  }
}

/** All recordings of channels by `record_session` and `uuid_record`, found by channel and path. */
export class SessionRecordings {
  readonly #baseDirectory: string;
  readonly #running = new Map<Channel, Map<string, SessionRecording>>();

  constructor(baseDirectory: string) {
    this.#baseDirectory = baseDirectory;
  }

  get count(): number {
    return [...this.#running.values()].reduce((sum, ofChannel) => sum + ofChannel.size, 0);
  }

  resolvePath(file: string): string {
    return isAbsolute(file) ? file : resolve(this.#baseDirectory, file);
  }

  /** Starts a recording; false (and a log line) if the file can't be created. Twice the same file is one recording. */
  async start(
    channel: Channel,
    name: string,
    limitSeconds: number,
    variables: [string, string][] = [],
  ): Promise<boolean> {
    const file = this.resolvePath(name);
    if (!channel.isUp || file.includes("\0")) return false;
    if (this.#running.get(channel)?.has(file)) return true;
    const settings = readSettings(channel, variables, limitSeconds);
    try {
      const writer = await WavWriter.create(
        file,
        sampleRate,
        settings.isStereo ? 2 : 1,
        settings.isAppending,
      );
      if (!channel.isUp) {
        await writer.discard();
        return false;
      }
      this.#add(
        channel,
        new SessionRecording(channel, file, writer, settings, variables, (r) => this.#drop(channel, r)),
      );
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      channel.log.error({ file, reason }, "a recording can't be started");
      channel.setVariable("record_completion_cause", "uri-failure");
      return false;
    }
  }

  #add(channel: Channel, recording: SessionRecording): void {
    const ofChannel = this.#running.get(channel) ?? new Map<string, SessionRecording>();
    ofChannel.set(recording.file, recording);
    this.#running.set(channel, ofChannel);
    recording.announceStart();
    channel.addTap(recording);
  }

  #drop(channel: Channel, recording: SessionRecording): void {
    const ofChannel = this.#running.get(channel);
    ofChannel?.delete(recording.file);
    if (ofChannel?.size === 0) this.#running.delete(channel);
  }

  /** Stops one recording, or with "all" every one of the channel; false if there is none. Resolves when the file is complete. */
  async stop(channel: Channel, name: string): Promise<boolean> {
    const ofChannel = this.#running.get(channel);
    if (ofChannel === undefined) return false;
    const file = this.resolvePath(name);
    const chosen = name.toLowerCase() === "all" ? [...ofChannel.values()] : [ofChannel.get(file)];
    const found = chosen.filter((recording) => recording !== undefined);
    await Promise.all(found.map((recording) => recording.close("stopped")));
    return found.length > 0;
  }

  /** Masks (records silence) or pauses (records nothing); false if there is no such recording. */
  change(
    channel: Channel,
    name: string,
    change: (recording: { isMasked: boolean; isPaused: boolean }) => void,
  ): boolean {
    const recording = this.#running.get(channel)?.get(this.resolvePath(name));
    if (recording === undefined) return false;
    change(recording);
    return true;
  }
}
