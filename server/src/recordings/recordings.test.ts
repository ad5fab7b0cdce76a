import { createHash, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../base/clock.ts";
import { countLines } from "../base/counted-log.ts";
import type { Log } from "../base/log.ts";
import { encodeWav, parseWav } from "../base/wav.ts";
import type { CallerLeg, Leg } from "../telephony/telephony.ts";
import { openStand } from "../telephony/tests/stand.ts";
import type { Stand } from "../telephony/tests/stand.ts";
import { openTelephone } from "../tests/rig/telephone.ts";
import { makeTone } from "../tests/rig/tones.ts";
import { waitFor } from "../tests/rig/wait-for.ts";
import type { Recordings } from "./recordings.ts";
import { openRecordings } from "./recordings.ts";

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

let root: string;
let recordings: Recordings;

beforeEach(async () => {
  root = join(await mkdtemp(join(tmpdir(), "ringdown recordings ")), "recordings");
  recordings = openRecordings({ root, clock: systemClock, log: silent });
});
afterEach(async () => {
  await recordings.close();
  await rm(join(root, ".."), { recursive: true, force: true });
});

describe("a recorded talk", () => {
  let stand: Stand;
  beforeAll(async () => {
    stand = await openStand();
  });
  afterAll(() => stand.close());

  async function callIn() {
    const telephone = await openTelephone({ number: "+15550177" });
    const [call, inbound] = await Promise.all([
      telephone.call({ to: "1000", at: stand.pair.udp }),
      stand.nextCall(),
    ]);
    const leg = await inbound.answer();
    await call.answered();
    call.play(makeTone({ hz: 1_000, durationMs: 1_000 }));
    // As in a talk, something is sent to the caller, too: FreeSWITCH records an idle channel with gaps.
    leg.startMusic("silence_stream://-1");
    await atLeast(200);
    return { telephone, call, leg };
  }

  it("is stored by day, readable by its owner only, with checksum and length", async () => {
    const { telephone, leg } = await callIn();
    const interactionId = randomUUID();
    const talk = await recordings.startTalk(leg, { interactionId });
    expect(talk.started).toEqual({
      type: "recording.started",
      recordingId: talk.recordingId,
      kind: "talk",
    });
    const startedAt = Date.now();
    await atLeast(1_200);
    const result = await talk.finish(Date.now() - startedAt);
    expect(await talk.finish(0)).toBe(result);
    const day = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
    expect(result.recording).toMatchObject({ file: `${day}/${talk.recordingId}.wav`, channels: 2 });
    const path = recordings.pathOf(result.recording?.file ?? "");
    const bytes = await readFile(path);
    expect(result.events).toEqual([
      {
        type: "recording.stopped",
        recordingId: talk.recordingId,
        kind: "talk",
        durationMs: result.recording?.durationMs,
        bytes: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
      },
    ]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, ".."))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(root, "unfinished"))).toEqual([]);
    await telephone.close();
  });

  it("of another length than the talk is told as a mismatch", async () => {
    const { telephone, leg } = await callIn();
    const talk = await recordings.startTalk(leg, { interactionId: randomUUID() });
    await atLeast(500);
    const { events } = await talk.finish(60_000);
    expect(events.map((event) => event.type)).toEqual(["recording.stopped", "recording.mismatch"]);
    expect(events[1]).toMatchObject({ expectedMs: 60_000 });
    await telephone.close();
  });

  it("is finished after the caller hung up", async () => {
    const { telephone, call, leg } = await callIn();
    const talk = await recordings.startTalk(leg, { interactionId: randomUUID() });
    const startedAt = Date.now();
    await atLeast(700);
    await call.hangUp();
    await leg.ended;
    const { events } = await talk.finish(Date.now() - startedAt);
    expect(events.map((event) => event.type)).toEqual(["recording.stopped"]);
    await telephone.close();
  });

  it("fails as an event when the leg is gone already, and nothing is left behind", async () => {
    const { telephone, call, leg } = await callIn();
    await call.hangUp();
    await leg.ended;
    const talk = await recordings.startTalk(leg, { interactionId: randomUUID() });
    expect(talk.started).toMatchObject({ type: "recording.failed", recordingId: talk.recordingId });
    expect(await talk.finish(1_000)).toEqual({ recording: null, events: [] });
    expect(await readdir(join(root, "unfinished"))).toEqual([]);
    await telephone.close();
  });

  it("of a talk that ended before a packet came fails without being an error; of a longer one it is an error", async () => {
    const log = countLines(silent);
    const own = openRecordings({ root, clock: systemClock, log });
    const sentence = "No file was written";
    const stop = () => Promise.resolve({ ok: false as const, path: "", sentence });
    const leg = { startRecording: () => Promise.resolve({ stop }) } as unknown as Leg;
    const finish = async (talkMs: number) => {
      const talk = await own.startTalk(leg, { interactionId: randomUUID() });
      return (await talk.finish(talkMs)).events;
    };
    expect(await finish(10)).toMatchObject([
      { type: "recording.failed", sentence: "The talk was too short for a recording" },
    ]);
    expect(log.counts).toEqual({ warn: 0, error: 0 });
    expect(await finish(1_000)).toMatchObject([{ type: "recording.failed", sentence }]);
    expect(log.counts).toEqual({ warn: 0, error: 1 });
    expect(await readdir(join(root, "unfinished"))).toEqual([]);
  });

  it("is refused when the disk is full, and the call goes on", async () => {
    const { telephone, leg } = await callIn();
    const full = openRecordings({ root, clock: systemClock, log: silent, leastFreeBytes: 2 ** 60 });
    const talk = await full.startTalk(leg, { interactionId: randomUUID() });
    expect(talk.started).toMatchObject({ type: "recording.failed" });
    expect(talk.started).toHaveProperty("sentence", expect.stringMatching(/^Only \d+ MB are free/));
    const voicemail = await full.openVoicemail({ interactionId: randomUUID() });
    expect(voicemail.ok).toBe(false);
    expect(leg.signal.aborted).toBe(false);
    await leg.hangUp();
    await telephone.close();
  });

  it("can be a voicemail", async () => {
    const { telephone, leg } = await callIn();
    const result = await leaveVoicemail(leg);
    expect(result.events).toMatchObject([{ type: "recording.stopped", kind: "voicemail" }]);
    expect(result.recording?.durationMs).toBeGreaterThan(700);
    await leg.hangUp();
    await telephone.close();
  });

  it("leaves nothing behind of a voicemail that nobody began", async () => {
    const voicemail = await recordings.openVoicemail({ interactionId: randomUUID() });
    if (!voicemail.ok) throw new Error("A path was expected");
    expect(await readdir(join(root, "unfinished"))).toHaveLength(1);
    await voicemail.discard();
    expect(await readdir(join(root, "unfinished"))).toEqual([]);
  });

  async function leaveVoicemail(leg: CallerLeg) {
    const voicemail = await recordings.openVoicemail({ interactionId: randomUUID() });
    if (!voicemail.ok) throw new Error("A path was expected");
    const { path } = voicemail;
    await leg.record({ path, maxSeconds: 1, silenceSeconds: 0, terminators: "#", beep: false });
    return voicemail.finish();
  }
});

describe("after a crash", () => {
  it("an unfinished recording gets a right header and its line in the ledger", async () => {
    const { path, note } = await leaveUnfinished(encodeWav(new Int16Array(16_000), 8_000, 2));
    const file = await readFile(path);
    file.writeUInt32LE(0, 4);
    file.writeUInt32LE(0, 40);
    await writeFile(path, file);
    const [recovered, ...more] = await recordings.recover();
    expect(more).toEqual([]);
    expect(recovered).toMatchObject({
      recordingId: note.recordingId,
      interactionId: note.interactionId,
      recording: { durationMs: 1_000, file: note.file },
      events: [{ type: "recording.stopped", durationMs: 1_000 }],
    });
    expect(parseWav(await readFile(path))).toMatchObject({ frames: 8_000, channels: 2 });
    expect(await recordings.recover()).toEqual([]);
  });

  it("a recording without audio is marked as failed", async () => {
    await leaveUnfinished(Buffer.alloc(0));
    const [recovered] = await recordings.recover();
    expect(recovered).toMatchObject({
      recording: null,
      events: [{ type: "recording.failed", sentence: "The file is empty" }],
    });
  });

  it("a note that was cut short is passed over", async () => {
    await mkdir(join(root, "unfinished"), { recursive: true });
    await writeFile(join(root, "unfinished", "half.json"), '{"recordingId":');
    expect(await recordings.recover()).toEqual([]);
  });
});

describe("a stored file", () => {
  it("is found by its name only", () => {
    expect(recordings.pathOf("2026/11/29/6f1c0f9e-7d53-4f1e-9b9c-0d8a2a4a1c11.wav")).toContain(root);
    for (const name of ["../../etc/passwd", "2026/11/29/x.wav", "unfinished/a.json", ""]) {
      expect(() => recordings.pathOf(name)).toThrow(/There is no recording/);
    }
  });
});

async function leaveUnfinished(file: Buffer) {
  const note = {
    recordingId: randomUUID(),
    interactionId: randomUUID(),
    kind: "talk",
    file: "",
    startedAt: 1_700_000_000_000,
  };
  note.file = `2023/11/14/${note.recordingId}.wav`;
  await mkdir(join(root, "2023/11/14"), { recursive: true });
  await mkdir(join(root, "unfinished"), { recursive: true });
  await writeFile(join(root, "unfinished", `${note.recordingId}.json`), JSON.stringify(note));
  const path = join(root, note.file);
  await writeFile(path, file);
  return { note, path };
}

/** Lets real audio run for so long. */
async function atLeast(ms: number): Promise<void> {
  const until = performance.now() + ms;
  await waitFor(`${ms} ms`, () => performance.now() >= until, { timeoutMs: ms + 1_000 });
}
