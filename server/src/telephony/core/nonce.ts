/**
 * Server nonces: self-contained (time and address under an HMAC), so that a flood of challenges costs no memory. Only
 * nonces that passed a digest check are remembered, to refuse replays until they expire.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

export type NonceVerdict = "good" | "stale" | "foreign";

export class Nonces {
  readonly #key: string;
  readonly #lifetimeMs: number;
  /** Nonce counts seen, by nonce; entries die with their nonce. */
  readonly #seen = new Map<string, { expiresAt: number; counts: Set<number> }>();

  constructor(key: string, lifetimeMs: number) {
    this.#key = key;
    this.#lifetimeMs = lifetimeMs;
  }

  issue(address: string, now: number): string {
    const body = `${now.toString(36)}.${randomBytes(9).toString("base64url")}`;
    return `${body}.${this.#sign(body, address)}`;
  }

  /** `foreign`: not ours, or issued to another address. */
  judge(nonce: string, address: string, now: number): NonceVerdict {
    const [time = "", random = "", signature = "", ...more] = nonce.split(".");
    if (more.length > 0 || !/^[0-9a-z]{1,11}$/.test(time)) return "foreign";
    const expected = Buffer.from(this.#sign(`${time}.${random}`, address));
    const given = Buffer.from(signature);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return "foreign";
    return now < parseInt(time, 36) + this.#lifetimeMs ? "good" : "stale";
  }

  /**
   * Marks a count of a nonce as used; false: it was used before (a replay). Call it only after the digest was found
   * right. Without qop there is no count (pass 0): such a nonce is good once.
   */
  use(nonce: string, count: number, now: number): boolean {
    this.#forget(now);
    const entry = this.#seen.get(nonce) ?? { expiresAt: now + this.#lifetimeMs, counts: new Set<number>() };
    if (entry.counts.has(count)) return false;
    entry.counts.add(count);
    this.#seen.set(nonce, entry);
    return true;
  }

  get rememberedCount(): number {
    return this.#seen.size;
  }

  /** Entries are in order of their first use, so the expired ones are at the front. */
  #forget(now: number): void {
    for (const [nonce, entry] of this.#seen) {
      if (entry.expiresAt > now) return;
      this.#seen.delete(nonce);
    }
  }

  #sign(body: string, address: string): string {
    return createHmac("sha256", this.#key)
      .update(`nonce|${body}|${address}`)
      .digest("base64url")
      .slice(0, 22);
  }
}
