import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectCaller } from "./caller.ts";
import type { AtTheEnd, Caller } from "./caller.ts";
import { Controller } from "./controller.ts";
import { openPair } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { waitUntil, within } from "./peer/wait-until.ts";

describe("digits of a caller", () => {
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

  it.concurrent(
    "are told one by one, each once, with how long the key was held",
    async ({ onTestFinished }) => {
      const caller = await connect(onTestFinished);
      const heard: string[] = [];
      const durations: number[] = [];
      caller.endpoint.on("dtmf", ({ dtmf, duration }) => {
        heard.push(dtmf);
        durations.push(Number(duration));
      });
      caller.audio.mouth.press("159*0#D");
      await waitUntil("seven digits", 4000, () => heard.length === 7);
      expect(heard.join("")).toBe("159*0#D");
      for (const duration of durations) expect(duration).toBeGreaterThanOrEqual(600);
    },
  );

  it.concurrent(
    "collect: ends on the terminator, which is not among the digits",
    async ({ onTestFinished }) => {
      const caller = await connect(onTestFinished);
      const collecting = caller.endpoint.playCollect({
        file: "tone_stream://%(5000,0,700)",
        min: 1,
        max: 6,
        timeout: 4000,
        digitTimeout: 3000,
      });
      await caller.audio.ear.waitForTone(700);
      caller.audio.mouth.press("42#");
      const result = await within("digits", 3000, collecting);
      expect([result.digits, result.terminatorUsed]).toEqual(["42", "#"]);
      await caller.audio.ear.waitForSilence(); // the first key ended the prompt
    },
  );

  it.concurrent("collect: ends as soon as the most digits are there", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    const collecting = caller.endpoint.playCollect({
      file: "silence_stream://3000",
      min: 1,
      max: 2,
      timeout: 3000,
    });
    caller.audio.mouth.press("78");
    expect((await within("digits", 2000, collecting)).digits).toBe("78");
  });

  it.concurrent(
    "collect: ends with what is there when the next digit doesn't come",
    async ({ onTestFinished }) => {
      const caller = await connect(onTestFinished);
      const collecting = caller.endpoint.playCollect({
        file: "silence_stream://2000",
        min: 1,
        max: 5,
        timeout: 3000,
        digitTimeout: 500,
      });
      caller.audio.mouth.press("3");
      expect((await within("digits", 2500, collecting)).digits).toBe("3");
    },
  );

  it.concurrent("collect: nothing pressed gives nothing, once for each try", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    const prompts: string[] = [];
    caller.endpoint.on("playback-start", ({ file }) => prompts.push(file ?? ""));
    const result = await within(
      "the tries are over",
      6000,
      caller.endpoint.playCollect({
        file: "silence_stream://150",
        invalidFile: "silence_stream://120",
        min: 1,
        max: 1,
        tries: 2,
        timeout: 300,
      }),
    );
    expect(result.digits ?? "").toBe("");
    expect(result.invalidDigits ?? "").toBe("");
    expect(prompts).toEqual([
      "silence_stream://150",
      "silence_stream://120",
      "silence_stream://150",
      "silence_stream://120",
    ]);
  });

  it.concurrent(
    "collect: a digit that doesn't fit is told apart, and the next try may fit",
    async ({ onTestFinished }) => {
      const caller = await connect(onTestFinished);
      const collecting = caller.endpoint.playCollect({
        file: "silence_stream://1000",
        invalidFile: "tone_stream://%(400,0,900)",
        min: 1,
        max: 1,
        tries: 2,
        timeout: 2000,
        regexp: "[12]",
      });
      caller.audio.mouth.press("9");
      await caller.audio.ear.waitForTone(900);
      await caller.audio.ear.waitForSilence();
      caller.audio.mouth.press("2");
      const result = await within("digits", 4000, collecting);
      expect([result.digits, result.invalidDigits]).toEqual(["2", "9"]);
    },
  );

  it.concurrent("collect: a digit that never fits leaves no digits", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    const collecting = caller.endpoint.playCollect({
      file: "silence_stream://1000",
      invalidFile: "silence_stream://100",
      min: 1,
      max: 1,
      timeout: 1000,
      regexp: "[12]",
    });
    caller.audio.mouth.press("7");
    const result = await within("the try is over", 3000, collecting);
    expect(result.digits ?? "").toBe("");
    expect(result.invalidDigits).toBe("7");
  });

  it.concurrent(
    "pressed while nothing collects are told, and don't count for the next collect",
    async ({ onTestFinished }) => {
      const caller = await connect(onTestFinished);
      const heard: string[] = [];
      caller.endpoint.on("dtmf", ({ dtmf }) => heard.push(dtmf));
      caller.audio.mouth.press("5");
      await waitUntil("the digit", 2000, () => heard.length === 1);
      const collecting = caller.endpoint.playCollect({
        file: "tone_stream://%(2000,0,700)",
        min: 1,
        max: 1,
        timeout: 2000,
      });
      await caller.audio.ear.waitForTone(700);
      caller.audio.mouth.press("7");
      expect((await within("digits", 2000, collecting)).digits).toBe("7");
    },
  );

  it.concurrent("are sent to the caller by send_dtmf", async ({ onTestFinished }) => {
    const caller = await connect(onTestFinished);
    await caller.endpoint.execute("send_dtmf", "47#");
    await waitUntil("three digits", 4000, () => caller.audio.ear.digits.length === 3);
    expect(caller.audio.ear.digits.join("")).toBe("47#");
  });
});
