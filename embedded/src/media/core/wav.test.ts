import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loudness, shareOfTone } from "../testing/signal.ts";
import { WavReader } from "./resample.ts";
import { buildWavHeader, parseWav, readMono } from "./wav.ts";

function pcm16(sampleRate: number, channels: number, frequency: number, seconds: number): Buffer {
  const frames = Math.round(sampleRate * seconds);
  const data = Buffer.alloc(frames * channels * 2);
  for (let i = 0; i < frames; i++) {
    const sample = Math.round(8000 * Math.sin((2 * Math.PI * frequency * i) / sampleRate));
    for (let channel = 0; channel < channels; channel++)
      data.writeInt16LE(sample, (i * channels + channel) * 2);
  }
  return Buffer.concat([buildWavHeader(sampleRate, channels, data.length), data]);
}

function g711(tag: number, byte: number, count: number): Buffer {
  const header = buildWavHeader(8000, 1, count);
  header.writeUInt16LE(tag, 20);
  header.writeUInt16LE(8, 34);
  return Buffer.concat([header, Buffer.alloc(count, byte)]);
}

describe("WAV files", () => {
  it("are read as they were written", () => {
    const audio = parseWav(pcm16(8000, 2, 500, 0.1))!;
    expect(audio).toMatchObject({ encoding: "PCM16", channels: 2, sampleRate: 8000, frameCount: 800 });
    const out = new Int16Array(160);
    readMono(audio, 720, 160, out);
    expect(shareOfTone(out.subarray(0, 80), 500)).toBeGreaterThan(0.99);
    expect(loudness(out.subarray(80))).toBe(0);
  });

  it("may hold either law of G.711", () => {
    const out = new Int16Array(4);
    readMono(parseWav(g711(7, 0x80, 4))!, 0, 4, out);
    expect([...out]).toEqual([32124, 32124, 32124, 32124]);
    readMono(parseWav(g711(6, 0xaa, 4))!, 0, 4, out);
    expect(out[0]).toBe(32256);
  });

  it("may have other chunks, an odd one padded, and a data chunk without an end", () => {
    const whole = pcm16(8000, 1, 500, 0.01);
    const list = Buffer.from("LIST\x03\0\0\0abc\0", "latin1");
    const open = Buffer.concat([whole.subarray(0, 36), list, whole.subarray(36)]);
    open.writeUInt32LE(0xffffffff, 36 + list.length + 4);
    expect(parseWav(open)).toMatchObject({ frameCount: 80 });
  });

  it("of other encodings are refused, and nothing makes the reader throw", () => {
    expect(parseWav(g711(0x11, 0, 8))).toBeUndefined();
    expect(parseWav(Buffer.from("no sound"))).toBeUndefined();
    const valid = pcm16(16000, 1, 440, 0.01);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const broken = Buffer.from(valid);
        broken[at] = byte;
        const audio = parseWav(broken.subarray(0, 20 + at * 5));
        if (audio) readMono(audio, 0, 160, new Int16Array(160));
      }),
    );
  });
});

describe("resampling", () => {
  it.each([8000, 11025, 16000, 22050, 44100, 48000])("keeps a tone of a %i Hz file", (rate) => {
    const reader = new WavReader(parseWav(pcm16(rate, 1, 1000, 0.4))!, 8000);
    expect(reader.sampleCount).toBe(3200);
    const heard = new Int16Array(3200);
    const frame = new Int16Array(160);
    for (let offset = 0; offset < 3200; offset += 160) {
      expect(reader.read(frame)).toBe(160);
      heard.set(frame, offset);
    }
    expect(reader.read(frame)).toBe(0);
    const middle = heard.subarray(200, 3000);
    expect(shareOfTone(middle, 1000)).toBeGreaterThan(0.999);
    expect(loudness(middle)).toBeGreaterThan(5500);
    expect(loudness(middle)).toBeLessThan(5800);
  });

  it("leaves nothing of a tone above half the output rate", () => {
    const reader = new WavReader(parseWav(pcm16(44100, 1, 6000, 0.2))!, 8000);
    const heard = new Int16Array(1600);
    reader.read(heard);
    expect(loudness(heard.subarray(100, 1500))).toBeLessThan(60);
  });

  it("starts in the middle when asked", () => {
    const reader = new WavReader(parseWav(pcm16(16000, 1, 1000, 0.5))!, 8000, 3900);
    expect(reader.read(new Int16Array(160))).toBe(100);
    expect(reader.position).toBe(4000);
  });
});
