import { describe, expect, it } from "vitest";
import { latchOnto } from "./latch.ts";

const at = (address: string, port = 4000) => ({ address, port });

describe("symmetric RTP", () => {
  it("takes packets from the described address and follows its port", () => {
    expect(latchOnto(at("198.51.100.1"), at("198.51.100.1"), at("198.51.100.1"))).toEqual(at("198.51.100.1"));
    expect(latchOnto(at("198.51.100.1"), at("198.51.100.1"), at("198.51.100.1", 6000))?.port).toBe(6000);
  });

  it("drops packets from anybody else", () => {
    expect(latchOnto(at("198.51.100.1"), at("198.51.100.1"), at("203.0.113.9"))).toBeUndefined();
    expect(latchOnto(at("192.168.1.2"), at("192.168.1.2"), at("10.0.0.1"))).toBeUndefined();
  });

  it("takes the first public source for a private address, and then only that", () => {
    const nat = latchOnto(at("192.168.1.2"), at("192.168.1.2"), at("203.0.113.9", 1025))!;
    expect(nat).toEqual(at("203.0.113.9", 1025));
    expect(latchOnto(at("192.168.1.2"), nat, at("203.0.113.10"))).toBeUndefined();
    expect(latchOnto(at("192.168.1.2"), nat, at("203.0.113.9", 1030))?.port).toBe(1030);
  });
});
