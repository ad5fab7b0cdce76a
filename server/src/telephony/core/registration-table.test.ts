import { describe, expect, it } from "vitest";
import type { Binding } from "./registration-table.ts";
import { mostContactsPerAccount, RegistrationTable } from "./registration-table.ts";

const softphone = (rest: Partial<Binding> = {}): Binding => ({
  ...{ personId: "p1", kind: "softphone", username: "u1", contact: "sip:x@a.invalid;transport=ws" },
  source: { address: "127.0.0.1", port: 40_001, transport: "ws", edge: "edge:9022" },
  ...{ callId: "c1", cseq: 1, registeredAt: 1_000, expiresAt: 61_000 },
  ...rest,
});
const desk = (n: number, rest: Partial<Binding> = {}): Binding => ({
  ...softphone({ kind: "desk-phone", username: "desk1", contact: `sip:desk1@192.0.2.${n}`, callId: `d${n}` }),
  source: { address: `192.0.2.${n}`, port: 5060, transport: "udp", edge: "edge:9022" },
  registeredAt: 1_000 + n,
  ...rest,
});

describe("registrations", () => {
  it("are added once and refreshed", () => {
    const table = new RegistrationTable();
    expect(table.put(softphone())).toMatchObject({ added: { username: "u1" }, removed: [] });
    expect(table.put(softphone({ cseq: 2, username: "u2", expiresAt: 99_000 }))).toEqual({
      added: null,
      removed: [],
    });
    expect(table.of("p1")).toHaveLength(1);
    expect(table.of("p1")[0]?.expiresAt).toBe(99_000);
    expect(table.nextExpiry()).toBe(99_000);
  });

  it("ignore a message that was overtaken", () => {
    const table = new RegistrationTable();
    table.put(softphone({ cseq: 5 }));
    expect(table.put(softphone({ cseq: 5 }))).toBe("stale");
    expect(table.put(softphone({ cseq: 4 }))).toBe("stale");
    expect(table.put(softphone({ cseq: 1, callId: "another" }))).not.toBe("stale");
  });

  it("of a softphone are replaced by one from another connection; desk phones stay", () => {
    const table = new RegistrationTable();
    table.put(desk(1));
    table.put(softphone());
    const newer = softphone({
      source: { address: "127.0.0.1", port: 40_002, transport: "ws", edge: "edge:9022" },
    });
    expect(table.put(newer)).toMatchObject({ added: newer, removed: [{ cause: "replaced" }] });
    expect(table.of("p1").map(({ kind }) => kind)).toEqual(["softphone", "desk-phone"]);
  });

  it("of a person are rung softphone first, then the newest desk phone", () => {
    const table = new RegistrationTable();
    for (const n of [1, 3, 2]) table.put(desk(n));
    expect(table.of("p1").map(({ callId }) => callId)).toEqual(["d3", "d2", "d1"]);
    table.put(softphone());
    expect(table.of("p1")[0]?.kind).toBe("softphone");
    expect(table.hasDeskPhone("desk1")).toBe(true);
    expect(table.hasDeskPhone("u1")).toBe(false);
  });

  it("of one account are bounded: the oldest makes room", () => {
    const table = new RegistrationTable();
    for (let n = 1; n <= mostContactsPerAccount; n++) table.put(desk(n));
    expect(table.put(desk(100))).toMatchObject({
      removed: [{ binding: { callId: "d1" }, cause: "replaced" }],
    });
    expect(table.size).toBe(mostContactsPerAccount);
  });

  it("expire, and are removed by what they match", () => {
    const table = new RegistrationTable();
    table.put(softphone({ expiresAt: 10 }));
    table.put(desk(1, { expiresAt: 20 }));
    expect(table.expire(9).removed).toEqual([]);
    expect(table.expire(10)).toMatchObject({
      removed: [{ cause: "expired", binding: { kind: "softphone" } }],
    });
    expect(table.remove(({ username }) => username === "desk1", "unregistered").removed).toHaveLength(1);
    expect(table.size).toBe(0);
    expect(table.nextExpiry()).toBeNull();
  });
});
