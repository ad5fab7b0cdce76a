/** Frequencies in hertz, sounded together; then silence. */
interface Tone {
  frequencies: number[];
  durationMs: number;
  waitMs: number;
  volumeDb: number;
}

const maximumSamples = 8000 * 60 * 10;

const dtmf: Record<string, number[]> = Object.fromEntries(
  ["123A", "456B", "789C", "*0#D"].flatMap((row, y) =>
    Array.from(row, (key, x) => [key, [[697, 770, 852, 941][y]!, [1209, 1336, 1477, 1633][x]!]]),
  ),
);

interface ToneSettings {
  durationMs: number;
  waitMs: number;
  volumeDb: number;
  repeats: number;
  wholeRepeats: number;
}

function applySetting(settings: ToneSettings, name: string, value: number): void {
  if (Number.isNaN(value)) return;
  if (name === "d") settings.durationMs = value;
  if (name === "w") settings.waitMs = value;
  if (name === "v" && value <= 0 && value >= -63) settings.volumeDb = value;
  if (name === "l") settings.repeats = value;
  if (name === "L" && value > 0) settings.wholeRepeats = value;
}

function parseTones(text: string, settings: ToneSettings): Tone[] {
  const tones: Tone[] = [];
  for (const match of text.matchAll(/([^\s(])(?:\(([^)]*)\)?)?/g)) {
    const [, symbol, list] = match;
    const numbers = list?.split(",").map(Number.parseFloat) ?? [];
    const frequencies = symbol === "%" ? numbers.slice(2) : dtmf[symbol!.toUpperCase()];
    if (frequencies === undefined || frequencies.length === 0 || frequencies.some(Number.isNaN)) continue;
    const tone = {
      frequencies: frequencies.filter((f) => f > 0),
      durationMs: list === undefined ? settings.durationMs : numbers[0] || 0,
      waitMs: list === undefined ? settings.waitMs : numbers[1] || 0,
      volumeDb: settings.volumeDb,
    };
    const times = Math.max(1, Math.min(settings.repeats, 1000));
    for (let i = 0; i < times; i++) tones.push(tone);
    settings.repeats = 0;
  }
  return tones;
}

/** dBm0 to the peak of a sine, as libteletone scales it (3.14 + 3.02 dBm0 is full scale). */
function peakOf(volumeDb: number): number {
  return 10 ** ((volumeDb - 6.16) / 20) * 32767 * Math.SQRT2;
}

function render(tones: Tone[], sampleRate: number): Int16Array {
  const perMs = sampleRate / 1000;
  const lengths = tones.map((tone) => Math.floor((tone.durationMs + tone.waitMs) * perMs));
  const total = Math.min(
    maximumSamples,
    lengths.reduce((sum, length) => sum + Math.max(0, length), 0),
  );
  const samples = new Int16Array(total);
  let offset = 0;
  for (const [index, tone] of tones.entries()) {
    const sounding = Math.min(Math.floor(tone.durationMs * perMs), total - offset);
    const peak = peakOf(tone.volumeDb) / Math.max(1, tone.frequencies.length);
    for (let i = 0; i < sounding; i++) {
      let sum = 0;
      for (const frequency of tone.frequencies) sum += Math.sin((2 * Math.PI * frequency * i) / sampleRate);
      samples[offset + i] = Math.max(-32768, Math.min(32767, Math.round(sum * peak)));
    }
    offset = Math.min(total, offset + Math.max(0, lengths[index]!));
  }
  return samples;
}

/** The audio of one pass through a tone description, and how often to play it (-1: for ever). */
export interface ToneAudio {
  samples: Int16Array;
  loops: number;
}

/**
 * Renders what follows `tone_stream://`: libteletone's language of `%(on,off,f1,f2)`, DTMF keys,
 * `v=` `d=` `w=` `l=` `L=`, and mod_tone_stream's `;loops=`. Undefined if nothing sounds.
 */
export function renderToneStream(description: string, sampleRate: number): ToneAudio | undefined {
  const [, body = "", loopText] = /^(.*?)(?:;loops=(-?\d+).*)?$/is.exec(description) ?? [];
  const settings = { durationMs: 250, waitMs: 62.5, volumeDb: -7, repeats: 0, wholeRepeats: 1 };
  // libteletone's defaults are 2000 and 500 samples at 8 kHz.
  const tones: Tone[] = [];
  for (const part of body.split(";")) {
    const setting = /^\s*([a-zA-Z<>+])=(.*)$/.exec(part);
    if (setting) applySetting(settings, setting[1]!, Number.parseFloat(setting[2]!));
    else tones.push(...parseTones(part, settings));
  }
  const repeated = Array.from({ length: Math.min(settings.wholeRepeats, 1000) }, () => tones).flat();
  const samples = render(repeated, sampleRate);
  return samples.length === 0 ? undefined : { samples, loops: loopText ? Number(loopText) : 1 };
}
