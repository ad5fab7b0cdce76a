import { WavReader } from "./core/resample.ts";
import { frameSamples, sampleRate } from "./media-clock.ts";
import type { SoundLibrary } from "./sound-library.ts";
import type { MediaLog } from "./media-config.ts";

/**
 * One endless programme of files that every listener hears at the same point, as mod_local_stream plays
 * it. Time passes with the clock, listened to or not.
 */
export class LocalStream {
  readonly name: string;
  /** What is on air in this tick. */
  readonly frame = new Int16Array(frameSamples);
  readonly #files: string[];
  readonly #sounds: SoundLibrary;
  readonly #log: MediaLog;
  #index = 0;
  #reader: WavReader | undefined;
  #next: Promise<WavReader | undefined> | undefined;
  #loading = false;

  constructor(name: string, files: string[], sounds: SoundLibrary, log: MediaLog) {
    this.name = name;
    this.#files = files;
    this.#sounds = sounds;
    this.#log = log;
    this.#prefetch();
  }

  /** One frame of time. */
  advance(): void {
    const read = this.#reader?.read(this.frame) ?? 0;
    if (read === frameSamples) return;
    if (this.#reader !== undefined && read > 0 && this.#reader.position < this.#reader.sampleCount) return;
    if (read === 0) this.frame.fill(0);
    this.#reader = undefined;
    this.#takeNext();
  }

  #takeNext(): void {
    if (this.#loading || this.#next === undefined) return;
    this.#loading = true;
    void this.#next.then((reader) => {
      this.#loading = false;
      this.#reader = reader;
      this.#prefetch();
    });
  }

  #prefetch(): void {
    if (this.#files.length === 0) return;
    const file = this.#files[this.#index++ % this.#files.length]!;
    this.#next = this.#sounds.load(file).then((audio) => {
      if (audio === undefined)
        this.#log.error({ stream: this.name, file }, "a file of a local stream can't be played");
      return audio && new WavReader(audio, sampleRate);
    });
  }
}
