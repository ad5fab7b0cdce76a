import { splitVariables, toInteger } from "./core/arguments.ts";
import { WavReader } from "./core/resample.ts";
import type { ToneAudio } from "./core/tone.ts";
import { renderToneStream } from "./core/tone.ts";
import { frameSamples, sampleRate } from "./media-clock.ts";
import type { LocalStream } from "./local-stream.ts";
import type { SoundLibrary } from "./sound-library.ts";

/** Something that can be played: frames of samples until it ends. */
export interface AudioSource {
  /** Fills a frame and returns how many samples are real; 0 at the end. */
  read(out: Int16Array): number;
  /** The position in samples, for `playback_last_offset_pos`. */
  readonly position: number;
  /** What PLAYBACK_START calls it. */
  readonly type: "file" | "tone_stream" | "local_stream" | "silence_stream";
}

class FileSource implements AudioSource {
  readonly type = "file";
  readonly #reader: WavReader;

  constructor(reader: WavReader) {
    this.#reader = reader;
  }

  get position(): number {
    return this.#reader.position;
  }

  read(out: Int16Array): number {
    return this.#reader.read(out);
  }
}

class ToneSource implements AudioSource {
  readonly type = "tone_stream";
  readonly #audio: ToneAudio;
  #offset = 0;
  #turnsLeft: number;
  position = 0;

  constructor(audio: ToneAudio) {
    this.#audio = audio;
    this.#turnsLeft = audio.loops < 0 ? Infinity : Math.max(1, audio.loops);
  }

  read(out: Int16Array): number {
    const { samples } = this.#audio;
    let filled = 0;
    while (filled < out.length && this.#turnsLeft > 0) {
      const count = Math.min(out.length - filled, samples.length - this.#offset);
      out.set(samples.subarray(this.#offset, this.#offset + count), filled);
      filled += count;
      this.#offset += count;
      if (this.#offset < samples.length) continue;
      this.#offset = 0;
      this.#turnsLeft--;
    }
    out.fill(0, filled);
    this.position += filled;
    return filled;
  }
}

class SilenceSource implements AudioSource {
  readonly type = "silence_stream";
  #samplesLeft: number;
  readonly #noise: number;
  position = 0;

  /** `noise` as FreeSWITCH's divisor: the smaller, the louder; 0 is digital silence. */
  constructor(milliseconds: number, noise: number) {
    this.#samplesLeft = milliseconds > 0 ? (milliseconds * sampleRate) / 1000 : Infinity;
    this.#noise = noise;
  }

  read(out: Int16Array): number {
    const count = Math.min(out.length, this.#samplesLeft);
    this.#samplesLeft -= count;
    this.position += count;
    out.fill(0);
    if (this.#noise <= 0) return count;
    for (let i = 0; i < count; i++) out[i] = ((Math.random() * 2 - 1) * 65536) / this.#noise;
    return count;
  }
}

class LocalStreamSource implements AudioSource {
  readonly type = "local_stream";
  readonly #stream: LocalStream;
  position = 0;

  constructor(stream: LocalStream) {
    this.#stream = stream;
  }

  read(out: Int16Array): number {
    out.set(this.#stream.frame);
    this.position += frameSamples;
    return frameSamples;
  }
}

/** Opens what a command names: a file, `tone_stream://`, `silence_stream://`, `local_stream://`. */
export class AudioSources {
  readonly #sounds: SoundLibrary;
  readonly #streams: ReadonlyMap<string, LocalStream>;

  constructor(sounds: SoundLibrary, streams: ReadonlyMap<string, LocalStream>) {
    this.#sounds = sounds;
    this.#streams = streams;
  }

  /** Undefined if there is no such thing. `startSample` counts at 8 kHz. */
  async open(name: string, startSample = 0): Promise<AudioSource | undefined> {
    const { variables, rest } = splitVariables(name);
    const [, scheme, body = ""] = /^([a-z_]+):\/\/(.*)$/s.exec(rest) ?? [];
    if (scheme === "silence_stream") {
      const [milliseconds, noise] = body.split(",");
      return new SilenceSource(toInteger(milliseconds), toInteger(noise));
    }
    if (scheme === "tone_stream") {
      const loops = variables.find(([key]) => key === "loops")?.[1];
      const tone = renderToneStream(body, sampleRate);
      return tone && new ToneSource(loops === undefined ? tone : { ...tone, loops: toInteger(loops) });
    }
    if (scheme === "local_stream") {
      // mod_local_stream falls back to the stream named default.
      const stream = this.#streams.get(body.split("/")[0]!) ?? this.#streams.get("default");
      return stream && new LocalStreamSource(stream);
    }
    if (scheme !== undefined && scheme !== "file") return undefined;
    const path = scheme === "file" ? body : rest;
    const audio = await this.#sounds.load(/\.[^./]+$/.test(path) ? path : `${path}.wav`);
    return audio && new FileSource(new WavReader(audio, sampleRate, startSample));
  }
}
