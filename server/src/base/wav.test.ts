import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeWav, parseWav } from "./wav.ts";

describe("WAV files", () => {
  it("come back as they were written", () => {
    const samples = Int16Array.from([0, 1, -1, 32_767, -32_768, 5]);
    expect(parseWav(encodeWav(samples, 16_000, 2))).toEqual({
      sampleRate: 16_000,
      channels: 2,
      frames: 3,
      samples,
    });
  });

  it("are read past chunks that are not known, with an odd length too", () => {
    const file = encodeWav(Int16Array.from([7, 8]), 8_000, 1);
    const extra = Buffer.from("LIST\u0003\0\0\0abc\0", "latin1");
    const padded = Buffer.concat([file.subarray(0, 12), extra, file.subarray(12)]);
    expect(parseWav(padded)).toMatchObject({ frames: 2 });
  });

  it("may end early, as a recording does after a crash", () => {
    const file = encodeWav(new Int16Array(100), 8_000, 1);
    expect(parseWav(file.subarray(0, 44 + 51))).toMatchObject({ frames: 25 });
  });

  it("say why they cannot be used", () => {
    const file = encodeWav(new Int16Array(4), 8_000, 1);
    const floats = Buffer.from(file);
    floats.writeUInt16LE(3, 20);
    expect(parseWav(floats)).toEqual({ problem: "it is not 16-bit PCM (format 3, 16 bit)" });
    expect(parseWav(file.subarray(0, 36))).toEqual({ problem: "it has no audio data" });
    expect(parseWav(Buffer.concat([file.subarray(0, 12), file.subarray(36)]))).toEqual({
      problem: "its audio data comes before its format",
    });
  });

  it("of any bytes whatever are a WAV or a problem, never an exception", () => {
    const head = Buffer.from("RIFF\0\0\0\0WAVE", "latin1");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, withHead) => {
        const parsed = parseWav(Buffer.concat(withHead ? [head, bytes] : [bytes]));
        expect("problem" in parsed || parsed.frames >= 0).toBe(true);
      }),
    );
    const good = encodeWav(new Int16Array(20), 8_000, 1);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), (at, value) => {
        const damaged = Buffer.from(good);
        damaged[at] = value;
        parseWav(damaged);
      }),
    );
  });
});
