/**
 * Makes music/hold.wav again: `npx tsx server/assets/make-music.ts`. Calm, slow, and a loop without a seam: notes
 * are added modulo the length of the loop, so that whatever still sounds at the end goes on at the beginning.
 * Everything here is computed; nothing is sampled or quoted.
 */
import { writeFileSync } from "node:fs";

const sampleRate = 8_000;
const beatSeconds = 60 / 58;
const beatsPerBar = 4;
/** MIDI notes of each bar's chord, from low to high; bar by bar, one loop. */
const bars: readonly (readonly number[])[] = [
  [48, 55, 64, 71, 74], // Cmaj9
  [45, 52, 60, 67, 71], // Am9
  [41, 53, 57, 64, 67], // Fmaj9
  [43, 50, 59, 62, 69], // G6 add9
  [48, 55, 64, 71, 74],
  [40, 52, 55, 62, 67], // Em7
  [41, 53, 57, 64, 67],
  [43, 50, 57, 60, 65], // G11
  [45, 52, 60, 64, 71], // Am add9
  [40, 52, 59, 62, 67], // Em7
  [41, 53, 57, 60, 67], // F add9
  [48, 52, 55, 64, 67], // C
  [38, 50, 57, 60, 65], // Dm7
  [45, 52, 60, 67, 71],
  [41, 53, 57, 64, 67],
  [43, 50, 55, 62, 69], // G sus
  [48, 55, 64, 67, 74],
  [43, 50, 59, 62, 67], // G
];
/** Which chord tone the bell plays on each half beat; null is a rest. Bars take these patterns in turn. */
const patterns: readonly (readonly (number | null)[])[] = [
  [2, null, 3, null, 4, null, 3, null],
  [null, 3, null, 4, null, null, 2, null],
  [4, null, null, 3, null, 2, null, null],
  [2, null, 4, null, null, 3, null, null],
];

const barSeconds = beatsPerBar * beatSeconds;
const length = Math.round(bars.length * barSeconds * sampleRate);

interface Voice {
  /** Gains of the harmonics, the fundamental first. */
  harmonics: readonly number[];
  attackSeconds: number;
  releaseSeconds: number;
  /** Time constant of the decay while the note is held. */
  decaySeconds: number;
  /** Two copies this far apart make it breathe. */
  detuneCents: number;
}

const pad: Voice = {
  harmonics: [1, 0.35, 0.16, 0.06],
  attackSeconds: 1.1,
  releaseSeconds: 1.8,
  decaySeconds: 20,
  detuneCents: 5,
};
const bell: Voice = {
  harmonics: [1, 0.22, 0.05, 0.03],
  attackSeconds: 0.012,
  releaseSeconds: 1.2,
  decaySeconds: 0.9,
  detuneCents: 2,
};
const bass: Voice = {
  harmonics: [1, 0.5, 0.22, 0.1, 0.05],
  attackSeconds: 0.06,
  releaseSeconds: 0.7,
  decaySeconds: 2.2,
  detuneCents: 0,
};

const frequencyOf = (midi: number): number => 440 * 2 ** ((midi - 69) / 12);
const rise = (x: number): number => (x >= 1 ? 1 : 0.5 - 0.5 * Math.cos(Math.PI * x));

function envelope(voice: Voice, t: number, holdSeconds: number): number {
  const held = rise(t / voice.attackSeconds) * Math.exp(-Math.min(t, holdSeconds) / voice.decaySeconds);
  return t <= holdSeconds ? held : held * rise(1 - (t - holdSeconds) / voice.releaseSeconds);
}

/** Adds a note; what sticks out at the end of the loop is added at its beginning. */
function addNote(
  mix: Float64Array,
  voice: Voice,
  midi: number,
  start: number,
  hold: number,
  gain: number,
): void {
  const samples = Math.floor((hold + voice.releaseSeconds) * sampleRate);
  const offset = Math.round(start * sampleRate);
  for (const side of voice.detuneCents === 0 ? [0] : [-1, 1]) {
    const frequency = frequencyOf(midi) * 2 ** ((side * voice.detuneCents) / 2_400);
    const level = voice.detuneCents === 0 ? gain : gain / 2;
    for (let i = 0; i < samples; i += 1) {
      const t = i / sampleRate;
      const at = (offset + i) % length;
      mix[at] = (mix[at] ?? 0) + level * envelope(voice, t, hold) * tone(voice, frequency, t);
    }
  }
}

/** Harmonics above 3,200 Hz are left out: a telephone would turn them into noise. */
function tone(voice: Voice, frequency: number, t: number): number {
  return voice.harmonics.reduce((sum, gain, index) => {
    const harmonic = frequency * (index + 1);
    return harmonic > 3_200 ? sum : sum + gain * Math.sin(2 * Math.PI * harmonic * t);
  }, 0);
}

/** A small room. It runs over the loop three times and keeps the last, when it has settled: no seam here either. */
function addRoom(dry: Float64Array): Float64Array {
  const combs = [0.0297, 0.0371, 0.0411, 0.0437].map((seconds) => ({
    line: new Float64Array(Math.round(seconds * sampleRate)),
    at: 0,
    lowpassed: 0,
  }));
  const out = new Float64Array(length);
  for (let i = 0; i < 3 * length; i += 1) {
    const input = dry[i % length] ?? 0;
    let wet = 0;
    for (const comb of combs) {
      const echo = comb.line[comb.at] ?? 0;
      comb.lowpassed += 0.55 * (echo - comb.lowpassed);
      comb.line[comb.at] = input + 0.78 * comb.lowpassed;
      comb.at = (comb.at + 1) % comb.line.length;
      wet += echo;
    }
    out[i % length] = input + 0.11 * wet;
  }
  return out;
}

function compose(): Float64Array {
  const mix = new Float64Array(length);
  bars.forEach((chord, bar) => {
    const start = bar * barSeconds;
    chord.slice(1).forEach((note) => {
      addNote(mix, pad, note, start, barSeconds - 0.4, 0.14);
    });
    addNote(mix, bass, (chord[0] ?? 48) < 45 ? (chord[0] ?? 48) + 12 : (chord[0] ?? 48), start, 2.4, 0.22);
    (patterns[bar % patterns.length] ?? []).forEach((step, half) => {
      const note = step === null ? undefined : chord[step];
      if (note === undefined) return;
      const strength = half === 0 ? 0.2 : 0.15;
      addNote(mix, bell, note + 12, start + (half * beatSeconds) / 2, 0.3, strength);
    });
  });
  return addRoom(mix);
}

/** Root mean square of -22 dBFS: below the speech, which is at -18. */
function toPcm16(samples: Float64Array): Buffer {
  const rms = Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
  const gain = 10 ** (-22 / 20) / rms;
  const pcm = Buffer.alloc(samples.length * 2);
  samples.forEach((x, i) => {
    const soft = Math.tanh(x * gain * 0.9) / 0.9;
    pcm.writeInt16LE(Math.round(Math.max(-1, Math.min(1, soft)) * 32_000), i * 2);
  });
  return pcm;
}

function wav(pcm: Buffer): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write("data", 36);
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}

writeFileSync(new URL("music/hold.wav", import.meta.url), wav(toPcm16(compose())));
