import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseWav } from "./core/wav.ts";
import { sine } from "./testing/signal.ts";
import { WavWriter } from "./wav-writer.ts";

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ringdown-wav-"));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe("a WAV file being written", () => {
  it("has both channels and its right length when it is closed, in folders that it makes", async () => {
    const path = join(directory, "a", "b", "call.wav");
    const writer = await WavWriter.create(path, 8000, 2);
    for (let i = 0; i < 125; i++) writer.write(sine(500, 160, i * 160), sine(900, 160, i * 160));
    expect(writer.frameCount).toBe(20000);
    await writer.close();
    const audio = parseWav(await readFile(path))!;
    expect(audio).toMatchObject({ channels: 2, sampleRate: 8000, frameCount: 20000, encoding: "PCM16" });
    expect(audio.data.readInt16LE(4 * 4)).toBe(sine(500, 5)[4]);
    expect(audio.data.readInt16LE(4 * 4 + 2)).toBe(sine(900, 5)[4]);
  });

  it("goes on where it ended when it is appended to", async () => {
    const path = join(directory, "more.wav");
    for (let turn = 0; turn < 2; turn++) {
      const writer = await WavWriter.create(path, 8000, 1, true);
      writer.write(sine(500, 160));
      await writer.close();
    }
    expect(parseWav(await readFile(path))).toMatchObject({ frameCount: 320 });
  });

  it("is refused where it can't be", async () => {
    await expect(WavWriter.create("/dev/null/x.wav", 8000, 1)).rejects.toThrow();
    await expect(WavWriter.create("/dev/full", 8000, 1)).rejects.toThrow(/ENOSPC/);
  });

  it("tells once that the disk is full, keeps what fitted, and closes in peace", async () => {
    const script = fileURLToPath(new URL("./testing/fill-a-disk.ts", import.meta.url));
    const file = join(directory, "full.wav");
    // A limit on the file size stands in for a full disk: writes beyond 128 blocks fail.
    const command = `trap '' XFSZ; ulimit -f 128; exec "$0" --import tsx "$1" "$2"`;
    const run = promisify(execFile);
    const { stdout } = await run("bash", ["-c", command, process.execPath, script, file]);
    const result = JSON.parse(stdout) as { errors: string[]; hasFailed: boolean };
    expect(result.errors).toEqual([expect.stringMatching(/EFBIG/)]);
    expect(result.hasFailed).toBe(true);
    const audio = parseWav(await readFile(file))!;
    expect(audio.frameCount).toBeGreaterThan(40_000);
  });
});
