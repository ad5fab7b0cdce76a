import type { WavAudio } from "./wav.ts";
import { readMono } from "./wav.ts";

const halfTaps = 12;
const phases = 128;

/** Windowed-sinc filters, one per fractional position, for one ratio of rates. */
class FilterBank {
  readonly taps: number;
  readonly coefficients: Float32Array;

  constructor(step: number) {
    // Down-sampling must cut at the lower rate's half; the filter gets longer by the same factor.
    const cutoff = Math.min(1, 1 / step) * 0.94;
    const reach = Math.ceil(halfTaps / cutoff);
    this.taps = reach * 2;
    this.coefficients = new Float32Array(this.taps * (phases + 1));
    for (let phase = 0; phase <= phases; phase++) this.#fill(phase, cutoff, reach);
  }

  #fill(phase: number, cutoff: number, reach: number): void {
    let sum = 0;
    const row = this.coefficients.subarray(phase * this.taps, (phase + 1) * this.taps);
    for (let tap = 0; tap < this.taps; tap++) {
      const x = tap - reach + 1 - phase / phases;
      const sinc = x === 0 ? 1 : Math.sin(Math.PI * x * cutoff) / (Math.PI * x * cutoff);
      const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / (reach + 1));
      row[tap] = sinc * window;
      sum += row[tap]!;
    }
    for (let tap = 0; tap < this.taps; tap++) row[tap]! /= sum;
  }
}

const banks = new Map<number, FilterBank>();

function bankFor(step: number): FilterBank {
  let bank = banks.get(step);
  if (bank === undefined) {
    bank = new FilterBank(step);
    banks.set(step, bank);
  }
  return bank;
}

/** Reads a WAV file as mono samples at another rate, block by block, from any position. */
export class WavReader {
  readonly #audio: WavAudio;
  readonly #step: number;
  readonly #bank: FilterBank | undefined;
  /** Samples per channel at the output rate. */
  readonly sampleCount: number;
  #position = 0;
  #window = new Int16Array(0);

  constructor(audio: WavAudio, outputRate: number, startSample = 0) {
    this.#audio = audio;
    this.#step = audio.sampleRate / outputRate;
    this.#bank = audio.sampleRate === outputRate ? undefined : bankFor(this.#step);
    this.sampleCount = Math.ceil(audio.frameCount / this.#step);
    this.#position = Math.max(0, Math.min(startSample, this.sampleCount));
  }

  /** The next output sample to be read. */
  get position(): number {
    return this.#position;
  }

  /** Fills `out`, with silence beyond the end, and returns how many samples were real. */
  read(out: Int16Array): number {
    const real = Math.min(out.length, this.sampleCount - this.#position);
    if (real <= 0) return 0;
    if (this.#bank === undefined) readMono(this.#audio, this.#position, out.length, out);
    else this.#resample(out, real, this.#bank);
    this.#position += real;
    return real;
  }

  #resample(out: Int16Array, real: number, bank: FilterBank): void {
    const firstSource = Math.floor(this.#position * this.#step) - bank.taps / 2 + 1;
    const lastSource = Math.floor((this.#position + real) * this.#step) + bank.taps / 2;
    const count = lastSource - firstSource + 1;
    if (this.#window.length < count) this.#window = new Int16Array(count);
    this.#load(firstSource, count);
    for (let i = 0; i < real; i++) {
      const exact = (this.#position + i) * this.#step;
      const whole = Math.floor(exact);
      const row = Math.round((exact - whole) * phases) * bank.taps;
      const base = whole - bank.taps / 2 + 1 - firstSource;
      let sum = 0;
      for (let tap = 0; tap < bank.taps; tap++) {
        sum += this.#window[base + tap]! * bank.coefficients[row + tap]!;
      }
      out[i] = Math.max(-32768, Math.min(32767, Math.round(sum)));
    }
    out.fill(0, real);
  }

  #load(first: number, count: number): void {
    const before = Math.max(0, Math.min(count, -first));
    this.#window.fill(0, 0, before);
    readMono(this.#audio, first + before, count - before, this.#window.subarray(before, count));
  }
}
