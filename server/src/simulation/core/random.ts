/**
 * Chance from a seed: the same seed gives the same run, on every machine. sfc32 (Chris Doty-Humphrey's Small Fast
 * Counter, 128 bits of state), seeded through splitmix32.
 */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
}

/** A generator for these numbers; different numbers give unrelated ones. */
export function createRandom(...seed: readonly number[]): Random {
  let hash = 0x9e3779b9;
  for (const part of seed) {
    hash = mix(hash ^ (part >>> 0));
    hash = mix(hash ^ Math.floor(part / 2 ** 32));
  }
  const word = () => {
    hash = (hash + 0x9e3779b9) | 0;
    return mix(hash);
  };
  let [a, b, c, counter] = [word(), word(), word(), 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let warming = 0; warming < 12; warming += 1) next();
  return { next };
}

function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return hash ^ (hash >>> 15);
}
