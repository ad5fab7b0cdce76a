/** A sine of `frequency` hertz at 8 kHz, from the phase that sample `offset` of the same tone has. */
export function sine(frequency: number, count: number, offset = 0, peak = 8000): Int16Array {
  const samples = new Int16Array(count);
  for (let i = 0; i < count; i++) {
    samples[i] = Math.round(peak * Math.sin((2 * Math.PI * frequency * (offset + i)) / 8000));
  }
  return samples;
}

/** The share of the energy of `samples` that lies at `frequency` (Goertzel): about 1 for a pure tone. */
export function shareOfTone(samples: ArrayLike<number>, frequency: number, rate = 8000): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / rate);
  let before = 0;
  let beforeThat = 0;
  let energy = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    const now = sample + coefficient * before - beforeThat;
    beforeThat = before;
    before = now;
    energy += sample * sample;
  }
  if (energy === 0) return 0;
  const power = before * before + beforeThat * beforeThat - coefficient * before * beforeThat;
  return (2 * power) / (samples.length * energy);
}

/** Root mean square. */
export function loudness(samples: ArrayLike<number>): number {
  let energy = 0;
  for (let i = 0; i < samples.length; i++) energy += samples[i]! ** 2;
  return samples.length === 0 ? 0 : Math.sqrt(energy / samples.length);
}
