import { afterEach, describe, expect, it } from "vitest";
import { defaultQueueSettings } from "../acd/acd.ts";
import { waitFor } from "../tests/rig/wait-for.ts";
import { ann, Stage } from "./queue-stage.case.ts";

let stage: Stage;
afterEach(() => stage.acd.close());

/** A queue that tells the position at once and every 45 seconds. */
async function opened(): Promise<Stage> {
  stage = await Stage.open();
  await stage.acd.setQueue({
    ...defaultQueueSettings,
    queueId: "sales",
    wrapUpMs: 0,
    ringTimeoutMs: 100_000,
    announceEveryMs: 45_000,
  });
  stage.settings["sales"] = { announcePosition: true, announceEstimate: true };
  return stage;
}

/** Ann takes `count` callers from a queue in which somebody always waits, each for four minutes. */
async function serveMany(count: number): Promise<void> {
  const { acd, clock } = stage;
  const enter = (n: number) =>
    acd.enqueue({
      interactionId: `c${n}`,
      queueId: "sales",
      channel: "voice",
      priority: 0,
      enqueuedAt: clock.now(),
    });
  const waiting = await Promise.all(Array.from({ length: count + 1 }, (_, n) => enter(n)));
  for (let n = 0; n < count; n += 1) {
    let step = await waiting[n]?.next();
    while (step !== undefined && step.type !== "offer") step = await waiting[n]?.next();
    await acd.accept(step?.offerId ?? "");
    clock.advance(240_000);
    await acd.release(`c${n}`, ann);
  }
}

const leave = async (serving: Promise<unknown>) => {
  stage.caller.end({ by: "remote", cause: "normal" });
  await serving;
};

describe("an announcement", () => {
  it("is of the position alone while the wait is not known", async () => {
    await opened();
    await stage.acd.removeAgent(ann);
    const serving = stage.serve();
    await stage.untilTold("queue.announced");
    expect(stage.caller.announced).toEqual([["en position-next"]]);
    expect(stage.lines("queue.announced")).toEqual([
      { type: "queue.announced", position: 1, waiting: 1, estimatedWaitMs: null },
    ]);
    await leave(serving);
  });

  it("tells the estimated wait in minutes once it is known, if the queue wants it", async () => {
    await opened();
    await serveMany(12);
    const serving = stage.serve();
    await stage.untilTold("queue.announced");
    const [told] = stage.lines("queue.announced");
    const minutes = Math.ceil((told?.estimatedWaitMs ?? 0) / 60_000);
    expect(minutes).toBeGreaterThanOrEqual(4);
    expect(stage.caller.announced[0]?.slice(-3)).toEqual([
      "en wait-intro",
      `en number-${minutes}`,
      "en wait-minutes",
    ]);
    await leave(serving);
  });

  it("that comes while another is spoken waits for its end, and only the newest is said", async () => {
    await opened();
    await stage.acd.removeAgent(ann);
    let end: () => void = () => undefined;
    stage.caller.announcing = new Promise((resolve) => (end = resolve));
    const serving = stage.serve();
    await stage.untilTold("queue.announced");
    stage.clock.advance(45_000);
    stage.clock.advance(45_000);
    await waitFor("the router", () => stage.acd.explainWaiting("i1"));
    await new Promise(setImmediate);
    expect(stage.caller.announced).toHaveLength(1);
    end();
    await stage.untilTold("queue.announced", 2);
    expect(stage.caller.announced).toHaveLength(2);
    await leave(serving);
  });

  it("is not begun while an agent rings", async () => {
    await opened();
    stage.answers = () => new Promise(() => undefined);
    const serving = stage.serve();
    await stage.untilTold("offer.made");
    stage.clock.advance(46_000);
    await waitFor("the router to be past it", () => stage.acd.board().at >= stage.clock.now() - 1_000);
    await new Promise(setImmediate);
    expect(stage.caller.announced).toEqual([]);
    await leave(serving);
  });
});
