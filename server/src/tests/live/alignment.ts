/**
 * A sound by which a recording can be measured: a steady tone, in which gaps and clicks show, and a chirp at the beginning
 * of every second, which is found to the sample. And the measuring.
 */
import type { Sound } from "../rig/tones.ts";

export const secondMs = 1_000;
const chirpMs = 100;
const chirpPeak = 11_000;
const tonePeak = 4_000;
/** Edges of the chirp, and the frames around them that packet loss may have touched, are none of the tone's. */
const guardMs = 60;

/** One second: loops without a seam, since the tone has whole periods. */
export function makeMarkedSecond(toneHz: number, sampleRate: number): Sound {
  const chirp = makeChirp(sampleRate);
  const samples = Int16Array.from({ length: sampleRate }, (_, i) =>
    Math.round((chirp[i] ?? 0) + tonePeak * Math.sin((2 * Math.PI * toneHz * i) / sampleRate)),
  );
  return { sampleRate, samples };
}

/** 700 to 2700 Hz under a Hann window. */
function makeChirp(sampleRate: number): Float64Array {
  const length = Math.round((chirpMs / 1_000) * sampleRate);
  return Float64Array.from({ length }, (_, i) => {
    const t = i / sampleRate;
    const phase = 2 * Math.PI * (700 * t + (2_000 / (2 * (chirpMs / 1_000))) * t * t);
    return chirpPeak * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length)) * Math.sin(phase);
  });
}

export interface Mark {
  /** Which second of the sender. */
  second: number;
  /** Where it begins in the recording. */
  atMs: number;
}

/** With a hole or a patch of the codec's own in it, a chirp is still more like itself than like anything else. */
const leastLikeness = 0.35;

export interface ChannelReport {
  marks: Mark[];
  /** Seconds whose mark could not be found. */
  missing: number;
  /** How far the marks stray from one second apart: the last against the first fifth, and all of them. */
  driftMs: number;
  strayMs: number;
  /** Milliseconds in which the tone is away, of the time that is between the marks. */
  silentMs: number;
  /** Steps from one sample to the next that are more than a half steeper than the tone. */
  clicks: number;
}

/** Measures one channel; `toneHz` as in `makeMarkedSecond`. */
export function measureChannel({ samples, sampleRate }: Sound, toneHz: number): ChannelReport {
  const marks = findMarks(samples, sampleRate);
  const first = marks[0];
  const strays = marks.map(({ second, atMs }) => atMs - second * secondMs);
  const fifth = Math.max(1, Math.floor(strays.length / 5));
  const middle = median(strays);
  const quiet = first ? toneRegions(marks, samples.length, sampleRate) : [];
  return {
    marks,
    missing: first
      ? Math.floor(samples.length / sampleRate - first.atMs / 1_000 - chirpMs / 1_000) + 1 - marks.length
      : 0,
    driftMs: median(strays.slice(-fifth)) - median(strays.slice(0, fifth)),
    strayMs: Math.max(0, ...strays.map((stray) => Math.abs(stray - middle))),
    silentMs: quiet.reduce((sum, region) => sum + silenceIn(samples, sampleRate, region), 0),
    clicks: quiet.reduce((sum, region) => sum + clicksIn(samples, sampleRate, toneHz, region), 0),
  };
}

/** How far the two channels move against each other, over the seconds that both have. */
export function strayBetween(
  left: readonly Mark[],
  right: readonly Mark[],
): { driftMs: number; strayMs: number } {
  const others = new Map(right.map(({ second, atMs }) => [second, atMs]));
  const gaps = left.flatMap(({ second, atMs }) => {
    const other = others.get(second);
    return other === undefined ? [] : [other - atMs];
  });
  const middle = median(gaps);
  const fifth = Math.max(1, Math.floor(gaps.length / 5));
  return {
    driftMs: median(gaps.slice(-fifth)) - median(gaps.slice(0, fifth)),
    strayMs: Math.max(0, ...gaps.map((gap) => Math.abs(gap - middle))),
  };
}

function findMarks(samples: Int16Array, sampleRate: number): Mark[] {
  const chirp = makeChirp(sampleRate);
  const marks: Mark[] = [];
  const first = best(samples, chirp, 0, Math.min(samples.length, sampleRate * 2));
  if (!first || first.likeness < 0.5) return [];
  let second = Math.floor(first.at / sampleRate);
  let expected = first.at - second * sampleRate;
  for (second = 0; ; second += 1, expected += sampleRate) {
    if (expected + chirp.length > samples.length) return marks;
    const window = sampleRate / 5;
    const found = best(samples, chirp, Math.max(0, expected - window), expected + window + chirp.length);
    if (!found || found.likeness < leastLikeness) continue;
    marks.push({ second, atMs: (found.at / sampleRate) * 1_000 });
    expected = found.at;
  }
}

/** The place where the samples are most like the pattern, by normalised correlation. */
function best(
  samples: Int16Array,
  pattern: Float64Array,
  from: number,
  to: number,
): { at: number; likeness: number } | null {
  let found: { at: number; likeness: number } | null = null;
  const own = Math.sqrt(pattern.reduce((sum, value) => sum + value * value, 0));
  const last = Math.min(to, samples.length) - pattern.length;
  for (let at = Math.max(0, Math.round(from)); at <= last; at += 1) {
    let product = 0;
    let power = 0;
    for (let i = 0; i < pattern.length; i += 1) {
      const sample = samples[at + i] ?? 0;
      product += sample * (pattern[i] ?? 0);
      power += sample * sample;
    }
    const likeness = power === 0 ? 0 : product / (own * Math.sqrt(power));
    if (!found || likeness > found.likeness) found = { at, likeness };
  }
  return found;
}

interface Region {
  from: number;
  to: number;
}

/** Between the marks, where only the tone is. */
function toneRegions(marks: readonly Mark[], length: number, sampleRate: number): Region[] {
  const at = (ms: number) => Math.round((ms / 1_000) * sampleRate);
  return marks.map(({ atMs }, i) => {
    const next = marks[i + 1]?.atMs ?? Infinity;
    // A mark that was not found is a chirp all the same.
    return {
      from: at(atMs + chirpMs + guardMs),
      to: Math.min(length, at(Math.min(next, atMs + secondMs) - guardMs)),
    };
  });
}

function silenceIn(samples: Int16Array, sampleRate: number, { from, to }: Region): number {
  const block = sampleRate / 100;
  let silent = 0;
  for (let at = from; at + block <= to; at += block) {
    let power = 0;
    for (let i = at; i < at + block; i += 1) power += (samples[i] ?? 0) ** 2;
    if (Math.sqrt(power / block) < tonePeak / 8) silent += 10;
  }
  return silent;
}

function clicksIn(samples: Int16Array, sampleRate: number, toneHz: number, { from, to }: Region): number {
  const steepest = 2 * tonePeak * Math.sin((Math.PI * toneHz) / sampleRate) * 1.5;
  let clicks = 0;
  for (let i = from + 1; i < to; i += 1) {
    if (Math.abs((samples[i] ?? 0) - (samples[i - 1] ?? 0)) > steepest) clicks += 1;
  }
  return clicks;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
