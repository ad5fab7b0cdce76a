import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeWav } from "../../base/wav.ts";
import { decodeG711, encodeG711 } from "./g711.ts";
import { between, durationMs, join, listen, loudnessDb, makeSilence, makeTone } from "./tones.ts";
import { readWavChannels, toneDb, writeWav } from "./tones.ts";

describe("tones", () => {
  it("are heard at their own frequency and level, and nowhere else", () => {
    for (const sampleRate of [8_000, 16_000, 48_000]) {
      const tone = makeTone({ hz: 1_000, durationMs: 1_000, sampleRate, peakDb: -12 });
      expect(toneDb(tone, 1_000)).toBeCloseTo(-15, 0);
      expect(loudnessDb(tone)).toBeCloseTo(-15, 0);
      expect(toneDb(tone, 1_050)).toBeLessThan(-50);
      expect(toneDb(tone, 440)).toBeLessThan(-60);
    }
  });

  it("stand out of what else is there, two at once too", () => {
    const low = makeTone({ hz: 440, durationMs: 800 });
    const high = makeTone({ hz: 1_400, durationMs: 800 });
    const both = {
      sampleRate: 8_000,
      samples: low.samples.map((sample, i) => sample + (high.samples[i] ?? 0)),
    };
    expect(listen(both, [440, 1_000, 1_400]).tones).toEqual([440, 1_400]);
    expect(listen(makeSilence(500), [440]).tones).toEqual([]);
  });

  it("are not found in noise", () => {
    let seed = 1;
    const samples = Int16Array.from({ length: 16_000 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return (seed >> 15) % 3_000;
    });
    expect(listen({ sampleRate: 8_000, samples }, [440, 1_000, 1_400]).tones).toEqual([]);
  });

  it("survive both laws of G.711", () => {
    const tone = makeTone({ hz: 1_000, durationMs: 500, peakDb: -6 });
    for (const codec of ["PCMU", "PCMA"] as const) {
      const samples = decodeG711(codec, encodeG711(codec, tone.samples));
      expect(toneDb({ sampleRate: 8_000, samples }, 1_000)).toBeCloseTo(-9, 0);
      const worst = samples.reduce((most, x, i) => Math.max(most, Math.abs(x - (tone.samples[i] ?? 0))), 0);
      expect(worst, codec).toBeLessThanOrEqual(512);
    }
    expect([...encodeG711("PCMU", Int16Array.from([0, 32_767, -32_768]))]).toEqual([0xff, 0x80, 0x00]);
    expect([...encodeG711("PCMA", Int16Array.from([0, 32_767, -32_768]))]).toEqual([0xd5, 0xaa, 0x2a]);
  });

  it("are cut and joined by time", () => {
    const sound = join(makeSilence(500), makeTone({ hz: 700, durationMs: 500 }));
    expect(durationMs(sound)).toBe(1_000);
    expect(listen(between(sound, 0, 500), [700]).tones).toEqual([]);
    expect(listen(between(sound, 500, 1_000), [700]).tones).toEqual([700]);
  });
});

describe("WAV channels", () => {
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(joinPath(tmpdir(), "ringdown-tones-"));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it("are told apart in a stereo file", async () => {
    const left = makeTone({ hz: 440, durationMs: 300 });
    const right = makeTone({ hz: 1_000, durationMs: 300 });
    const samples = Int16Array.from({ length: left.samples.length * 2 }, (_, i) =>
      i % 2 === 0 ? (left.samples[i / 2] ?? 0) : (right.samples[(i - 1) / 2] ?? 0),
    );
    const path = joinPath(directory, "stereo.wav");
    await writeFile(path, encodeWav(samples, 8_000, 2));
    const channels = await readWavChannels(path);
    expect(channels.map((channel) => listen(channel, [440, 1_000]).tones)).toEqual([[440], [1_000]]);
  });

  it("come back as they were written", async () => {
    const path = joinPath(directory, "mono.wav");
    const tone = makeTone({ hz: 500, durationMs: 100, sampleRate: 48_000 });
    await writeWav(path, tone);
    expect(await readWavChannels(path)).toEqual([tone]);
    await writeFile(path, "no sound");
    await expect(readWavChannels(path)).rejects.toThrow(/it is no WAV file/);
  });
});
