import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseWav } from "./core/wav.ts";
import { Pair } from "./testing/pair.ts";
import { loudness, shareOfTone } from "./testing/signal.ts";
import { waitFor } from "./testing/wait-for.ts";

let pair: Pair;

beforeAll(async () => {
  pair = await Pair.start();
});

afterAll(async () => {
  await pair.close();
});

function tracksOf(file: Buffer): { left: Int16Array; right: Int16Array } {
  const audio = parseWav(file)!;
  const left = new Int16Array(audio.frameCount);
  const right = new Int16Array(audio.frameCount);
  for (let i = 0; i < audio.frameCount; i++) {
    left[i] = audio.data.readInt16LE(i * 4);
    right[i] = audio.data.readInt16LE(i * 4 + 2);
  }
  return { left, right };
}

describe("the media server behind drachtio-srf and drachtio-fsmrf", () => {
  it("plays a tone that the caller hears", async () => {
    const { sip, phone, endpoint } = await pair.call();
    const playing = endpoint.play("tone_stream://%(600,0,1000)");
    const heard = await phone.hear(3200);
    expect(shareOfTone(heard.subarray(800), 1000)).toBeGreaterThan(0.95);
    const result = await playing;
    expect(Number(result["playbackMilliseconds"])).toBe(600);
    sip.send("BYE");
    await sip.response(200, "BYE");
    await waitFor("the channel to go", () => pair.media.stats().channels === 0);
  });

  it("collects digits and says which key ended them", async () => {
    const { phone, endpoint } = await pair.call();
    const keys: string[] = [];
    endpoint.on("dtmf", ({ dtmf }) => keys.push(dtmf!));
    const collecting = endpoint.playCollect({
      file: "tone_stream://%(5000,0,400)",
      min: 1,
      max: 6,
      timeout: 3000,
      terminators: "#",
    });
    await phone.hear(480);
    for (const key of "1234#") phone.press(key);
    const { digits, terminatorUsed } = await collecting;
    expect(digits).toBe("1234");
    expect(terminatorUsed).toBe("#");
    expect(keys.join("")).toBe("1234#");
    await endpoint.destroy();
  });

  it("bridges two callers of different laws, and records each on its own side", async () => {
    const a = await pair.call("PCMU");
    const b = await pair.call("PCMA");
    const file = join(pair.directory, "call.wav");
    a.phone.speak(600);
    b.phone.speak(1500);
    await a.endpoint.bridge(b.endpoint);
    await a.endpoint.set("RECORD_STEREO", "true");
    await a.phone.hear(1600);
    await a.endpoint.recordSession(file);
    const heardByA = await a.phone.hear(8000);
    expect(shareOfTone(heardByA, 1500)).toBeGreaterThan(0.95);
    expect(shareOfTone(b.phone.lastSamples(4000), 600)).toBeGreaterThan(0.95);
    await a.endpoint.execute("stop_record_session", file);
    const { left, right } = tracksOf(await readFile(file));
    expect(left.length).toBe(right.length);
    expect(left.length % 160).toBe(0);
    expect(Math.abs(left.length - 8000)).toBeLessThan(2400);
    expect(shareOfTone(left, 600)).toBeGreaterThan(0.95);
    expect(shareOfTone(right, 1500)).toBeGreaterThan(0.95);
    expect(loudness(left)).toBeGreaterThan(4000);
    await a.endpoint.unbridge();
    await Promise.all([a.endpoint.destroy(), b.endpoint.destroy()]);
  });
});
