import { describe, expect, it } from "vitest";
import { chooseAdvertisedHost, type LocalAddress } from "./advertised-address.ts";

const locals: readonly LocalAddress[] = [
  { address: "127.0.0.1", family: "IPv4", prefixLength: 8, isLoopback: true },
  { address: "192.168.1.20", family: "IPv4", prefixLength: 24, isLoopback: false },
  { address: "10.8.0.2", family: "IPv4", prefixLength: 16, isLoopback: false },
  { address: "::1", family: "IPv6", prefixLength: 128, isLoopback: true },
  { address: "2001:db8::20", family: "IPv6", prefixLength: 64, isLoopback: false },
];

describe("what a listener calls itself", () => {
  it.each([
    ["loopback towards loopback", "0.0.0.0", "127.0.0.1", "203.0.113.9", "127.0.0.1"],
    ["its own address towards its own network", "0.0.0.0", "192.168.1.77", "203.0.113.9", "192.168.1.20"],
    ["the address of the other network there", "0.0.0.0", "10.8.3.3", "203.0.113.9", "10.8.0.2"],
    ["the external address towards the world", "0.0.0.0", "198.51.100.1", "203.0.113.9", "203.0.113.9"],
    ["an outward address without an external one", "0.0.0.0", "198.51.100.1", undefined, "192.168.1.20"],
    ["what it is bound to", "10.8.0.2", "198.51.100.1", undefined, "10.8.0.2"],
    ["an IPv6 address over IPv6", "::", "2001:db8:1::1", undefined, "2001:db8::20"],
    ["an IPv4 address to IPv4 peers of an IPv6 socket", "::", "192.168.1.77", undefined, "192.168.1.20"],
  ])("is %s", (_, listenHost, remoteHost, externalAddress, expected) => {
    expect(chooseAdvertisedHost(listenHost, remoteHost, externalAddress, locals)).toBe(expected);
  });
});
