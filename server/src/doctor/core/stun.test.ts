import { describe, expect, it } from "vitest";
import { decodeAnswer, encodeRequest, lengthOf, readRelayUrl, timeLimitedCredential } from "./stun.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ""), "hex");

describe("STUN", () => {
  it("reads the sample responses of RFC 5769", () => {
    // https://www.rfc-editor.org/rfc/rfc5769#section-2.2 and 2.3
    const four = hex(`0101003c2112a442b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220
      00200008 0001a147e112a643 00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004 c07d4c96`);
    expect(decodeAnswer(four)).toMatchObject({ isSuccess: true, mappedAddress: "192.0.2.1", error: null });
    const six = hex(`010100482112a442b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220
      00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9 00080014 a382954e4be67bf11784c97c8292c275bfe3ed41
      80280004 c8fb0b4c`);
    expect(decodeAnswer(six)?.mappedAddress).toBe("2001:db8:1234:5678:11:2233:4455:6677");
    expect(lengthOf(six)).toBe(six.length);
    expect(decodeAnswer(six.subarray(0, 40))).toBeNull();
    expect(decodeAnswer(Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"))).toBeNull();
  });

  it("signs a request with a long-term credential as RFC 8489 section 14.5 says", () => {
    const transactionId = Buffer.alloc(12, 9);
    const credential = { username: "u", password: "p", realm: "r", nonce: Buffer.from("n") };
    const request = encodeRequest({ method: "refresh", transactionId, lifetime: 0, credential });
    expect(request.readUInt16BE(0)).toBe(0x0004);
    expect(lengthOf(request)).toBe(request.length);
    expect(request.readUInt16BE(request.length - 24)).toBe(0x0008);
    const other = encodeRequest({ method: "refresh", transactionId, lifetime: 0, credential: { ...credential, password: "q" } }); // prettier-ignore
    expect(other.subarray(0, -20)).toEqual(request.subarray(0, -20));
    expect(other.subarray(-20)).not.toEqual(request.subarray(-20));
  });

  it("makes the credential that coturn expects (openssl dgst -sha1 -hmac north -binary)", () => {
    expect(timeLimitedCredential("north", 1_433_895_918)).toEqual({
      username: "1433895918:doctor",
      password: "Wa2EilG+GtWw2+ir7CvZp/ScULU=",
    });
  });

  it.each([
    ["stun:stun.example.com", { host: "stun.example.com", port: 3_478, transport: "udp" }],
    ["turn:t.example.com:3479?transport=tcp", { host: "t.example.com", port: 3_479, transport: "tcp" }],
    ["turns:[2001:db8::1]?transport=tcp", { host: "2001:db8::1", port: 5_349, transport: "tls" }],
    ["turns:t.example.com?transport=udp", null],
    ["https://example.com", null],
  ])("%s is read", (url, address) => {
    expect(readRelayUrl(url)).toEqual(address);
  });
});
