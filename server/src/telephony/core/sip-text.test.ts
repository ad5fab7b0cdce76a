import { describe, expect, it } from "vitest";
import {
  parseNameAddr,
  parseParams,
  parseSipUri,
  quoteText,
  splitValues,
  userPart,
  viaTransport,
} from "./sip-text.ts";

describe("a name and an address", () => {
  it("has a display name, a URI and parameters", () => {
    const parsed = parseNameAddr('"Ann \\"A\\" <x>" <sip:ann@a.example;transport=tcp>;tag=1;expires="60"');
    expect(parsed).toMatchObject({ displayName: 'Ann "A" <x>', uri: "sip:ann@a.example;transport=tcp" });
    expect([...(parsed?.params ?? [])]).toEqual([
      ["tag", "1"],
      ["expires", "60"],
    ]);
  });

  it("without brackets gives the parameters to the header, not to the URI", () => {
    const parsed = parseNameAddr("sip:ann@a.example;tag=7");
    expect(parsed?.uri).toBe("sip:ann@a.example");
    expect(parsed?.params.get("tag")).toBe("7");
  });

  it.each(["", "   ", "<>", "<sip:a@b", "sip:a b@c", '"never ended', "<sip:a@b c>"])(
    "is null for %j",
    (text) => {
      expect(parseNameAddr(text)).toBeNull();
    },
  );

  it("is found in linear time in hostile text", () => {
    const before = performance.now();
    for (const text of ["a ".repeat(30_000), '"'.repeat(60_001), "<".repeat(60_000), ";a".repeat(30_000)]) {
      parseNameAddr(text);
      splitValues(text);
      parseParams(text);
      parseSipUri(`sip:${text}`);
    }
    expect(performance.now() - before).toBeLessThan(2_000);
  });
});

describe("a SIP URI", () => {
  it.each([
    ["sip:+15550100@host.example:5070;transport=tcp?x=y", "+15550100", "host.example", 5070],
    ["sips:ann%40home@192.0.2.1", "ann@home", "192.0.2.1", null],
    ["sip:ann:secret@[2001:db8::1]:5061", "ann", "[2001:db8::1]", 5061],
    ["SIP:host.example", "", "host.example", null],
  ])("%s", (text, user, host, port) => {
    expect(parseSipUri(text)).toMatchObject({ user, host, port });
  });

  it("may be a tel URI", () => {
    expect(parseSipUri("tel:+1-555-0100;phone-context=x")).toMatchObject({
      scheme: "tel",
      user: "+1-555-0100",
    });
  });

  it.each([
    "",
    "http://a",
    "sip:",
    "sip:a@",
    "sip:a@b:0",
    "sip:a@b:99999",
    "sip:%ff@b",
    "sip:a@b c",
    "tel:abc xyz",
  ])("is null for %j", (text) => {
    expect(parseSipUri(text)).toBeNull();
  });
});

describe("other header parts", () => {
  it("values are split at commas outside of quotes and brackets", () => {
    expect(splitValues('"a,b" <sip:x@y,z>;q=1, <sip:c@d>,')).toEqual(['"a,b" <sip:x@y,z>;q=1', "<sip:c@d>"]);
  });

  it("the transport is that of the topmost Via", () => {
    expect(viaTransport("SIP/2.0/WSS x.invalid;branch=1,SIP/2.0/UDP y")).toBe("wss");
    expect(viaTransport("SIP / 2.0 / UDP 192.0.2.1")).toBe("udp");
    expect(viaTransport(undefined)).toBeNull();
    expect(viaTransport("nonsense")).toBeNull();
  });

  it("what goes into a header can't end it", () => {
    expect(quoteText('a"b\\c\r\nVia: x')).toBe('"a\\"b\\\\c  Via: x"');
    expect(userPart("+1 555\r\n<0100>")).toBe("+15550100");
    expect(userPart("<>")).toBe("anonymous");
  });
});
