import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectCaller } from "./caller.ts";
import type { AtTheEnd, Caller } from "./caller.ts";
import type { Endpoint, Event } from "./clients.ts";
import { Controller } from "./controller.ts";
import { openPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { isTone, loudness } from "./peer/tone.ts";
import { waitUntil, within } from "./peer/wait-until.ts";
import { readWav } from "./peer/wav.ts";

describe("recordings", () => {
  let pair: Pair;
  let app: Controller;
  let files = 0;

  beforeAll(async () => {
    pair = await openPair();
    app = await Controller.connect(pair);
  });
  afterAll(async () => {
    await app.close();
    await pair.close();
  });

  const connect = async (atTheEnd: AtTheEnd): Promise<Caller> => {
    const caller = await connectCaller(app);
    atTheEnd(() => caller.close());
    return caller;
  };
  const newFile = (): string => join(pair.folder, `recording-${(files += 1)}.wav`);

  async function bridged(onTestFinished: AtTheEnd): Promise<{ customer: Caller; agent: Caller }> {
    const [customer, agent] = [await connect(onTestFinished), await connect(onTestFinished)];
    customer.audio.mouth.sayTone(600);
    agent.audio.mouth.sayTone(1000);
    await within("the bridge", 3000, customer.endpoint.bridge(agent.endpoint));
    await agent.audio.ear.waitForTone(600);
    await customer.audio.ear.waitForTone(1000);
    return { customer, agent };
  }

  /** Subscribes, and resolves with the next RECORD_STOP of that channel. */
  function recordStop(endpoint: Endpoint): Promise<Event> {
    endpoint.conn.subscribe("RECORD_START RECORD_STOP");
    return new Promise((resolve) => endpoint.conn.on(`esl::event::RECORD_STOP::${endpoint.uuid}`, resolve));
  }

  const pass = (durationMs: number): Promise<void> => {
    const until = Date.now() + durationMs;
    return waitUntil("time passes", durationMs + 1000, () => Date.now() >= until);
  };

  it.concurrent(
    "uuid_record in stereo on the customer's channel: customer left, agent right, as long as it ran",
    async ({ onTestFinished }) => {
      const { customer } = await bridged(onTestFinished);
      const file = newFile();
      await customer.endpoint.set({ RECORD_STEREO: "true" });
      const stopped = recordStop(customer.endpoint);
      const media = await app.media();
      const starting = Date.now();
      expect(await media.api(`uuid_record ${customer.endpoint.uuid} start ${file}`)).toMatch(/^\+OK/);
      const started = Date.now();
      await pass(1500);
      const stopping = Date.now();
      expect(await media.api(`uuid_record ${customer.endpoint.uuid} stop ${file}`)).toMatch(/^\+OK/);
      const mostMs = Date.now() - starting;
      const event = await within("RECORD_STOP", 3000, stopped);
      expect(event.getHeader("Record-File-Path")).toBe(file);
      const wav = readWav(file);
      expect(Math.abs(Number(event.getHeader("variable_record_ms")) - wav.durationMs)).toBeLessThan(100);
      expect(wav.channels.length).toBe(2);
      expect(wav.durationMs).toBeGreaterThan(stopping - started - 100);
      expect(wav.durationMs).toBeLessThan(mostMs + 100);
      const [left, right] = wav.channels as [Int16Array, Int16Array];
      const middle = (samples: Int16Array): Int16Array =>
        samples.slice(samples.length / 4, (samples.length * 3) / 4);
      expect(isTone(middle(left), 600, wav.rate)).toBe(true);
      expect(isTone(middle(right), 1000, wav.rate)).toBe(true);
    },
  );

  it.concurrent("ends a recording when the channel ends, and says so", async ({ onTestFinished }) => {
    const { customer } = await bridged(onTestFinished);
    const file = newFile();
    await customer.endpoint.set("RECORD_STEREO", "true");
    const media = await app.media();
    media.conn.subscribe(["HEARTBEAT", "RECORD_STOP"]);
    const stopped = new Promise<Event>((resolve) =>
      media.conn.on(`esl::event::RECORD_STOP::${customer.endpoint.uuid}`, resolve),
    );
    const starting = Date.now();
    await media.api(`uuid_record ${customer.endpoint.uuid} start ${file}`);
    await pass(800);
    void customer.endpoint.destroy(); // its end is awaited with the caller
    const event = await within("RECORD_STOP", 3000, stopped);
    const endedAfterMs = Date.now() - starting;
    expect(event.getHeader("Record-File-Path")).toBe(file);
    const wav = readWav(file);
    expect(wav.durationMs).toBeGreaterThan(600);
    expect(wav.durationMs).toBeLessThan(endedAfterMs + 100);
  });

  it.concurrent(
    "record_session starts and stop_record_session stops, mono: both voices in one",
    async ({ onTestFinished }) => {
      const { customer } = await bridged(onTestFinished);
      const file = newFile();
      // A Ringdown that was connected to this server has set it for all channels.
      await customer.endpoint.set("RECORD_STEREO", "false");
      const stopped = recordStop(customer.endpoint);
      await customer.endpoint.recordSession(file);
      await pass(900);
      await customer.endpoint.execute("stop_record_session", file);
      await within("RECORD_STOP", 3000, stopped);
      const wav = readWav(file);
      expect(wav.channels.length).toBe(1);
      const [mono] = wav.channels as [Int16Array];
      expect(loudness(mono)).toBeGreaterThan(1000);
    },
  );

  it.concurrent("masks what must not be recorded, on the same clock", async ({ onTestFinished }) => {
    const { customer } = await bridged(onTestFinished);
    const file = newFile();
    await customer.endpoint.set("RECORD_STEREO", "true");
    const media = await app.media();
    const uuid = customer.endpoint.uuid;
    const stopped = recordStop(customer.endpoint);
    await media.api(`uuid_record ${uuid} start ${file}`);
    const started = Date.now();
    await pass(600);
    expect(await media.api(`uuid_record ${uuid} mask ${file}`)).toMatch(/^\+OK/);
    const masked = Date.now() - started;
    await pass(600);
    const unmasking = Date.now() - started;
    expect(await media.api(`uuid_record ${uuid} unmask ${file}`)).toMatch(/^\+OK/);
    const unmasked = Date.now() - started;
    await pass(600);
    await media.api(`uuid_record ${uuid} stop ${file}`);
    await within("RECORD_STOP", 3000, stopped);
    const wav = readWav(file);
    expect(wav.durationMs).toBeGreaterThan(1600);
    const [left] = wav.channels as [Int16Array];
    const at = (ms: number): Int16Array =>
      left.slice(Math.round((ms * wav.rate) / 1000), Math.round(((ms + 200) * wav.rate) / 1000));
    expect(loudness(at(250))).toBeGreaterThan(1000);
    expect(loudness(at((masked + unmasking) / 2 - 100))).toBeLessThan(100);
    expect(loudness(at(unmasked + 200))).toBeGreaterThan(1000);
  });

  it.concurrent("keeps recording through unbridge and a new bridge", async ({ onTestFinished }) => {
    const { customer, agent } = await bridged(onTestFinished);
    const file = newFile();
    await customer.endpoint.set("RECORD_STEREO", "true");
    const media = await app.media();
    const stopped = recordStop(customer.endpoint);
    await media.api(`uuid_record ${customer.endpoint.uuid} start ${file}`);
    await pass(500);
    await customer.endpoint.unbridge();
    await pass(500);
    await customer.endpoint.bridge(agent.endpoint);
    await pass(700);
    await media.api(`uuid_record ${customer.endpoint.uuid} stop ${file}`);
    await within("RECORD_STOP", 3000, stopped);
    const wav = readWav(file);
    // Both talks are there; FreeSWITCH loses half a second of the pause, when the channel leaves the bridge.
    expect(wav.durationMs).toBeGreaterThan(1100);
    expect(wav.durationMs).toBeLessThan(2200);
    for (const [channel, hz] of [600, 1000].entries()) {
      const samples = wav.channels[channel] ?? new Int16Array();
      expect(isTone(samples.slice(800, 2400), hz, wav.rate)).toBe(true);
      expect(isTone(samples.slice(-2400, -800), hz, wav.rate)).toBe(true);
    }
  });

  it.concurrent("refuses to stop a recording that isn't", async ({ onTestFinished }) => {
    const customer = await connect(onTestFinished);
    const media = await app.media();
    const body = await media.api(`uuid_record ${customer.endpoint.uuid} stop ${newFile()}`);
    expect(body).toMatch(/^-ERR/);
    expect(await media.api(`uuid_record 00000000-0000-0000-0000-000000000000 start ${newFile()}`)).toMatch(
      /^-ERR/,
    );
  });

  it.concurrent("record: takes a message until the time limit", async ({ onTestFinished }) => {
    const customer = await connect(onTestFinished);
    customer.audio.mouth.sayTone(600);
    const file = newFile();
    const result = await within(
      "the time is over",
      4000,
      customer.endpoint.record(file, { timeLimitSecs: 1 }),
    );
    expect(Number(result.recordMilliseconds)).toBeGreaterThanOrEqual(900);
    expect(Number(result.recordMilliseconds)).toBeLessThanOrEqual(2100); // whole seconds of the wall clock
    const wav = readWav(file);
    expect(isTone(wav.channels[0]?.slice(wav.rate / 4) ?? new Int16Array(), 600, wav.rate)).toBe(true);
  });

  it.concurrent(
    "record: ends on a terminator and names it; the digit's event is told",
    async ({ onTestFinished }) => {
      const customer = await connect(onTestFinished);
      customer.audio.mouth.sayTone(600);
      const file = newFile();
      await customer.endpoint.set("playback_terminators", "#");
      const recording = customer.endpoint.record(file, { timeLimitSecs: 9 });
      await waitUntil("the file grows", 3000, () => existsSync(file));
      await pass(600);
      customer.audio.mouth.press("#");
      const result = await within("the recording ends", 3000, recording);
      expect(result.terminatorUsed).toBe("#");
      expect(statSync(file).size).toBeGreaterThan(4000);
    },
  );

  it.concurrent("record: ends after silence", async ({ onTestFinished }) => {
    const customer = await connect(onTestFinished);
    customer.audio.mouth.sayTone(600);
    const file = newFile();
    const recording = customer.endpoint.record(file, {
      timeLimitSecs: 9,
      silenceThresh: 200,
      silenceHits: 1,
    });
    await waitUntil("the file is there", 3000, () => existsSync(file));
    await pass(500);
    customer.audio.mouth.sayTone(0);
    const result = await within("the recording ends", 5000, recording);
    expect(Number(result.recordMilliseconds)).toBeLessThan(4000);
  });
});
