/** What becomes of an uploaded prompt: checked, mixed down to mono, and brought to at most 16 kHz. */

export interface Mono {
  samples: Int16Array;
  sampleRate: number;
}

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

/** Mono at 16 kHz or the file's own lower rate. */
export function normaliseAudio(audio: Uploaded): Mono {
  const mono = mixDown(audio);
  if (audio.sampleRate <= highestRate) return { samples: mono, sampleRate: audio.sampleRate };
  return { samples: resample(mono, audio.sampleRate, highestRate), sampleRate: highestRate };
}

function mixDown({ samples, channels, frames }: Uploaded): Int16Array {
  if (channels === 1) return samples;
  return Int16Array.from({ length: frames }, (_, i) =>
    Math.round(((samples[2 * i] ?? 0) + (samples[2 * i + 1] ?? 0)) / 2),
  );
}

const zeroCrossings = 12;

/** Band-limited interpolation (a Hann-windowed sinc), for going down in rate: no aliases. */
export function resample(samples: Int16Array, from: number, to: number): Int16Array {
  const ratio = from / to;
  const reach = Math.ceil(zeroCrossings * ratio);
  return Int16Array.from({ length: Math.floor(samples.length / ratio) }, (_, i) => {
    const center = i * ratio;
    const first = Math.max(0, Math.ceil(center - reach));
    const last = Math.min(samples.length - 1, Math.floor(center + reach));
    let sum = 0;
    let weights = 0;
    for (let at = first; at <= last; at += 1) {
      const weight = windowedSinc((at - center) / ratio);
      sum += weight * (samples[at] ?? 0);
      weights += weight;
    }
    return Math.max(-32_768, Math.min(32_767, Math.round(sum / weights)));
  });
}

function windowedSinc(x: number): number {
  if (x === 0) return 1;
  const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / zeroCrossings);
  return (window * Math.sin(Math.PI * x)) / (Math.PI * x);
}
