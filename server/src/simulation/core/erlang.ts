/*
 * The classical formulas, for checks of the simulator and for a first guess. `n` agents, `load` in Erlang (arrivals
 * per time times handling time); other times in one and the same unit.
 *
 * Erlang B and C: A. K. Erlang, 1917. Erlang A (M/M/n+M): C. Palm, 1957; here by the integrals of the M/M/n+G queue
 * (Baccelli and Hebuterne, 1981; Zeltyn and Mandelbaum, 2005).
 */

/** The share of calls that are lost when nobody waits. By the recursion of 1/B, which is stable for any size. */
export function erlangB(n: number, load: number): number {
  if (load <= 0) return n === 0 ? 1 : 0;
  let inverse = 1;
  for (let servers = 1; servers <= n; servers += 1) {
    inverse = 1 + (inverse * servers) / load;
    if (inverse === Infinity) return 0;
  }
  return 1 / inverse;
}

/** The share of calls that wait when all are patient; 1 when the load is too much for so many. */
export function erlangC(n: number, load: number): number {
  if (n <= load) return 1;
  const blocked = erlangB(n, load);
  return blocked / (1 - (load / n) * (1 - blocked));
}

export interface ErlangCResult {
  waits: number;
  /** Infinity when the queue grows without end. */
  averageWait: number;
  /** The share that waits at most `within`. */
  serviceLevel: number;
  occupancy: number;
}

export function staffWithErlangC(parts: {
  n: number;
  callsPerTime: number;
  handling: number;
  within: number;
}): ErlangCResult {
  const { n, callsPerTime, handling, within } = parts;
  const load = callsPerTime * handling;
  const waits = erlangC(n, load);
  if (n <= load) return { waits, averageWait: Infinity, serviceLevel: 0, occupancy: 1 };
  return {
    waits,
    averageWait: (waits * handling) / (n - load),
    serviceLevel: 1 - waits * Math.exp((-(n - load) * within) / handling),
    occupancy: load / n,
  };
}

export interface ErlangAResult {
  waits: number;
  abandons: number;
  /** Of all calls, whether answered or abandoned. */
  averageWait: number;
  /** Of the answered: sum of their waits / number answered. */
  averageWaitOfAnswered: number;
  /** The share of all calls that is answered within `within`. */
  answeredWithin: number;
  /** The share of all calls that abandons within `within`. */
  abandonsWithin: number;
  occupancy: number;
}

/**
 * With patience exponential of mean `patience`. A caller who found all busy would be answered after a wait of density
 * proportional to v(x) = exp(load (patience/handling) (1 - exp(-x/patience)) - n x/handling).
 */
export function staffWithErlangA(parts: {
  n: number;
  callsPerTime: number;
  handling: number;
  patience: number;
  within: number;
}): ErlangAResult {
  const { n, callsPerTime: rate, handling, patience, within } = parts;
  const exponent = (x: number) => rate * patience * -Math.expm1(-x / patience) - (n * x) / handling;
  const load = rate * handling;
  const peakAt = load > n ? patience * Math.log(load / n) : 0;
  const peak = exponent(peakAt);
  const density = (x: number) => Math.exp(exponent(x) - peak);
  // Where the density has sunk to e^-45 of its peak, nothing more is to be had.
  let end = peakAt + handling / n;
  while (exponent(end) - peak > -45) end *= 1.5;
  const sum = (of: (x: number) => number, to = end) => integrate(of, Math.min(to, end));
  const stays = (x: number) => Math.exp(-x / patience);
  // All relative to the probability that n - 1 are busy, divided by e^peak so that nothing overflows.
  const below = Math.exp(-peak) / erlangB(n - 1, load);
  const total = below + rate * sum(density);
  const answered = (to: number) => (rate * sum((x) => density(x) * stays(x), to)) / total;
  const waits = (rate * sum(density)) / total;
  const abandons = (rate * sum((x) => density(x) * (1 - stays(x)))) / total;
  const answeredWait = (rate * sum((x) => x * density(x) * stays(x))) / total;
  const abandonsWithin =
    (rate * (sum((x) => density(x) * (1 - stays(x)), within) + (1 - stays(within)) * tail(within))) / total;
  return {
    waits,
    abandons,
    averageWait: abandons * patience,
    averageWaitOfAnswered: answeredWait / (1 - abandons),
    answeredWithin: 1 - waits + answered(within),
    abandonsWithin,
    occupancy: (load * (1 - abandons)) / n,
  };

  function tail(from: number): number {
    return from >= end ? 0 : sum(density) - sum(density, from);
  }
}

/** Simpson's rule from 0, fine enough for these smooth curves. */
function integrate(of: (x: number) => number, to: number, pieces = 4_000): number {
  if (to <= 0) return 0;
  const width = to / pieces;
  let sum = of(0) + of(to);
  for (let piece = 1; piece < pieces; piece += 1) sum += of(piece * width) * (piece % 2 === 1 ? 4 : 2);
  return (sum * width) / 3;
}
