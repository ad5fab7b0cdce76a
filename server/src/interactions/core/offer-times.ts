/** How long offers took lately, as percentiles, in a space that does not grow. Times are milliseconds. */

const windowMs = 15 * 60_000;
const slots = 15;
const slotMs = windowMs / slots;
/** Each bucket is 2^(1/8), 9 %, wider than the one before: a percentile is told within 5 % of the true one. */
const bucketsPerDoubling = 8;
const leastMs = 0.1;
const mostMs = 120_000;
const buckets = Math.ceil(Math.log2(mostMs / leastMs) * bucketsPerDoubling) + 1;

export interface OfferTimeFigures {
  p50: number;
  p99: number;
  offers: number;
}

/**
 * Time to offer over the last 15 minutes, kept as a histogram for each minute. What is older falls out a minute at
 * a time, so the figures are of the last 14 to 15 minutes. Longer than two minutes counts as two minutes.
 */
export class OfferTimes {
  readonly #slots = Array.from({ length: slots }, () => ({ minute: -1, counts: new Uint32Array(buckets) }));
  readonly #sum = new Uint32Array(buckets);
  #offers = 0;
  #minute = -1;

  add(timeToOfferMs: number, at: number): void {
    this.#forget(at);
    // A clock that was set back: counted with the newest.
    const slot = this.#slots[this.#minute % slots];
    const bucket = bucketOf(timeToOfferMs);
    if (slot === undefined) return;
    slot.minute = this.#minute;
    slot.counts[bucket] = (slot.counts[bucket] ?? 0) + 1;
    this.#sum[bucket] = (this.#sum[bucket] ?? 0) + 1;
    this.#offers += 1;
  }

  /** Null when there was no offer in the window. Nearest rank, told as the middle of its bucket. */
  figures(now: number): OfferTimeFigures | null {
    this.#forget(now);
    if (this.#offers === 0) return null;
    return { p50: this.#percentile(0.5), p99: this.#percentile(0.99), offers: this.#offers };
  }

  #percentile(share: number): number {
    let left = Math.ceil(share * this.#offers);
    const bucket = this.#sum.findIndex((count) => (left -= count) <= 0);
    return middleOf(bucket);
  }

  #forget(at: number): void {
    this.#minute = Math.max(this.#minute, Math.floor(at / slotMs));
    for (const slot of this.#slots) {
      if (slot.minute < 0 || slot.minute > this.#minute - slots) continue;
      slot.minute = -1;
      for (const [bucket, count] of slot.counts.entries()) {
        this.#sum[bucket] = (this.#sum[bucket] ?? 0) - count;
        this.#offers -= count;
      }
      slot.counts.fill(0);
    }
  }
}

function bucketOf(ms: number): number {
  if (!(ms > leastMs)) return 0;
  return Math.min(buckets - 1, Math.ceil(Math.log2(ms / leastMs) * bucketsPerDoubling));
}

/** Three digits are more than the buckets know. */
function middleOf(bucket: number): number {
  if (bucket === 0) return leastMs;
  return Number((leastMs * 2 ** ((bucket - 0.5) / bucketsPerDoubling)).toPrecision(3));
}
