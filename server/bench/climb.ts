/** Rising rates until one is too much. */

export interface Climb<L> {
  /** The fastest that was good; null: not even the slowest. */
  best: L | null;
  /** Every one that was tried, in order. */
  tried: L[];
}

/** Ever faster until a rate fails twice: once may be the machine's fault. */
export async function climb<L>(
  rates: readonly number[],
  isGood: (load: L) => boolean,
  run: (rate: number) => Promise<L>,
): Promise<Climb<L>> {
  const tried: L[] = [];
  let best: L | null = null;
  for (const rate of rates) {
    const first = await run(rate);
    tried.push(first);
    const good = isGood(first) ? first : await run(rate);
    if (good !== first) tried.push(good);
    if (!isGood(good)) break;
    best = good;
  }
  return { best, tried };
}

/** The rates to try: those of BENCH_RATES (comma separated) when it is set. Throws when one is no number above zero. */
export function ratesOr(usual: readonly number[]): readonly number[] {
  const asked = process.env["BENCH_RATES"];
  if (asked === undefined) return usual;
  const rates = asked.split(",").map(Number);
  if (rates.every((rate) => rate > 0 && Number.isFinite(rate))) return rates;
  throw new Error(`BENCH_RATES has calls a second, separated by commas, and not "${asked}"`);
}
