import { describe, expect, it } from "vitest";
import { neededCandidate, relaysOf } from "./ice-servers.ts";

const account = { username: "1:x", credential: "y" };

describe("relays", () => {
  it("are each URL for itself, with its way, its address and the account", () => {
    const urls = [
      "turn:relay.example",
      "turn:relay.example:80?transport=tcp",
      "turns:relay.example",
      "turns:[2001:db8::7]:443?transport=tcp",
    ];
    const relays = relaysOf([{ urls: ["stun:relay.example"] }, { urls, ...account }]);
    expect(relays.map(({ way, address }) => `${way} ${address}`)).toEqual([
      "udp relay.example:3478",
      "tcp relay.example:80",
      "tls relay.example:5349",
      "tls [2001:db8::7]:443",
    ]);
    expect(relays[0]?.server).toEqual({ urls: ["turn:relay.example"], ...account });
  });
  it("decide which candidates an offer waits for", () => {
    expect(neededCandidate([])).toBe("host");
    expect(neededCandidate([{ urls: ["stun:one"] }])).toBe("srflx");
    expect(neededCandidate([{ urls: ["stun:one"] }, { urls: ["turn:two"], ...account }])).toBe("relay");
  });
});
