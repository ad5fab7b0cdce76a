import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectCaller } from "./caller.ts";
import type { AtTheEnd, Caller } from "./caller.ts";
import { Controller } from "./controller.ts";
import { openPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { waitUntil, within } from "./peer/wait-until.ts";

describe("two callers bridged", () => {
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
  const connectBoth = async (atTheEnd: AtTheEnd): Promise<readonly [Caller, Caller]> => [
    await connect(atTheEnd),
    await connect(atTheEnd),
  ];

  const hearEachOther = async (a: Caller, b: Caller): Promise<void> => {
    a.audio.mouth.sayTone(600);
    b.audio.mouth.sayTone(1000);
    await b.audio.ear.waitForTone(600);
    await a.audio.ear.waitForTone(1000);
  };

  it.concurrent("hear each other", async ({ onTestFinished }) => {
    const [a, b] = await connectBoth(onTestFinished);
    await within("the bridge", 3000, a.endpoint.bridge(b.endpoint));
    await hearEachOther(a, b);
  });

  it.concurrent("hear each other across A-law and µ-law", async ({ onTestFinished }) => {
    const a = await connect(onTestFinished, 8);
    const b = await connect(onTestFinished, 0);
    await within("the bridge", 3000, a.endpoint.bridge(b.endpoint.uuid));
    await hearEachOther(a, b);
    expect([...a.audio.ear.payloadTypes]).toEqual([8]);
    expect([...b.audio.ear.payloadTypes]).toEqual([0]);
  });

  it.concurrent("a bridge ends the music that a channel hears", async ({ onTestFinished }) => {
    const [a, b] = await connectBoth(onTestFinished);
    const music = a.endpoint.play("local_stream://moh");
    await waitUntil("music", 4000, () => a.audio.ear.last(200).some((s) => Math.abs(s) > 300));
    await within("the bridge", 3000, a.endpoint.bridge(b.endpoint));
    await hearEachOther(a, b);
    await within("the music is over", 2000, music);
  });

  it.concurrent("pass digits through", async ({ onTestFinished }) => {
    const [a, b] = await connectBoth(onTestFinished);
    await a.endpoint.bridge(b.endpoint);
    await hearEachOther(a, b);
    const told: string[] = [];
    a.endpoint.on("dtmf", ({ dtmf }) => told.push(dtmf));
    a.audio.mouth.press("36");
    await waitUntil("two digits", 3000, () => b.audio.ear.digits.length === 2);
    expect(b.audio.ear.digits).toEqual(["3", "6"]);
    await waitUntil("the application is told", 2000, () => told.length === 2);
  });

  it.concurrent(
    "unbridge parks both, in silence, and they may be bridged again",
    async ({ onTestFinished }) => {
      const [a, b] = await connectBoth(onTestFinished);
      await a.endpoint.bridge(b.endpoint);
      await hearEachOther(a, b);
      await within("unbridge", 3000, a.endpoint.unbridge());
      await a.audio.ear.waitForSilence();
      await b.audio.ear.waitForSilence();
      expect([a.endpoint.connected, b.endpoint.connected]).toEqual([true, true]);
      const playing = a.endpoint.play("tone_stream://%(600,0,1300)");
      await a.audio.ear.waitForTone(1300);
      await within("the prompt ends", 3000, playing);
      await b.endpoint.bridge(a.endpoint);
      await hearEachOther(a, b);
    },
  );

  it.concurrent(
    "the bridging channel leaves: the other is hung up too, without park_after_bridge",
    async ({ onTestFinished }) => {
      const [a, b] = await connectBoth(onTestFinished);
      await b.endpoint.set("park_after_bridge", "false");
      await a.endpoint.bridge(b.endpoint);
      await hearEachOther(a, b);
      const told = new Promise<string>((resolve) =>
        b.endpoint.on("destroy", (info) => resolve(info?.reason ?? "")),
      );
      await within("the first channel ends", 3000, a.endpoint.destroy());
      expect(await within("the other ends", 3000, told)).toMatch(/^(NORMAL_CLEARING)?$/);
    },
  );

  it.concurrent.for([
    ["the bridging channel leaves: the other stays with park_after_bridge", "bridger", true],
    ["the bridged channel leaves: the one that bridged stays without it, too", "bridged", false],
    ["the bridged channel leaves: the one that bridged stays with park_after_bridge", "bridged", true],
  ] as const)("%s, in silence, and can be played to", async ([, who, parks], { onTestFinished }) => {
    const [a, b] = await connectBoth(onTestFinished);
    const [goes, stays] = who === "bridger" ? [a, b] : [b, a];
    // A Ringdown that was connected to this server has set it for all channels.
    await stays.endpoint.set("park_after_bridge", String(parks));
    await a.endpoint.bridge(b.endpoint);
    await hearEachOther(a, b);
    await within("the first channel ends", 3000, goes.endpoint.destroy());
    await stays.audio.ear.waitForSilence();
    expect(stays.endpoint.connected).toBe(true);
    const playing = stays.endpoint.play("tone_stream://%(600,0,1300)");
    await stays.audio.ear.waitForTone(1300);
    await within("the prompt ends", 3000, playing);
  });

  it.concurrent("refuses a bridge with a channel that is gone", async ({ onTestFinished }) => {
    const a = await connect(onTestFinished);
    await expect(a.endpoint.bridge("00000000-0000-0000-0000-000000000000")).rejects.toThrow(/^-ERR/);
  });
});
