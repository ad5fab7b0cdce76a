import { describe, expect, it } from "vitest";
import { RecentSet, TokenBuckets } from "./token-bucket.ts";

describe("token buckets", () => {
  it("give a burst, then so many a second, each key its own", () => {
    const buckets = new TokenBuckets({ perSecond: 2, burst: 3 });
    const take = (now: number) => buckets.take("a", now);
    expect([take(0), take(0), take(0), take(0)]).toEqual([true, true, true, false]);
    expect(buckets.take("b", 0)).toBe(true);
    expect([take(499), take(500), take(500)]).toEqual([false, true, false]);
    expect([take(60_000), take(60_000), take(60_000), take(60_000)]).toEqual([true, true, true, false]);
  });

  it("forget the key that was used longest ago when there are too many", () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1, mostKeys: 2 });
    buckets.take("a", 0);
    buckets.take("b", 0);
    buckets.take("a", 0);
    buckets.take("c", 0);
    expect(buckets.size).toBe(2);
    expect(buckets.take("a", 0)).toBe(false);
    expect(buckets.take("b", 0)).toBe(true);
  });
});

describe("a set of recent keys", () => {
  it("forgets by time and by number", () => {
    const recent = new RecentSet({ lifetimeMs: 10, mostKeys: 2 });
    recent.add("a", 0);
    expect([recent.has("a", 9), recent.has("a", 10)]).toEqual([true, false]);
    for (const key of ["b", "c", "d"]) recent.add(key, 0);
    expect([recent.has("b", 0), recent.has("c", 0), recent.has("d", 0)]).toEqual([false, true, true]);
  });
});
