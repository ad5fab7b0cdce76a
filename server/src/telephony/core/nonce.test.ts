import { describe, expect, it } from "vitest";
import { Nonces } from "./nonce.ts";

const nonces = () => new Nonces("a key", 60_000);

describe("a nonce", () => {
  it("is good for the address that it was issued to, until it is stale", () => {
    const all = nonces();
    const nonce = all.issue("192.0.2.1", 1_000_000);
    expect(all.judge(nonce, "192.0.2.1", 1_059_999)).toBe("good");
    expect(all.judge(nonce, "192.0.2.1", 1_060_000)).toBe("stale");
    expect(all.judge(nonce, "192.0.2.2", 1_000_000)).toBe("foreign");
    expect(new Nonces("another key", 60_000).judge(nonce, "192.0.2.1", 1_000_000)).toBe("foreign");
  });

  it.each(["", "a", "a.b.c", "a.b.c.d", "zzzzzzzzzzzz.b.c"])("is foreign: %j", (nonce) => {
    expect(nonces().judge(nonce, "192.0.2.1", 0)).toBe("foreign");
  });

  it("is different each time", () => {
    const all = nonces();
    expect(all.issue("a", 1)).not.toBe(all.issue("a", 1));
  });

  it("counts each use once, in any order, and is forgotten when it has expired", () => {
    const all = nonces();
    const nonce = all.issue("a", 0);
    expect(all.use(nonce, 1, 0)).toBe(true);
    expect(all.use(nonce, 3, 0)).toBe(true);
    expect(all.use(nonce, 2, 0)).toBe(true);
    expect(all.use(nonce, 2, 0)).toBe(false);
    expect(all.rememberedCount).toBe(1);
    all.use("other", 1, 60_001);
    expect(all.rememberedCount).toBe(1);
  });
});
