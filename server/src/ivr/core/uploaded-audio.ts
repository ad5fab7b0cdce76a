/** What becomes of an uploaded prompt: checked, mixed down to mono, and brought to at most 16 kHz. */

interface Uploaded {
  samples: Int16Array;
  sampleRate: number;
  channels: number;
  frames: number;
}

/** A telephone carries no more, wideband included. */
const highestRate = 16_000;
const longestSeconds = 600;

/** Why this audio is refused, as the end of the sentence "The prompt cannot be used: …", or null. */
export function refuseAudio({ sampleRate, channels, frames }: Uploaded): string | null {
  if (channels > 2) return `it has ${channels} channels, one or two are allowed`;
  if (sampleRate < 8_000 || sampleRate > 48_000) {
    return `its sample rate is ${sampleRate} Hz, from 8000 to 48000 are allowed`;
  }
  if (frames < sampleRate / 10) return "it is shorter than a tenth of a second";
  if (frames > sampleRate * longestSeconds) return "it is longer than ten minutes";
  return null;
}

/** The rate at which an upload is kept: its own, or 16 kHz if that is lower. */
export function keptRate(sampleRate: number): number {
  return Math.min(sampleRate, highestRate);
}

/** Both channels as one. */
export function mixDown({ samples, channels, frames }: Uploaded): Int16Array {
  if (channels === 1) return samples;
  const mono = new Int16Array(frames);
  for (let i = 0; i < frames; i += 1) {
    mono[i] = Math.round(((samples[2 * i] ?? 0) + (samples[2 * i + 1] ?? 0)) / 2);
  }
  return mono;
}

/** Band-limited interpolation (a Hann-windowed sinc) for going down in rate: no aliases. */
export interface Resampling {
  from: number;
  to: number;
  /** How many input samples count on either side. */
  reach: number;
  /** Weights for each position that an output sample can have between two input samples. */
  kernels: Float64Array[];
}

const zeroCrossings = 12;

export function planResampling(from: number, to: number): Resampling {
  const reach = Math.ceil((zeroCrossings * from) / to);
  const positions = to / greatestCommonDivisor(from, to);
  const kernels = Array.from({ length: positions }, (_, position) =>
    kernel(position / positions, from / to, reach),
  );
  return { from, to, reach, kernels };
}

export function resampledLength(plan: Resampling, inputLength: number): number {
  return Math.floor((inputLength * plan.to) / plan.from);
}

/** Fills `output` from `first` up to `last`, so that a long sound can be done in pieces. */
export function resampleInto(
  output: Int16Array,
  input: Int16Array,
  plan: Resampling,
  [first, last]: readonly [number, number],
): void {
  const { from, to, reach, kernels } = plan;
  const step = from / greatestCommonDivisor(from, to);
  for (let i = first; i < last; i += 1) {
    const weights = kernels[(i * step) % kernels.length] ?? new Float64Array();
    const start = Math.floor((i * from) / to) - reach;
    let sum = 0;
    for (let tap = 0; tap < weights.length; tap += 1) sum += (weights[tap] ?? 0) * (input[start + tap] ?? 0);
    output[i] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  }
}

/** Weights around an output sample that lies `fraction` of an input sample after one; their sum is 1. */
function kernel(fraction: number, ratio: number, reach: number): Float64Array {
  const weights = Float64Array.from({ length: 2 * reach + 2 }, (_, tap) =>
    windowedSinc((tap - reach - fraction) / ratio),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function windowedSinc(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= zeroCrossings) return 0;
  const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / zeroCrossings);
  return (window * Math.sin(Math.PI * x)) / (Math.PI * x);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
