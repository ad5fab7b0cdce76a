import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectCaller } from "./caller.ts";
import type { AtTheEnd, Caller } from "./caller.ts";
import { Controller } from "./controller.ts";
import { openPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { sine } from "./peer/tone.ts";
import { waitUntil, within } from "./peer/wait-until.ts";
import { writeWav } from "./peer/wav.ts";

describe("playing to a caller", () => {
  let pair: Pair;
  let app: Controller;

  beforeAll(async () => {
    pair = await openPair();
    app = await Controller.connect(pair);
  });
  afterAll(async () => {
    await app.close();
    await pair.close();
  });

  const connect = async (atTheEnd: AtTheEnd, payloadType: 0 | 8 = 0): Promise<Caller> => {
    const caller = await connectCaller(app, payloadType);
    atTheEnd(() => caller.close());
    return caller;
  };

  /** Half a second of that tone at that rate, as a file. */
  const toneFile = (hz: number, rate = 8000): string => {
    const path = join(pair.folder, `${hz}-${rate}.wav`);
    writeWav(path, sine(hz, rate, rate / 2), rate);
    return path;
  };

  it.concurrent.for([8000, 16_000, 22_050, 44_100, 48_000])(
    "plays a WAV file of %i Hz",
    async (rate, { onTestFinished }) => {
      const caller = await connect(onTestFinished);
      const playing = caller.endpoint.play(toneFile(700, rate));
      await caller.audio.ear.waitForTone(700);
      const result = await within("the file ends", 3000, playing);
      expect(Number(result.playbackMilliseconds)).toBeGreaterThanOrEqual(480);
      expect(Number(result.playbackMilliseconds)).toBeLessThanOrEqual(540);
      await caller.audio.ear.waitForSilence();
    },
  );

  it.concurrent("plays to a caller with A-law", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished, 8);
    const playing = caller.endpoint.play(toneFile(1100));
    await caller.audio.ear.waitForTone(1100);
    await within("the file ends", 3000, playing);
    expect([...caller.audio.ear.payloadTypes]).toEqual([8]);
  });

  it.concurrent(
    "tells when each file starts and stops, in a list played in order",
    async ({ onTestFinished }) => {
      const caller = await connect(onTestFinished);
      const said: string[] = [];
      caller.endpoint.on("playback-start", ({ file }) => said.push(`start ${file}`));
      caller.endpoint.on("playback-stop", ({ file }) => said.push(`stop ${file}`));
      const [a, b] = [toneFile(700), toneFile(900)];
      const playing = caller.endpoint.play([a, b]);
      await caller.audio.ear.waitForTone(700);
      await caller.audio.ear.waitForTone(900);
      await within("the list ends", 4000, playing);
      await waitUntil("four events", 2000, () => said.length === 4);
      expect(said).toEqual([`start ${a}`, `stop ${a}`, `start ${b}`, `stop ${b}`]);
    },
  );

  it.concurrent("starts inside a file at the sample asked for", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    const playing = caller.endpoint.play({ file: toneFile(700), seekOffset: 2400 });
    const result = await within("the file ends", 3000, playing);
    expect(Number(result.playbackMilliseconds)).toBeGreaterThanOrEqual(180);
    expect(Number(result.playbackMilliseconds)).toBeLessThanOrEqual(240);
  });

  it.concurrent("stops a file after the seconds asked for (two or more)", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    const playing = caller.endpoint.play({ file: "tone_stream://%(9000,0,600)", timeoutSecs: 2 });
    const result = await within("the time is over", 4000, playing);
    expect(Number(result.playbackMilliseconds)).toBeGreaterThanOrEqual(1900);
    expect(Number(result.playbackMilliseconds)).toBeLessThanOrEqual(2200);
  });

  it.concurrent("says when there is no such file", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    await expect(caller.endpoint.play(join(pair.folder, "nothing.wav"))).rejects.toThrow("File Not Found");
  });

  it.concurrent("plays tones: single, dual, repeated with a pause", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    const single = await within("one tone", 3000, caller.endpoint.play("tone_stream://%(300,0,900)"));
    expect(Number(single.playbackMilliseconds)).toBe(300);
    caller.audio.ear.forget();
    const twice = await within(
      "two beeps",
      3000,
      caller.endpoint.play("tone_stream://%(200,200,800);loops=2"),
    );
    expect(Number(twice.playbackMilliseconds)).toBe(800);
    const heard = caller.audio.ear.last(800);
    const loud = heard.filter((sample) => Math.abs(sample) > 500).length / heard.length;
    expect(loud).toBeGreaterThan(0.3);
    expect(loud).toBeLessThan(0.6);
  });

  it.concurrent("plays silence of a given length", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    const started = Date.now();
    const result = await within("the silence ends", 3000, caller.endpoint.play("silence_stream://400"));
    expect(Number(result.playbackMilliseconds)).toBe(400);
    expect(Date.now() - started).toBeGreaterThanOrEqual(380);
  });

  it.concurrent("plays hold music until it is broken off", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    let isOver = false;
    const playing = caller.endpoint.play("local_stream://moh").finally(() => (isOver = true));
    const loud = (): boolean => caller.audio.ear.last(300).some((sample) => Math.abs(sample) > 300);
    await waitUntil("music", 4000, loud);
    expect(isOver).toBe(false);
    expect((await caller.endpoint.api("uuid_break", `${caller.endpoint.uuid} all`)).getBody()).toMatch(
      /^\+OK/,
    );
    await within("the music ends", 2000, playing);
    await caller.audio.ear.waitForSilence();
  });

  it.concurrent(
    "barge-in: uuid_break ends the file being played; the next of a list goes on",
    async ({ onTestFinished }) => {
      const caller = await connect(onTestFinished);
      const playing = caller.endpoint.play(["tone_stream://%(5000,0,700)", "tone_stream://%(5000,0,900)"]);
      const breakOff = (): Promise<unknown> =>
        caller.endpoint.api("uuid_break", `${caller.endpoint.uuid} all`);
      await caller.audio.ear.waitForTone(700);
      await breakOff();
      await caller.audio.ear.waitForTone(900);
      await breakOff();
      await within("the list ends", 2000, playing);
      await caller.audio.ear.waitForSilence();
      const after = caller.endpoint.play("tone_stream://%(300,0,1000)");
      await caller.audio.ear.waitForTone(1000);
      await within("the next prompt plays", 2000, after);
    },
  );

  it.concurrent("uuid_break without a prompt is no error", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    const body = (await caller.endpoint.api("uuid_break", `${caller.endpoint.uuid} all`)).getBody();
    expect(body).toMatch(/^\+OK/);
  });

  it.concurrent("uuid_broadcast plays to a channel from outside", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    const media = await app.media();
    const body = await media.api(`uuid_broadcast ${caller.endpoint.uuid} tone_stream://%(600,0,1200) aleg`);
    expect(body).toMatch(/^\+OK/);
    await caller.audio.ear.waitForTone(1200);
  });

  it.concurrent("a channel can be hung up while it plays", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    // Its promise may never settle then: the channel's end is what counts.
    caller.endpoint.play("tone_stream://%(9000,0,700)").catch(() => undefined);
    await caller.audio.ear.waitForTone(700);
    await within("the hang-up is done", 2000, caller.endpoint.destroy());
    await within("the channel ends", 2000, caller.channelEnds);
    const media = await app.media();
    expect((await media.api(`uuid_exists ${caller.endpoint.uuid}`)).trim()).toBe("false");
  });
});
