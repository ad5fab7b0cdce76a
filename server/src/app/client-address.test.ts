import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { clientAddressOf } from "./client-address.ts";

const from = (remoteAddress: string, forwarded?: string) =>
  ({
    headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
    socket: { remoteAddress },
  }) as unknown as IncomingMessage;

describe("the address of a client", () => {
  it("is the connection's, whatever it claims, when no proxy is trusted", () => {
    expect(clientAddressOf([])(from("198.51.100.7", "203.0.113.9"))).toBe("198.51.100.7");
  });

  it("is what a trusted proxy saw, also over a dual-stack socket", () => {
    const addressOf = clientAddressOf(["10.0.0.0/8", "loopback"]);
    expect(addressOf(from("10.1.2.3", "203.0.113.9"))).toBe("203.0.113.9");
    expect(addressOf(from("::ffff:127.0.0.1", "203.0.113.9"))).toBe("203.0.113.9");
    expect(addressOf(from("::1", "2001:db8::9"))).toBe("2001:db8::9");
  });

  it("is the last one that is no proxy's: what stands before may be made up", () => {
    const addressOf = clientAddressOf(["10.0.0.0/8"]);
    expect(addressOf(from("10.1.2.3", "192.0.2.66, 203.0.113.9, 10.9.9.9"))).toBe("203.0.113.9");
  });

  it("is the connection's for a stranger who pretends to be a proxy, and the proxy's when it says nothing", () => {
    const addressOf = clientAddressOf(["10.0.0.1"]);
    expect(addressOf(from("198.51.100.7", "203.0.113.9"))).toBe("198.51.100.7");
    expect(addressOf(from("10.0.0.1"))).toBe("10.0.0.1");
  });
});
