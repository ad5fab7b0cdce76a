/** Samples of a sine, 16 bit. */
export function sine(hz: number, rate: number, count: number, from = 0, amplitude = 8000): Int16Array {
  return Int16Array.from({ length: count }, (_, i) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * (from + i)) / rate)),
  );
}

/** Root mean square: 0 is digital silence, a full tone of these tests is about 5,600. */
export function loudness(samples: Int16Array): number {
  if (samples.length === 0) return 0;
  return Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length);
}

/** How much of the power lies at that frequency, 0 to 1 (Goertzel). */
export function shareOfTone(samples: Int16Array, hz: number, rate: number): number {
  const total = samples.reduce((sum, s) => sum + s * s, 0);
  if (total === 0) return 0;
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let [s1, s2] = [0, 0];
  for (const sample of samples) [s1, s2] = [sample + coefficient * s1 - s2, s1];
  const power = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
  return (2 * power) / (samples.length * total);
}

/** Clearly that tone, and loud enough to be meant. */
export function isTone(samples: Int16Array, hz: number, rate: number): boolean {
  return loudness(samples) > 300 && shareOfTone(samples, hz, rate) > 0.7;
}
