import { describe, expect, it } from "vitest";
import { dueNow, isBehindNat } from "./nat-binding.ts";
import type { Binding } from "./registration-table.ts";

const binding = (contact: string, address: string, port = 5060, transport = "udp"): Binding => ({
  ...{ personId: "p", kind: "desk-phone", username: "u", contact, callId: "c", cseq: 1 },
  source: { address, port, transport, edge: "edge" },
  ...{ registeredAt: 0, expiresAt: 1 },
});

describe("phones behind NAT", () => {
  it("are known by a contact that isn't where they send from, over UDP", () => {
    expect(isBehindNat(binding("sip:u@192.168.1.7:5060", "203.0.113.5"))).toBe(true);
    expect(isBehindNat(binding("sip:u@203.0.113.5:5062", "203.0.113.5"))).toBe(false);
    expect(isBehindNat(binding("sip:u@192.168.1.7", "203.0.113.5", 5060, "tcp"))).toBe(false);
  });
  it("hear from us once a round each, spread over it", () => {
    const phones = [5060, 5061, 5079, 40_000].map((port) => binding("sip:u@10.0.0.1", "203.0.113.5", port));
    const open = binding("sip:u@203.0.113.5", "203.0.113.5");
    const heard = Array.from({ length: 20 }, (_, second) => dueNow([...phones, open], second + 7));
    expect(heard.flat()).toHaveLength(phones.length);
    expect(new Set(heard.flat())).toEqual(new Set(phones));
    expect(Math.max(...heard.map(({ length }) => length))).toBe(2);
  });
});
