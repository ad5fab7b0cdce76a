import { describe, expect, it } from "vitest";
import { addressTowards } from "./media-address.ts";

const networks = [
  { address: "127.0.0.1", prefixLength: 8 },
  { address: "10.1.2.3", prefixLength: 24 },
];

describe("the address in a session description", () => {
  it("is the machine's own when no NAT is known of", () => {
    const own = { address: "10.1.2.3", external: undefined, networks };
    for (const remote of ["198.51.100.7", "10.1.2.9", "127.0.0.1", undefined])
      expect(addressTowards(remote, own)).toBe("10.1.2.3");
  });
  it("is the external one towards the world, the internal one within the machine's own networks", () => {
    const own = { address: "10.1.2.3", external: "203.0.113.5", networks };
    expect(addressTowards("198.51.100.7", own)).toBe("203.0.113.5");
    expect(addressTowards("10.1.3.9", own)).toBe("203.0.113.5");
    expect(addressTowards("10.1.2.9", own)).toBe("10.1.2.3");
    expect(addressTowards("127.0.0.1", own)).toBe("127.0.0.1");
  });
  it("is the external one towards whoever has no address yet: an offer of ours, ICE, a name", () => {
    const own = { address: "10.1.2.3", external: "203.0.113.5", networks };
    for (const remote of [undefined, "0.0.0.0", "phone.example", "2001:db8::1"])
      expect(addressTowards(remote, own)).toBe("203.0.113.5");
  });
});
