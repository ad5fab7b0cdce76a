import { describe, expect, it } from "vitest";
import { afterRefusal, renewAt, socketUrl, viaTransport } from "./registration.ts";

const valid = { expiresAt: 2_000, now: 1_000 };
const expired = { expiresAt: 1_000, now: 1_000 };

describe("a refused registration", () => {
  it("is tried again when the refusal isn't about the credential", () => {
    expect(afterRefusal(503, valid, true)).toBe("retry");
  });
  it("asks for a new credential when the old one ran out", () => {
    expect(afterRefusal(403, expired, true)).toBe("new-credential");
  });
  it("gives way to a newer registration of the same person", () => {
    expect(afterRefusal(403, valid, true)).toBe("superseded");
    expect(afterRefusal(401, valid, true)).toBe("superseded");
  });
  it("asks for a new credential when the server forgot this one", () => {
    expect(afterRefusal(403, valid, false)).toBe("new-credential");
  });
});

it("renews a long credential a minute before its end, a short one at four fifths", () => {
  expect(renewAt(0, 3_600_000)).toBe(3_540_000);
  expect(renewAt(1_000, 101_000)).toBe(81_000);
});

it("finds the SIP edge on the page's own origin unless told otherwise", () => {
  expect(socketUrl("/sip", { protocol: "http:", host: "localhost:8080" })).toBe("ws://localhost:8080/sip");
  expect(socketUrl("/sip", { protocol: "https:", host: "cc.example" })).toBe("wss://cc.example/sip");
  expect(socketUrl("wss://edge.example/", { protocol: "https:", host: "cc.example" })).toBe(
    "wss://edge.example/",
  );
});

it("says in Via what the edge hears: WS behind the server that ends TLS, WSS only where the edge itself ends it", () => {
  expect(viaTransport("/sip")).toBe("WS");
  expect(viaTransport("ws://edge.example/")).toBe("WS");
  expect(viaTransport("wss://edge.example/")).toBe("WSS");
});
