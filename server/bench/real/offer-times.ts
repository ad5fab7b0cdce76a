/** The time to offer as the program itself reports it: `ringdown_time_to_offer_seconds` of its metrics endpoint. */

/** Cumulative counts by upper bound in seconds (Infinity included), over all queues. */
export type Buckets = ReadonlyMap<number, number>;

export async function readOfferTimes(metricsUrl: string): Promise<Buckets> {
  const text = await (await fetch(metricsUrl)).text();
  const buckets = new Map<number, number>();
  for (const [, le = "", count] of text.matchAll(
    /^ringdown_time_to_offer_seconds_bucket\{[^}]*le="([^"]+)"[^}]*\} (\d+)/gm,
  )) {
    const bound = le === "+Inf" ? Infinity : Number(le);
    buckets.set(bound, (buckets.get(bound) ?? 0) + Number(count));
  }
  return buckets;
}

/** The upper bound, in seconds, under which this share of what came between the two looks lies; null: nothing came. */
export function quantileBetween(before: Buckets, after: Buckets, share: number): number | null {
  const rows = [...after].toSorted(([a], [b]) => a - b);
  const since = rows.map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const);
  const total = since.at(-1)?.[1] ?? 0;
  return total === 0 ? null : (since.find(([, count]) => count >= share * total)?.[0] ?? null);
}
