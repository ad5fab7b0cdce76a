import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  buildResponse,
  cseqOf,
  headerOf,
  nameAndUserOf,
  parameterOf,
  parseSip,
  serializeSip,
  uriOf,
} from "./sip-message.ts";

const invite = [
  "INVITE sip:drachtio@127.0.0.1:5080 SIP/2.0",
  "v: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1;rport, SIP/2.0/TCP 10.0.0.1;branch=z9hG4bK0",
  'f: "Smith, \\"J\\" <x>" <sip:+15550100@example.com>;tag=a',
  "To: <sip:drachtio@127.0.0.1>",
  "i: abc@host",
  "CSeq: 7 INVITE",
  "Subject: folded",
  "  line",
  "m: <sip:a@127.0.0.1:5060>",
  "l: 4",
  "",
  "v=0xrest",
].join("\r\n");

describe("SIP messages", () => {
  it("are read with compact names, lists, folding and exactly the announced body", () => {
    const message = parseSip(Buffer.from(invite))!;
    expect(message).toMatchObject({ method: "INVITE", uri: "sip:drachtio@127.0.0.1:5080", body: "v=0x" });
    expect(message.headers.get("via")).toHaveLength(2);
    expect(headerOf(message, "subject")).toBe("folded line");
    expect(cseqOf(message)).toEqual({ number: 7, method: "INVITE" });
    expect(parameterOf(headerOf(message, "from")!, "tag")).toBe("a");
    expect(nameAndUserOf(headerOf(message, "from")!).user).toBe("+15550100");
    expect(uriOf(headerOf(message, "contact")!)).toBe("sip:a@127.0.0.1:5060");
  });

  it("are refused when something that a reply needs is missing or the body is short", () => {
    expect(parseSip(Buffer.from(invite.replace("i: abc@host\r\n", "")))).toBeUndefined();
    expect(parseSip(Buffer.from(invite.replace("l: 4", "l: 40")))).toBeUndefined();
    expect(parseSip(Buffer.from(invite.replace("l: 4", "l: -4")))).toBeUndefined();
    expect(parseSip(Buffer.from(invite.replace("SIP/2.0\r", "SIP/3.0\r")))).toBeUndefined();
    expect(parseSip(Buffer.from("\r\n\r\n"))).toBeUndefined();
  });

  it("are answered with what RFC 3261 copies, and a tag", () => {
    const message = parseSip(Buffer.from(invite))!;
    const response = parseSip(
      serializeSip(buildResponse(message, 200, "OK", "b", [["contact", "<sip:m@h>"]], "v=0")),
    )!;
    expect(response).toMatchObject({ status: 200, reason: "OK", body: "v=0" });
    expect(response.headers.get("via")).toEqual(message.headers.get("via"));
    expect(parameterOf(headerOf(response, "to")!, "tag")).toBe("b");
    expect(headerOf(response, "call-id")).toBe("abc@host");
  });

  it("never make the parser throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        parseSip(Buffer.from(bytes));
      }),
    );
    fc.assert(
      fc.property(fc.nat(invite.length), fc.string({ maxLength: 5 }), (at, text) => {
        const message = parseSip(Buffer.from(invite.slice(0, at) + text + invite.slice(at + text.length)));
        if (message?.method) serializeSip(buildResponse(message, 400, "Bad Request", "t"));
      }),
      { numRuns: 1000 },
    );
  });
});
