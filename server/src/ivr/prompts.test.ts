import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeWav, parseWav } from "../base/wav.ts";
import type { Wav } from "../base/wav.ts";
import { Language } from "../contract/people.ts";
import { toneDb } from "../tests/rig/tones.ts";
import { shippedPrompts } from "./core/prompt-catalog.ts";
import { largestUploadBytes, openPrompts } from "./prompts.ts";

const assets = new URL("../../assets/", import.meta.url);

async function readWav(path: string | URL): Promise<Wav> {
  const wav = parseWav(await readFile(path));
  if ("problem" in wav) throw new Error(`${String(path)}: ${wav.problem}`);
  return wav;
}

const decibels = (samples: Int16Array) => {
  const sum = samples.reduce((total, sample) => total + sample * sample, 0);
  return 10 * Math.log10(sum / samples.length / 32_768 ** 2);
};

const sine = (hz: number, rate: number, seconds: number, channels = 1) =>
  Int16Array.from({ length: rate * seconds * channels }, (_, i) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * hz * Math.floor(i / channels)) / rate)),
  );

describe("the shipped prompts", () => {
  const files = [...shippedPrompts.keys()].flatMap((id) =>
    Language.options.map((language) => ({
      name: `${language}/${id}`,
      path: new URL(`prompts/${language}/${id}.wav`, assets),
    })),
  );

  it("are all there in every language, and nothing else is", async () => {
    for (const language of Language.options) {
      const names = await readdir(new URL(`prompts/${language}/`, assets));
      expect(names.sort()).toEqual([...shippedPrompts.keys()].map((id) => `${id}.wav`).sort());
    }
  });

  it("say what the table from which they are made says", async () => {
    const table = await readFile(new URL("prompts.tsv", assets), "utf8");
    const rows = table.trimEnd().split("\n").slice(1);
    const told = rows.map((row) => row.split("\t")).map(([id, en, zh]) => [id, { en, zh }]);
    expect(told).toEqual([...shippedPrompts]);
  });

  it("are 8 kHz mono, of one loudness, not clipped, without silence before or after", async () => {
    for (const { name, path } of files) {
      const { samples, sampleRate, channels } = await readWav(path);
      expect({ name, sampleRate, channels }).toEqual({ name, sampleRate: 8_000, channels: 1 });
      expect(decibels(samples), name).toBeGreaterThan(-24);
      expect(decibels(samples), name).toBeLessThan(-17);
      expect(
        samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0),
        name,
      ).toBeLessThan(32_767);
      const first = samples.findIndex((sample) => Math.abs(sample) > 300);
      const last = samples.findLastIndex((sample) => Math.abs(sample) > 300);
      expect(first / sampleRate, `${name} begins late`).toBeLessThan(0.15);
      expect((samples.length - last) / sampleRate, `${name} ends late`).toBeLessThan(0.25);
    }
  });
});

describe("the shipped hold music", () => {
  it("is a calm loop of more than a minute without a click at the seam", async () => {
    const { samples, sampleRate, channels, frames } = await readWav(new URL("music/hold.wav", assets));
    expect({ sampleRate, channels }).toEqual({ sampleRate: 8_000, channels: 1 });
    expect(frames / sampleRate).toBeGreaterThan(60);
    expect(decibels(samples)).toBeLessThan(-20);
    expect(decibels(samples)).toBeGreaterThan(-26);
    let largestStep = 0;
    for (let i = 1; i < samples.length; i += 1) {
      largestStep = Math.max(largestStep, Math.abs((samples[i] ?? 0) - (samples[i - 1] ?? 0)));
    }
    const seam = Math.abs((samples[0] ?? 0) - (samples.at(-1) ?? 0));
    expect(seam).toBeLessThan(largestStep / 2);
    const around = sampleRate / 4;
    const seamLevels = [decibels(samples.subarray(-around)), decibels(samples.subarray(0, around))];
    for (const level of seamLevels) expect(level).toBeGreaterThan(-32);
  });
});

describe("the prompt library", () => {
  let uploadsDirectory = "";
  beforeEach(async () => {
    uploadsDirectory = join(await mkdtemp(join(tmpdir(), "ringdown-prompts-")), "prompts");
  });
  afterEach(() => rm(join(uploadsDirectory, ".."), { recursive: true, force: true }));

  it("finds prompts in the caller's language and tells what is missing", () => {
    const prompts = openPrompts({ uploadsDirectory });
    const { files, missing } = prompts.resolve([
      { ref: { prompt: "welcome" }, language: "zh" },
      { ref: { prompt: "no-such" }, language: "en" },
      { ref: { upload: "gone" }, language: "en" },
    ]);
    expect(files).toHaveLength(1);
    expect(files[0]).toMatch(/prompts\/zh\/welcome\.wav$/);
    expect(existsSync(files[0] ?? "")).toBe(true);
    expect(missing).toEqual(["There is no prompt no-such in en", "The uploaded prompt gone is gone"]);
  });

  it("says a prompt in English when its language is not shipped", () => {
    const prompts = openPrompts({ uploadsDirectory });
    expect(prompts.files(["goodbye"], "fr")).toEqual([expect.stringMatching(/en\/goodbye\.wav$/)]);
  });

  it("keeps an upload as mono of at most 16 kHz, replaces it whole, and removes it", async () => {
    const prompts = openPrompts({ uploadsDirectory });
    const id = "0b0f0d4e-4a43-4d44-8ad9-a4f3ae0b9f4c";
    const stereo = encodeWav(sine(1_000, 48_000, 2, 2), 48_000, 2);
    expect(await prompts.save(id, stereo)).toMatchObject({ durationMs: 2_000 });
    const kept = await readWav(prompts.find(id, "en"));
    expect(kept).toMatchObject({ sampleRate: 16_000, channels: 1, frames: 32_000 });
    expect(decibels(kept.samples)).toBeCloseTo(decibels(sine(1_000, 16_000, 2)), 1);
    expect(prompts.music(id)).toBe(prompts.find(id, "en"));

    await prompts.save(id, encodeWav(sine(500, 8_000, 1), 8_000, 1));
    expect(await readWav(prompts.find(id, "en"))).toMatchObject({ sampleRate: 8_000, frames: 8_000 });
    expect(await prompts.uploads()).toEqual(new Set([id]));
    expect(await readdir(uploadsDirectory)).toEqual([`${id}.wav`]);

    await prompts.remove(id);
    await prompts.remove(id);
    expect(() => prompts.find(id, "en")).toThrow("There is no prompt");
    expect(prompts.music(id)).toMatch(/music\/hold\.wav$/);
  });

  it("keeps pitch and level from every usual rate", async () => {
    const prompts = openPrompts({ uploadsDirectory });
    for (const rate of [11_025, 22_050, 24_000, 32_000, 44_100, 48_000]) {
      const tone = sine(1_000, rate, 1);
      expect(await prompts.save("tone", encodeWav(tone, rate, 1))).toMatchObject({ durationMs: 1_000 });
      const { samples, sampleRate } = await readWav(prompts.find("tone", "en"));
      expect(sampleRate).toBe(Math.min(rate, 16_000));
      expect(toneDb({ samples, sampleRate }, 1_000), `${rate} Hz`).toBeCloseTo(decibels(tone), 0);
      expect(toneDb({ samples, sampleRate }, 1_100), `${rate} Hz`).toBeLessThan(-60);
    }
  });

  it("lets the program go on while it works on the largest upload", async () => {
    const prompts = openPrompts({ uploadsDirectory });
    let turns = 0;
    let counting = setImmediate(function count() {
      turns += 1;
      counting = setImmediate(count);
    });
    const saved = await prompts.save("large", encodeWav(new Int16Array(5_000_000), 44_100, 1));
    clearImmediate(counting);
    expect(saved).toMatchObject({ durationMs: 113_379 });
    expect(turns).toBeGreaterThan(50);
  });

  it("lets nothing above the new band through when it lowers the rate", async () => {
    const prompts = openPrompts({ uploadsDirectory });
    await prompts.save("high", encodeWav(sine(11_000, 48_000, 1), 48_000, 1));
    const { samples } = await readWav(prompts.find("high", "en"));
    expect(decibels(samples)).toBeLessThan(decibels(sine(11_000, 48_000, 1)) - 35);
  });

  it.each([
    ["text", Buffer.from("hello"), /it is no WAV file/],
    ["an MP3", Buffer.from("ID3\u0003aaaaaaaaaaaaaaaa"), /it is no WAV file/],
    ["too large a file", Buffer.alloc(largestUploadBytes + 1), /larger than 10 MB/],
    ["a low rate", encodeWav(sine(100, 4_000, 1), 4_000, 1), /4000 Hz, from 8000 to 48000/],
    ["six channels", encodeWav(new Int16Array(48_000), 8_000, 6), /it has 6 channels/],
    ["next to nothing", encodeWav(new Int16Array(10), 8_000, 1), /shorter than a tenth/],
  ])("refuses %s with a sentence", async (_, file, sentence) => {
    const prompts = openPrompts({ uploadsDirectory });
    await expect(prompts.save("a", file)).rejects.toThrow(sentence);
    await expect(prompts.save("a", file)).rejects.toMatchObject({ name: "Failure" });
    expect(existsSync(uploadsDirectory)).toBe(false);
  });

  it("lets no id out of its folder", () => {
    const prompts = openPrompts({ uploadsDirectory });
    for (const id of ["../../etc/passwd", "a/b", "", ".", "A"]) {
      expect(() => prompts.find(id, "en")).toThrow(/There is no prompt/);
    }
  });
});
