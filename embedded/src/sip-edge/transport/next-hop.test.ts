import { describe, expect, it } from "vitest";
import { hopOf, resolveHop } from "./next-hop.ts";

describe("the next hop of a URI (RFC 3263 section 4)", () => {
  it.each([
    ["sip:a@192.0.2.1", "udp", "192.0.2.1", 5060],
    ["sip:a@192.0.2.1:5070;transport=tcp", "tcp", "192.0.2.1", 5070],
    ["sip:192.0.2.1;transport=TLS", "tls", "192.0.2.1", 5061],
    ["sips:a@example.com", "tls", "example.com", 5061],
    ["sips:a@example.com;transport=tcp", "tls", "example.com", 5061],
    ["sips:a@example.com;transport=ws", "wss", "example.com", 443],
    ["sip:a@example.com;transport=ws", "ws", "example.com", 80],
    ["<sip:a@[2001:db8::1]:5080;lr>", "udp", "2001:db8::1", 5080],
    ["sip:a@example.com;maddr=192.0.2.9", "udp", "192.0.2.9", 5060],
  ] as const)("%s", (uri, protocol, host, port) => {
    expect(hopOf(uri, "udp")).toMatchObject({ protocol, host, port });
  });

  it.each(["tel:+15550100", "sip:a@b;transport=sctp", "nonsense", "sip:", "sip:a@b:99999", "sip:a@[::1"])(
    "there is none for %s",
    (uri) => {
      expect(hopOf(uri, "udp")).toBeUndefined();
    },
  );

  it("asks nobody about addresses, nor about the hosts of websocket contacts", async () => {
    const hop = { protocol: "udp", port: 5060, hasPort: false } as const;
    expect(await resolveHop({ ...hop, host: "192.0.2.1" })).toEqual({ host: "192.0.2.1", port: 5060 });
    expect(await resolveHop({ ...hop, host: "x7k2.invalid" })).toBeUndefined();
  });
});
