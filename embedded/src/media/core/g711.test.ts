import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeG711, encodeG711, type G711Law } from "./g711.ts";

function decode(law: G711Law, byte: number): number {
  const out = new Int16Array(1);
  decodeG711(law, Uint8Array.of(byte), 0, 1, out, 0);
  return out[0]!;
}

function encode(law: G711Law, sample: number): number {
  const out = new Uint8Array(1);
  encodeG711(law, Int16Array.of(sample), 1, out, 0);
  return out[0]!;
}

describe("G.711", () => {
  it("has the values of the standard's tables", () => {
    expect([0xff, 0x7f, 0x00, 0x80, 0xf0].map((byte) => decode("PCMU", byte))).toEqual([
      0, 0, -32124, 32124, 120,
    ]);
    expect([0xd5, 0x55, 0x2a, 0xaa].map((byte) => decode("PCMA", byte))).toEqual([8, -8, -32256, 32256]);
  });

  it.each(["PCMU", "PCMA"] as const)("gives back every code word of %s", (law) => {
    for (let byte = 0; byte < 256; byte++) {
      const back = decode(law, encode(law, decode(law, byte)));
      expect(back).toBe(decode(law, byte));
    }
  });

  it.each(["PCMU", "PCMA"] as const)("keeps a sample of %s within the step of its segment", (law) => {
    fc.assert(
      fc.property(fc.integer({ min: -32000, max: 32000 }), (sample) => {
        const error = Math.abs(decode(law, encode(law, sample)) - sample);
        expect(error).toBeLessThanOrEqual(Math.max(16, Math.abs(sample) / 16));
      }),
    );
  });
});
