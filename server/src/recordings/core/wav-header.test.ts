import { describe, expect, it } from "vitest";
import { encodeWav } from "../../base/wav.ts";
import { durationMsOf, mendedLengths, needsMending, readWavHead } from "./wav-header.ts";

const second = encodeWav(new Int16Array(2 * 8_000), 8_000, 2);

describe("the head of a WAV file", () => {
  it("tells format and length", () => {
    const head = readWavHead(second.subarray(0, 4_096), second.length);
    expect(head).toMatchObject({ channels: 2, sampleRate: 8_000, bitsPerSample: 16, dataOffset: 44 });
    expect(head && durationMsOf(head)).toBe(1_000);
    expect(head && needsMending(head)).toBe(false);
  });

  it("finds the samples behind other chunks", () => {
    const list = Buffer.from("LIST\x07\x00\x00\x00INFOabc\x00", "latin1");
    const file = Buffer.concat([second.subarray(0, 36), list, second.subarray(36)]);
    expect(readWavHead(file, file.length)).toMatchObject({ dataOffset: 44 + list.length });
  });

  it.each([
    ["zero", 0],
    ["all ones", 0xffff_ffff],
    ["more than there is", 5_000_000],
  ])("believes the file when the header says %s", (_name, stated) => {
    const file = Buffer.from(second);
    file.writeUInt32LE(stated, 40);
    const head = readWavHead(file, file.length);
    if (!head) throw new Error("A head was expected");
    expect(needsMending(head)).toBe(true);
    expect(durationMsOf(head)).toBe(1_000);
    expect(mendedLengths(head)).toEqual({ riff: file.length - 8, data: 32_000 });
  });

  it("leaves half a frame out", () => {
    const cut = second.subarray(0, second.length - 3);
    expect(readWavHead(cut, cut.length)?.actualDataBytes).toBe(32_000 - 4);
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("this is certainly no WAV file at all")],
    ["a RIFF of another kind", Buffer.from("RIFF\x00\x00\x00\x00AVI LIST\x00\x00\x00\x00", "latin1")],
    ["no format", Buffer.concat([second.subarray(0, 12), second.subarray(36)])],
    ["a format of zero channels", Buffer.from(second).fill(0, 22, 24)],
  ])("is null for %s", (_name, file) => {
    expect(readWavHead(file, file.length)).toBeNull();
  });
});
