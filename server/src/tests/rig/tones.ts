/** Tones made and heard: what a test plays, and which frequencies are in what came out. */
import { readFile, writeFile } from "node:fs/promises";
import { encodeWav, parseWav } from "../../base/wav.ts";

/** One channel of 16-bit samples. */
export interface Sound {
  sampleRate: number;
  samples: Int16Array;
}

export interface ToneOptions {
  hz: number;
  durationMs: number;
  sampleRate?: number;
  /** Level of the sine's peak below full scale. */
  peakDb?: number;
}

/** A sine that fades in and out over 5 ms, so that its edges do not click. */
export function makeTone({ hz, durationMs, sampleRate = 8_000, peakDb = -12 }: ToneOptions): Sound {
  const length = Math.round((durationMs / 1_000) * sampleRate);
  const fade = Math.min(length / 2, sampleRate / 200);
  const peak = 32_767 * 10 ** (peakDb / 20);
  const samples = Int16Array.from({ length }, (_, i) => {
    const edge = Math.min(1, i / fade, (length - 1 - i) / fade);
    return Math.round(peak * edge * Math.sin((2 * Math.PI * hz * i) / sampleRate));
  });
  return { sampleRate, samples };
}

export function makeSilence(durationMs: number, sampleRate = 8_000): Sound {
  return { sampleRate, samples: new Int16Array(Math.round((durationMs / 1_000) * sampleRate)) };
}

/** One after the other; all of the same rate. */
export function join(...sounds: Sound[]): Sound {
  const sampleRate = sounds[0]?.sampleRate ?? 8_000;
  const samples = new Int16Array(sounds.reduce((sum, sound) => sum + sound.samples.length, 0));
  let at = 0;
  for (const sound of sounds) {
    if (sound.sampleRate !== sampleRate) throw new Error("Sounds of different rates cannot be joined");
    samples.set(sound.samples, at);
    at += sound.samples.length;
  }
  return { sampleRate, samples };
}

/** The part between two times; an end beyond the sound ends with the sound. */
export function between(sound: Sound, fromMs: number, toMs: number): Sound {
  const at = (ms: number): number => Math.max(0, Math.round((ms / 1_000) * sound.sampleRate));
  return { sampleRate: sound.sampleRate, samples: sound.samples.subarray(at(fromMs), at(toMs)) };
}

export function durationMs(sound: Sound): number {
  return (sound.samples.length * 1_000) / sound.sampleRate;
}

/** Below everything that 16 bits can carry. */
export const silenceDb = -100;

/** Root mean square in dB of full scale; a full-scale sine is at -3. */
export function loudnessDb({ samples }: Sound): number {
  if (samples.length === 0) return silenceDb;
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return power === 0 ? silenceDb : Math.max(silenceDb, 10 * Math.log10(power / 32_768 ** 2));
}

/**
 * How loud one frequency is, in dB of full scale as `loudnessDb` counts (Goertzel over blocks of 100 ms with a Hann
 * window, averaged): a pure tone has nearly its loudness here, and 40 dB less at 50 Hz beside it.
 */
export function toneDb(sound: Sound, hz: number): number {
  const block = Math.round(sound.sampleRate / 10);
  let power = 0;
  let blocks = 0;
  for (let start = 0; start + block <= sound.samples.length; start += block) {
    power += goertzelPower(sound.samples.subarray(start, start + block), hz / sound.sampleRate);
    blocks += 1;
  }
  if (blocks === 0) return silenceDb;
  const mean = power / blocks;
  return mean <= 0 ? silenceDb : Math.max(silenceDb, 10 * Math.log10(mean));
}

/** Power of the frequency (in cycles per sample) relative to full scale, as of a sine's root mean square. */
function goertzelPower(samples: Int16Array, frequency: number): number {
  const coefficient = 2 * Math.cos(2 * Math.PI * frequency);
  let previous = 0;
  let beforeThat = 0;
  samples.forEach((sample, i) => {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / samples.length);
    const next = (sample / 32_768) * window + coefficient * previous - beforeThat;
    beforeThat = previous;
    previous = next;
  });
  const power = previous ** 2 + beforeThat ** 2 - coefficient * previous * beforeThat;
  // The window halves the amplitude: a sine of amplitude A gives (A * N / 4)^2, and its mean square is A^2 / 2.
  return (power * 8) / samples.length ** 2;
}

export interface Hearing {
  /** Level of each frequency asked for, in dB of full scale. */
  levels: Record<number, number>;
  /** The frequencies that stand out: within 12 dB of everything together, and above -50 dB. */
  tones: number[];
  loudnessDb: number;
}

/** Which of these frequencies is in the sound. */
export function listen(sound: Sound, frequencies: readonly number[]): Hearing {
  const loudness = loudnessDb(sound);
  const levels = Object.fromEntries(frequencies.map((hz) => [hz, toneDb(sound, hz)]));
  const tones = frequencies.filter((hz) => {
    const level = levels[hz] ?? silenceDb;
    return level > -50 && level > loudness - 12;
  });
  return { levels, tones, loudnessDb: loudness };
}

/** The channels of a WAV of 16-bit PCM: for a stereo recording, left is the customer and right the agent. */
export async function readWavChannels(path: string): Promise<Sound[]> {
  const wav = parseWav(await readFile(path));
  if ("problem" in wav) throw new Error(`${path} cannot be read: ${wav.problem}`);
  return Array.from({ length: wav.channels }, (_, channel) => ({
    sampleRate: wav.sampleRate,
    samples: Int16Array.from(
      { length: wav.frames },
      (__, frame) => wav.samples[frame * wav.channels + channel] ?? 0,
    ),
  }));
}

export async function writeWav(path: string, sound: Sound): Promise<void> {
  await writeFile(path, encodeWav(sound.samples, sound.sampleRate, 1));
}
