/** Token buckets by key (a source address), with a bound on how many keys are remembered. */
export class TokenBuckets {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #mostKeys: number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(options: { perSecond: number; burst: number; mostKeys?: number }) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#mostKeys = options.mostKeys ?? 10_000;
  }

  /** Takes a token; false when the key has spent its own. */
  take(key: string, now: number): boolean {
    const bucket = this.#buckets.get(key) ?? { tokens: this.#burst, at: now };
    bucket.tokens = Math.min(
      this.#burst,
      bucket.tokens + (Math.max(0, now - bucket.at) * this.#perSecond) / 1000,
    );
    bucket.at = now;
    const isAllowed = bucket.tokens >= 1;
    if (isAllowed) bucket.tokens -= 1;
    // Re-inserted at the end: the map's order is by last use, and the longest unused key is forgotten first.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#mostKeys) {
      const oldest = this.#buckets.keys().next().value;
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return isAllowed;
  }

  get size(): number {
    return this.#buckets.size;
  }
}

/** Keys that were added lately; bounded like the buckets. */
export class RecentSet {
  readonly #lifetimeMs: number;
  readonly #mostKeys: number;
  readonly #until = new Map<string, number>();

  constructor(options: { lifetimeMs: number; mostKeys?: number }) {
    this.#lifetimeMs = options.lifetimeMs;
    this.#mostKeys = options.mostKeys ?? 10_000;
  }

  add(key: string, now: number): void {
    this.#until.delete(key);
    this.#until.set(key, now + this.#lifetimeMs);
    if (this.#until.size <= this.#mostKeys) return;
    const oldest = this.#until.keys().next().value;
    if (oldest !== undefined) this.#until.delete(oldest);
  }

  has(key: string, now: number): boolean {
    return (this.#until.get(key) ?? 0) > now;
  }
}
