export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Of samples in any order, by the nearest rank, rounded to a microsecond when the samples are milliseconds. */
export function percentiles(samples: ArrayLike<number>): Percentiles {
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number): number => {
    const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
    return Math.round((sorted[rank] ?? NaN) * 1_000) / 1_000;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
