import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseWav } from "./core/wav.ts";
import { Pair } from "./testing/pair.ts";
import { loudness, shareOfTone } from "./testing/signal.ts";
import { waitFor } from "./testing/wait-for.ts";

let pair: Pair;

beforeAll(async () => {
  pair = await Pair.start();
});

afterEach(() => pair.endCalls());

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

  it("mixes a conference of three without anybody's own voice, and tells who is in it", async () => {
    const conference = await pair.mrf.createConference("room-3");
    const talking = new Set<string>();
    conference.on("startTalking", (event) => talking.add(event.getHeader("Member-ID") ?? ""));
    const calls = [await pair.call(), await pair.call("PCMA"), await pair.call()];
    const tones = [600, 1000, 1400];
    for (const [index, { phone, endpoint }] of calls.entries()) {
      phone.speak(tones[index]!);
      const { memberId } = await endpoint.join(conference);
      expect(memberId).toBeGreaterThan(0);
    }
    const heard = await calls[0]!.phone.hear(4800);
    const end = heard.subarray(1600);
    expect(shareOfTone(end, 1000)).toBeGreaterThan(0.4);
    expect(shareOfTone(end, 1400)).toBeGreaterThan(0.4);
    expect(shareOfTone(end, 600)).toBeLessThan(0.01);
    expect(await conference.getSize()).toBe(4);
    expect(talking.size).toBe(3);
    const file = join(pair.directory, "room.wav");
    await conference.startRecording(file);
    const played = await conference.play("tone_stream://%(300,0,2000)");
    expect(played["milliseconds"]).toBe(300);
    await conference.stopRecording(file);
    expect(parseWav(await readFile(file))!.frameCount).toBeGreaterThanOrEqual(2400);
    await pair.mrf.api("conference room-3 hup all");
    await pair.mrf.api(`uuid_kill ${conference.endpoint.uuid}`);
    await waitFor("the end of the room", () => pair.media.stats().conferences === 0);
    await Promise.all(calls.map(({ endpoint }) => endpoint.destroy()));
  });

  it("lets a supervisor hear both sides and whisper to one", async () => {
    const [customer, agent, supervisor] = [await pair.call(), await pair.call(), await pair.call()];
    customer.phone.speak(600);
    agent.phone.speak(1000);
    supervisor.phone.speak(1400);
    await customer.endpoint.bridge(agent.endpoint);
    const listening = supervisor.endpoint.execute("eavesdrop", agent.endpoint.uuid);
    const heard = (await supervisor.phone.hear(4000)).subarray(1600);
    expect(shareOfTone(heard, 600)).toBeGreaterThan(0.4);
    expect(shareOfTone(heard, 1000)).toBeGreaterThan(0.4);
    supervisor.phone.press("2");
    const whispered = (await agent.phone.hear(4800)).subarray(3200);
    expect(shareOfTone(whispered, 1400)).toBeGreaterThan(0.4);
    expect(shareOfTone(customer.phone.lastSamples(1600), 1000)).toBeGreaterThan(0.95);
    await agent.endpoint.destroy();
    await listening;
    await Promise.all([customer.endpoint.destroy(), supervisor.endpoint.destroy()]);
  });

  it("keeps the call when a recording can't be made, and completes one whose channel dies", async () => {
    const { sip, phone, endpoint } = await pair.call();
    expect((await endpoint.api("uuid_record", [endpoint.uuid, "start", "/dev/full"])).getBody()).toBe(
      "-ERR Cannot record session!\n",
    );
    expect((await endpoint.api("uuid_record", [endpoint.uuid, "stop", "/dev/full"])).getBody()).toBe(
      "-ERR Cannot stop record session!\n",
    );
    phone.speak(600);
    const started = await endpoint.api("uuid_record", [endpoint.uuid, "start", "died.wav"]);
    expect(started.getBody()).toBe("+OK Success\n");
    void endpoint.play("tone_stream://%(5000,0,900)").catch(() => undefined);
    await phone.hear(4800);
    sip.send("BYE");
    await waitFor("the channel to go", () => pair.media.stats().channels === 0);
    const audio = parseWav(await readFile(join(pair.directory, "died.wav")))!;
    expect(audio.frameCount).toBeGreaterThan(3200);
    expect(audio.frameCount % 160).toBe(0);
  });

  it("stays intelligible with 2 % of packets lost and others out of order", async () => {
    const [a, b] = [await pair.call(), await pair.call()];
    a.phone.isDropping = (sequence) => sequence % 50 === 7;
    a.phone.isSwapping = (sequence) => sequence % 20 === 3;
    a.phone.speak(440);
    await a.endpoint.bridge(b.endpoint);
    await b.phone.hear(3200);
    const heard = await b.phone.hear(16000);
    const windows = Array.from({ length: 80 }, (_, i) =>
      shareOfTone(heard.subarray(i * 200, i * 200 + 200), 440),
    );
    expect(windows.filter((share) => share > 0.9).length).toBeGreaterThan(70);
    const variables = await a.endpoint.getChannelVariables(true);
    expect(Number(variables["variable_rtp_audio_in_packets_lost"])).toBeGreaterThan(1);
    await Promise.all([a.endpoint.destroy(), b.endpoint.destroy()]);
  });

  it("leaves nothing behind", async () => {
    await waitFor("the end", () => pair.media.stats().channels === 0);
    expect(pair.media.stats()).toMatchObject({ sockets: 1, recordings: 0, conferences: 0, dialogs: 0 });
  });
});
