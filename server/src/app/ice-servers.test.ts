import { describe, expect, it } from "vitest";
import { iceServersFor, relayCredential } from "./ice-servers.ts";

const now = Date.UTC(2026, 0, 1);
const turn = { urls: ["turn:relay.example.com:3478"], secret: "north", ttlMs: 3_600_000 };

describe("the relays' credentials", () => {
  it("are those of the TURN REST draft: computed apart from us, with OpenSSL", () => {
    // printf USERNAME | openssl dgst -sha1 -hmac SECRET -binary | base64
    expect(relayCredential({ secret: "north" }, 1_600_000_000_999, "12345")).toEqual({
      username: "1600000000:12345",
      credential: "E4KjelhonjTdYLXnaAdyZI16JQM=",
    });
    expect(relayCredential({ secret: "ключ" }, 1_433_895_918_506, "a-b_c")).toEqual({
      username: "1433895918:a-b_c",
      credential: "9TrMnzin3FRdUV/zMxZL9wCUrA8=",
    });
  });
  it("are another for each browser, and say nothing but when they end", () => {
    const [one, other] = [relayCredential(turn, now), relayCredential(turn, now)];
    expect(one.username).toMatch(/^\d{10}:[\w-]{12}$/);
    expect(one.username).not.toBe(other.username);
    expect(one.credential).not.toBe(other.credential);
  });
});

describe("the servers that a browser is told", () => {
  it("are none when none are configured", () => {
    expect(iceServersFor({ iceServers: [], turn: undefined }, now)).toEqual({
      iceServers: [],
      iceExpiresAt: null,
    });
  });
  it("carry no credential for STUN, which never ends", () => {
    const { iceServers, iceExpiresAt } = iceServersFor(
      { iceServers: ["stun:one:3478"], turn: undefined },
      now,
    );
    expect(iceServers).toEqual([{ urls: ["stun:one:3478"] }]);
    expect(iceExpiresAt).toBeNull();
  });
  it("carry the relays' credential and its end, as long as configured", () => {
    const { iceServers, iceExpiresAt } = iceServersFor({ iceServers: ["stun:one:3478"], turn }, now);
    expect(iceExpiresAt).toBe(now + 3_600_000);
    const relay = iceServers[1];
    expect(relay?.username).toMatch(new RegExp(`^${(now + 3_600_000) / 1_000}:`));
    const id = relay?.username?.split(":")[1];
    expect(relay?.credential).toBe(relayCredential(turn, now + 3_600_000, id).credential);
  });
  it("are relays by UDP, TCP and TLS in this order, however they were written", () => {
    const urls = ["turns:relay:5349", "turn:relay:443?transport=tcp", "turn:relay:3478"];
    const { iceServers } = iceServersFor({ iceServers: [], turn: { ...turn, urls } }, now);
    expect(iceServers[0]?.urls).toEqual([
      "turn:relay:3478?transport=udp",
      "turn:relay:443?transport=tcp",
      "turn:relay:3478?transport=tcp",
      "turns:relay:5349",
    ]);
  });
});
