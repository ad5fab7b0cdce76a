import { describe, expect, it } from "vitest";
import { pathOf } from "./media-path.ts";

describe("the way of a call's sound", () => {
  it("is direct from any address of our own, whoever told us of it", () => {
    for (const candidateType of ["host", "srflx", "prflx"]) expect(pathOf({ candidateType })).toBe("direct");
  });
  it("is the relay, by the way in which we talk to it", () => {
    expect(pathOf({ candidateType: "relay", relayProtocol: "udp" })).toBe("relay-udp");
    expect(pathOf({ candidateType: "relay", relayProtocol: "tcp" })).toBe("relay-tcp");
    expect(pathOf({ candidateType: "relay", relayProtocol: "tls" })).toBe("relay-tls");
    expect(pathOf({ candidateType: "relay" })).toBe("relay-udp");
  });
});
