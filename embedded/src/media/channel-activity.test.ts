import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildWavHeader } from "./core/wav.ts";
import { shareOfTone } from "./testing/signal.ts";
import { Solo } from "./testing/solo.ts";
import { waitFor } from "./testing/wait-for.ts";

let solo: Solo;

beforeAll(async () => {
  solo = await Solo.start();
  await solo.esl.command("event json CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP PLAYBACK_STOP");
});

afterAll(async () => {
  await solo.close();
});

function execute(uuid: string, application: string, argument: string, headers = ""): Promise<string> {
  return solo.esl.command(
    `sendmsg ${uuid}\ncall-command: execute\nexecute-app-name: ${application}\nexecute-app-arg: ${argument}${headers}`,
  );
}

const untilEmpty = () => waitFor("the end", () => solo.media.stats().channels === 0);

describe("what a channel does", () => {
  it("a second playback goes before the first, which then goes on", async () => {
    const { phone, uuid } = await solo.call();
    await execute(uuid, "playback", "tone_stream://%(1500,0,500)");
    expect(shareOfTone((await phone.hear(800)).subarray(160), 500)).toBeGreaterThan(0.9);
    await execute(uuid, "playback", "tone_stream://%(400,0,1100)");
    expect(shareOfTone((await phone.hear(1600)).subarray(480), 1100)).toBeGreaterThan(0.9);
    const first = await solo.esl.event("CHANNEL_EXECUTE_COMPLETE", { Application: "playback" });
    expect(first["Application-Data"]).toBe("tone_stream://%(400,0,1100)");
    expect(shareOfTone((await phone.hear(800)).subarray(160), 500)).toBeGreaterThan(0.9);
    await solo.esl.api(`uuid_kill ${uuid}`);
    await untilEmpty();
  });

  it("a break that comes while a file is being opened ends its playback, and no later one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "ringdown-activity-"));
    const longFile = join(folder, "long.wav"); // ten minutes: the break overtakes its opening
    const samples = Buffer.alloc(2 * 8_000 * 600);
    await writeFile(longFile, Buffer.concat([buildWavHeader(8_000, 1, samples.length), samples]));
    const { uuid } = await solo.call();
    const opening = execute(uuid, "playback", longFile);
    const breaking = solo.esl.api(`uuid_break ${uuid}`);
    await Promise.all([opening, breaking]);
    const stopped = await solo.esl.event("PLAYBACK_STOP", { "Unique-ID": uuid });
    expect(stopped["Playback-Status"]).toBe("break");
    await execute(uuid, "playback", "tone_stream://%(200,0,500)");
    const played = await solo.esl.event("PLAYBACK_STOP", { "Unique-ID": uuid });
    expect(played["Playback-Status"]).toBe("done");
    await rm(folder, { recursive: true });
    await solo.esl.api(`uuid_kill ${uuid}`);
    await untilEmpty();
  });

  it("a variable is set at once while a file plays, but waits behind an event lock", async () => {
    const { uuid } = await solo.call();
    await execute(uuid, "playback", "tone_stream://%(60000,0,500)");
    await execute(uuid, "set", "free=yes");
    expect(await solo.esl.api(`uuid_getvar ${uuid} free`)).toBe("yes");
    await solo.esl.api(`uuid_broadcast ${uuid} tone_stream://%(400,0,700) aleg`);
    await execute(uuid, "set", "locked=yes");
    expect(await solo.esl.api(`uuid_getvar ${uuid} locked`)).toBe("_undef_");
    await solo.esl.event("PLAYBACK_STOP", { "Playback-File-Path": "tone_stream://%(400,0,700)" });
    expect(await solo.esl.api(`uuid_getvar ${uuid} locked`)).toBe("yes");
    await solo.esl.api(`uuid_kill ${uuid}`);
    await untilEmpty();
  });

  it("an application that a bridge interrupts plays no further", async () => {
    const [a, b] = [await solo.call(), await solo.call()];
    b.phone.speak(1300);
    await execute(
      a.uuid,
      "play_and_get_digits",
      "1 4 5 3000 # tone_stream://%(400,0,500) tone_stream://%(400,0,600) d \\d+",
    );
    await a.phone.hear(800);
    expect(await solo.esl.api(`uuid_bridge ${a.uuid} ${b.uuid}`)).toBe(`+OK ${b.uuid}\n`);
    await solo.esl.event("CHANNEL_EXECUTE_COMPLETE", { Application: "play_and_get_digits" });
    await a.phone.hear(1600);
    expect(shareOfTone(await a.phone.hear(8000), 1300)).toBeGreaterThan(0.9);
    await solo.esl.api("hupall");
    await untilEmpty();
  });

  it("music that loops ends with the hold, whatever comes next", async () => {
    const [a, b] = [await solo.call(), await solo.call()];
    a.phone.speak(500);
    await solo.esl.api(`uuid_setvar ${a.uuid} hold_music tone_stream://%(600,0,1700)`);
    await solo.esl.api(`uuid_setvar ${b.uuid} park_after_bridge true`);
    await solo.esl.api(`uuid_bridge ${a.uuid} ${b.uuid}`);
    await solo.esl.api(`uuid_hold ${a.uuid}`);
    expect(shareOfTone((await b.phone.hear(8000)).subarray(3200), 1700)).toBeGreaterThan(0.8);
    await solo.esl.api(`uuid_kill ${a.uuid}`);
    await waitFor("one channel", () => solo.media.stats().channels === 1);
    const heard = b.phone.packets.length;
    await solo.esl.api(`uuid_broadcast ${b.uuid} tone_stream://%(400,0,900) aleg`);
    await solo.esl.event("PLAYBACK_STOP", { "Playback-File-Path": "tone_stream://%(400,0,900)" });
    expect(b.phone.packets.length - heard).toBeLessThan(26);
    expect(shareOfTone(b.phone.lastSamples(1600), 900)).toBeGreaterThan(0.9);
    await solo.esl.api("hupall");
    await untilEmpty();
  });

  it("an application that doesn't exist ends the call", async () => {
    const { sip, uuid } = await solo.call();
    await execute(uuid, "fly", "");
    expect(await solo.esl.event("CHANNEL_HANGUP", { "Unique-ID": uuid })).toMatchObject({
      "Hangup-Cause": "DESTINATION_OUT_OF_ORDER",
    });
    expect((await sip.request("BYE")).headers.get("reason")?.[0]).toContain("cause=27");
    await untilEmpty();
  });
});
