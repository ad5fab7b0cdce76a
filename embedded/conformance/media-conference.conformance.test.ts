import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectCaller } from "./caller.ts";
import type { AtTheEnd, Caller } from "./caller.ts";
import { Controller } from "./controller.ts";
import { openPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { shareOfTone } from "./peer/tone.ts";
import { waitUntil, within } from "./peer/wait-until.ts";

describe("a conference", () => {
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

  const connect = async (atTheEnd: AtTheEnd): Promise<Caller> => {
    const caller = await connectCaller(app);
    atTheEnd(() => caller.close());
    return caller;
  };

  async function joined(count: number, room: string, onTestFinished: AtTheEnd): Promise<Caller[]> {
    const tones = [600, 1000, 1400];
    const members: Caller[] = [];
    for (let i = 0; i < count; i += 1) {
      const caller = await connect(onTestFinished);
      caller.audio.mouth.sayTone(tones[i] ?? 0);
      const { memberId } = await within("the join", 4000, caller.endpoint.join(room, { profile: "default" }));
      expect(memberId).toBeGreaterThan(0);
      members.push(caller);
    }
    return members;
  }

  const newRoom = (): string => `room-${randomUUID()}`;

  const conference = async (room: string, command: string): Promise<string> =>
    (await app.media()).api(`conference ${room} ${command}`);

  /** Waits until both tones are in what the caller hears. */
  const hears = (caller: Caller, one: number, other: number): Promise<void> =>
    waitUntil(`both ${one} and ${other} Hz`, 4000, () => {
      const recent = caller.audio.ear.last(200);
      return shareOfTone(recent, one, 8000) > 0.25 && shareOfTone(recent, other, 8000) > 0.25;
    });

  it.concurrent("each hears the others, and not itself", async ({ onTestFinished }) => {
    const room = newRoom();
    const [a, b, c] = (await joined(3, room, onTestFinished)) as [Caller, Caller, Caller];
    await hears(a, 1000, 1400);
    await hears(b, 600, 1400);
    await hears(c, 600, 1000);
    expect(shareOfTone(a.audio.ear.last(200), 600, 8000)).toBeLessThan(0.05);
  });

  it.concurrent("says that there is none of that name", async () => {
    const room = "nowhere";
    expect(await conference(room, "list count")).toMatch(/Conference nowhere not found/);
  });

  it.concurrent("lists its members, and counts them", async ({ onTestFinished }) => {
    const room = newRoom();
    const [a] = (await joined(2, room, onTestFinished)) as [Caller];
    expect((await conference(room, "list count")).trim()).toBe("2");
    const list = await conference(room, "list");
    expect(list).toContain(a.endpoint.uuid);
    expect(list.trim().split("\n")).toHaveLength(2);
    const found = JSON.parse(await conference(room, "json_list")) as {
      conference_name: string;
      member_count: number;
      members: { id: number; uuid: string }[];
    }[];
    expect([found[0]?.conference_name, found[0]?.member_count]).toEqual([room, 2]);
    expect(found[0]?.members.map(({ uuid }) => uuid)).toContain(a.endpoint.uuid);
  });

  it.concurrent("mutes and unmutes a member", async ({ onTestFinished }) => {
    const room = newRoom();
    const [a, b] = (await joined(2, room, onTestFinished)) as [Caller, Caller];
    await b.audio.ear.waitForTone(600);
    await within("mute", 3000, a.endpoint.confMute());
    await b.audio.ear.waitForSilence();
    await within("unmute", 3000, a.endpoint.confUnmute());
    await b.audio.ear.waitForTone(600);
  });

  it.concurrent("relates members: one that another may not hear (whisper)", async ({ onTestFinished }) => {
    const room = newRoom();
    const [a, b, c] = (await joined(3, room, onTestFinished)) as [Caller, Caller, Caller];
    await hears(b, 600, 1400);
    const id = (caller: Caller): number => caller.endpoint.conf.memberId ?? 0;
    expect(await conference(room, `relate ${id(c)} ${id(a)} nospeak`)).toMatch(/\+OK|relationship/);
    await a.audio.ear.waitForTone(1000);
    await hears(b, 600, 1400);
  });

  it.concurrent(
    "kicks a member: the rest goes on, and its channel stays with the application",
    async ({ onTestFinished }) => {
      const room = newRoom();
      const [a, b] = (await joined(3, room, onTestFinished)) as [Caller, Caller];
      await within("kick", 3000, b.endpoint.confKick());
      await a.audio.ear.waitForTone(1400);
      expect((await conference(room, "list count")).trim()).toBe("2");
      const playing = b.endpoint.play("tone_stream://%(500,0,1300)");
      await b.audio.ear.waitForTone(1300);
      await within("the prompt ends", 2000, playing);
    },
  );

  it.concurrent("a member's channel can leave for a bridge by uuid_transfer", async ({ onTestFinished }) => {
    const room = newRoom();
    const [a, b] = (await joined(3, room, onTestFinished)) as [Caller, Caller];
    const media = await app.media();
    expect(await media.api(`uuid_transfer ${a.endpoint.uuid} park inline`)).toMatch(/^\+OK/);
    await a.audio.ear.waitForSilence();
    expect(await media.api(`uuid_transfer ${b.endpoint.uuid} park inline`)).toMatch(/^\+OK/);
    await b.audio.ear.waitForSilence();
    await within("the bridge", 3000, a.endpoint.bridge(b.endpoint));
    await b.audio.ear.waitForTone(600);
    await a.audio.ear.waitForTone(1000);
  });

  it.concurrent("two bridged callers move into it together", async ({ onTestFinished }) => {
    const [a, b, c] = [
      await connect(onTestFinished),
      await connect(onTestFinished),
      await connect(onTestFinished),
    ];
    a.audio.mouth.sayTone(600);
    b.audio.mouth.sayTone(1000);
    c.audio.mouth.sayTone(1400);
    await a.endpoint.bridge(b.endpoint);
    await b.audio.ear.waitForTone(600);
    const room = newRoom();
    const media = await app.media();
    expect(
      await media.api(`uuid_transfer ${a.endpoint.uuid} -both conference:${room}@default inline`),
    ).toMatch(/^\+OK/);
    await within("the third joins", 4000, c.endpoint.join(room, { profile: "default" }));
    await hears(a, 1000, 1400);
    await hears(b, 600, 1400);
  });

  it.concurrent("ends with its last member", async ({ onTestFinished }) => {
    const room = newRoom();
    const members = await joined(2, room, onTestFinished);
    for (const member of members) await member.endpoint.destroy();
    await gone(room);
  });

  it.concurrent("`hup all` ends it; the channels stay with the application", async ({ onTestFinished }) => {
    const room = newRoom();
    const [a, b] = (await joined(2, room, onTestFinished)) as [Caller, Caller];
    await conference(room, "hup all");
    await gone(room);
    for (const caller of [a, b]) {
      const playing = caller.endpoint.play("tone_stream://%(500,0,1300)");
      await caller.audio.ear.waitForTone(1300);
      await within("the prompt ends", 2000, playing);
    }
  });

  async function gone(name: string): Promise<void> {
    const media = await app.media();
    for (let tries = 0; tries < 100; tries += 1) {
      if (/not found/.test(await media.api(`conference ${name} list count`))) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`conference ${name} is still there`);
  }
});
