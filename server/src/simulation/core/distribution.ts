import type { Random } from "./random.ts";

/** How long something takes. Milliseconds. */
export type Distribution =
  | { type: "constant"; ms: number }
  | { type: "exponential"; meanMs: number }
  /** Of this mean and coefficient of variation: what talk times look like. */
  | { type: "lognormal"; meanMs: number; variation: number }
  /** One of the values that were measured. */
  | { type: "empirical"; valuesMs: readonly number[] };

export function sample(distribution: Distribution, random: Random): number {
  switch (distribution.type) {
    case "constant":
      return distribution.ms;
    case "exponential":
      return drawExponential(distribution.meanMs, random);
    case "lognormal":
      return drawLognormal(distribution.meanMs, distribution.variation, random);
    case "empirical": {
      const { valuesMs } = distribution;
      return valuesMs[Math.floor(random.next() * valuesMs.length)] ?? 0;
    }
  }
}

export function drawExponential(mean: number, random: Random): number {
  return -Math.log(1 - random.next()) * mean;
}

function drawLognormal(mean: number, variation: number, random: Random): number {
  const variance = Math.log(1 + variation * variation);
  return Math.exp(Math.log(mean) - variance / 2 + Math.sqrt(variance) * drawNormal(random));
}

/** Box and Muller. */
function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
