import { describe, expect, it } from "vitest";
import { formatCryptoLine, makeCryptoLines, readCryptoLines } from "./sdes.ts";

const key = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";

function read(line: string) {
  return readCryptoLines([`crypto:${line}`])[0];
}

describe("a=crypto", () => {
  it("is read with its key, whatever the lifetime and the window's size", () => {
    for (const rest of ["", "|2^31", "|2^48", "|16777216"]) {
      expect(read(`3 AES_CM_128_HMAC_SHA1_80 inline:${key}${rest}`)).toMatchObject({
        tag: 3,
        suite: "AES_CM_128_HMAC_SHA1_80",
        key: Buffer.from(key, "base64"),
      });
    }
    expect(read(`1 AES_CM_128_HMAC_SHA1_32 inline:${key} WSH=128`)?.suite).toBe("AES_CM_128_HMAC_SHA1_32");
  });

  it("is read with the name of its key", () => {
    expect(read(`1 AES_CM_128_HMAC_SHA1_80 inline:${key}|2^31|1:1`)?.mki).toEqual(Buffer.from([1]));
    expect(read(`1 AES_CM_128_HMAC_SHA1_80 inline:${key}|258:4`)?.mki).toEqual(Buffer.from([0, 0, 1, 2]));
  });

  it.each([
    ["another suite", `1 AEAD_AES_256_GCM inline:${key}`],
    ["a short key", "1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAw"],
    ["no key", "1 AES_CM_128_HMAC_SHA1_80"],
    ["a key that is used up within the day", `1 AES_CM_128_HMAC_SHA1_80 inline:${key}|2^20`],
    ["several keys", `1 AES_CM_128_HMAC_SHA1_80 inline:${key}|2^31|1:1;inline:${key}|2^31|2:1`],
    ["a name too long for its bytes", `1 AES_CM_128_HMAC_SHA1_80 inline:${key}|2^31|256:1`],
    ["a parameter that changes the packets", `1 AES_CM_128_HMAC_SHA1_80 inline:${key} UNENCRYPTED_SRTP`],
    ["a key derivation rate", `1 AES_CM_128_HMAC_SHA1_80 inline:${key} KDR=1`],
    ["no tag", `AES_CM_128_HMAC_SHA1_80 inline:${key}`],
  ])("with %s is passed over", (_what, line) => {
    expect(
      readCryptoLines([`crypto:${line}`, `crypto:9 AES_CM_128_HMAC_SHA1_80 inline:${key}`]),
    ).toMatchObject([{ tag: 9 }]);
  });

  it("is made anew for each call, and read as it was written", () => {
    const lines = makeCryptoLines();
    expect(lines.map(({ suite }) => suite)).toEqual(["AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"]);
    expect(readCryptoLines(lines.map(formatCryptoLine))).toEqual(lines);
    expect(makeCryptoLines()[0]!.key).not.toEqual(lines[0]!.key);
  });
});
