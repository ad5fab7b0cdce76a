import { afterEach, describe, expect, it } from "vitest";
import { waitFor } from "../tests/rig/wait-for.ts";
import type { Onward } from "./overflow.ts";
import { ann, Stage } from "./queue-stage.case.ts";

const eve = "00000000-0000-4000-8000-000000000002";

let stage: Stage;
const opened = async () => {
  stage = await Stage.open();
  await stage.acd.removeAgent(ann);
  return stage;
};
afterEach(() => stage.acd.close());

const waitsIn = (queueId: string) =>
  waitFor(`the caller to wait in ${queueId}`, () => (stage.acd.queue(queueId)?.waiting.length ?? 0) > 0);
const untilEntered = (count = 1) => stage.untilTold("queue.entered", count);
/** The caller's own limit runs out. */
async function untilLimit(ms = 60_000): Promise<void> {
  await waitFor("the limit's timer", () => stage.clock.nextTimerAt());
  stage.clock.advance(ms);
}
const faults = () => stage.lines("fault").map(({ sentence }) => sentence);

describe("a queue that sends callers on", () => {
  it("to another queue keeps their entry time, and an agent there answers", async () => {
    await opened();
    await stage.addQueue("support");
    stage.settings["sales"] = { overflow: { "max-wait": { kind: "queue", queueId: "support" } } };
    stage.bridging = () => Promise.resolve(stage.joined(() => stage.legs.at(-1)));
    const serving = stage.serve({ maxWaitMs: 60_000 });
    await untilEntered();
    await untilLimit();
    await untilEntered(2);
    await stage.ready(eve, ["support"]);
    await stage.untilTold("talk.started");
    stage.caller.end({ by: "remote", cause: "normal" });
    expect(await serving).toBe("answered");
    const [first, second] = stage.lines("queue.entered");
    expect(second).toMatchObject({ queueId: "support", enqueuedAt: first?.enqueuedAt });
    expect(stage.lines("queue.left")).toMatchObject([
      { queueId: "sales", cause: "maximum-wait" },
      { queueId: "support", cause: "answered" },
    ]);
    expect(stage.lines("queue.overflowed")).toEqual([
      { type: "queue.overflowed", queueId: "sales", cause: "max-wait", to: "queue", target: "support" },
    ]);
    expect(stage.lines("offer.made")[0]?.reason.waitedMs).toBeGreaterThanOrEqual(60_000);
  });

  it("back to where they were ends at the flow's exit: no circle, and a line that says so", async () => {
    await opened();
    await stage.addQueue("support", { overflow: { closed: { kind: "queue", queueId: "sales" } } });
    stage.settings["sales"] = { overflow: { closed: { kind: "queue", queueId: "support" } } };
    stage.isOpen = false;
    expect(await stage.serve()).toBe("closed");
    expect(stage.lines("queue.left").map(({ queueId, cause }) => [queueId, cause])).toEqual([
      ["sales", "closed"],
      ["support", "closed"],
    ]);
    expect(faults()).toEqual([expect.stringContaining("leads back to a queue")]);
  });

  it("to a queue that is gone leaves them to the flow's exit", async () => {
    await opened();
    stage.settings["sales"] = { overflow: { closed: { kind: "queue", queueId: "gone" } } };
    stage.isOpen = false;
    expect(await stage.serve()).toBe("closed");
    expect(faults()).toEqual([expect.stringContaining("does not exist")]);
  });

  it.each(["served", "answered", "transferred", "hung-up"] as const)(
    "to a flow ends as that flow does: %s",
    async (how) => {
      await opened();
      stage.settings["sales"] = { overflow: { closed: { kind: "flow", flowId: "f1" } } };
      stage.isOpen = false;
      const entered: unknown[] = [];
      const onward: Onward = {
        around: (_, stay) => stay(),
        enterFlow(flowId, values) {
          entered.push([flowId, values]);
          return Promise.resolve(how);
        },
      };
      expect(await stage.serve({ values: { product: "printers" } }, onward)).toBe(how);
      expect(entered).toEqual([["f1", { product: "printers" }]]);
    },
  );

  it("to a flow that is not published, or a recording that can't be made, leaves them to the flow's exit", async () => {
    await opened();
    stage.settings["sales"] = { overflow: { closed: { kind: "flow", flowId: "f1" } } };
    stage.isOpen = false;
    expect(await stage.serve()).toBe("closed");
    stage.settings["sales"] = { overflow: { closed: { kind: "voicemail" } } };
    expect(await stage.serve()).toBe("closed");
    expect(faults()).toEqual([
      expect.stringContaining("can't be entered"),
      expect.stringContaining("could not be recorded"),
    ]);
  });

  it("goes by the settings as they are when they leave, not as they were on entry", async () => {
    await opened();
    await stage.addQueue("support");
    const serving = stage.serve({ maxWaitMs: 60_000 });
    await untilEntered();
    stage.settings["sales"] = { overflow: { "max-wait": { kind: "queue", queueId: "support" } } };
    await untilLimit();
    await untilEntered(2);
    stage.caller.end({ by: "remote", cause: "normal" });
    expect(await serving).toBe("hung-up");
    expect(stage.leftCauses()).toEqual(["maximum-wait", "abandoned"]);
  });

  it("that closes while they wait sends them on at the closing time, by the schedule's own timer", async () => {
    await opened();
    await stage.addQueue("support");
    stage.settings["sales"] = { overflow: { closed: { kind: "queue", queueId: "support" } } };
    stage.closesAt = stage.clock.now() + 600_000;
    const serving = stage.serve();
    await waitsIn("sales");
    stage.isOpen = false;
    stage.closesAt = null;
    stage.clock.advance(599_000);
    expect(stage.leftCauses()).toEqual([]);
    stage.isOpen = false;
    stage.clock.advance(1_000);
    await stage.untilTold("queue.left");
    // The second queue is closed as well, and has nothing to say about it.
    expect(await serving).toBe("closed");
    expect(stage.leftCauses()).toEqual(["closed", "closed"]);
  });

  it("lets those who wait stay when it closes and has nowhere to send them", async () => {
    await opened();
    stage.closesAt = stage.clock.now() + 600_000;
    const serving = stage.serve();
    await waitsIn("sales");
    stage.isOpen = false;
    stage.closesAt = null;
    stage.clock.advance(601_000);
    expect(stage.acd.explainWaiting("i1")).not.toBeNull();
    stage.caller.end({ by: "remote", cause: "normal" });
    expect(await serving).toBe("hung-up");
  });
});

describe("what a caller brings", () => {
  const entered = () => stage.lines("queue.entered")[0];
  const leave = async (serving: Promise<unknown>) => {
    stage.caller.end({ by: "remote", cause: "normal" });
    await serving;
  };

  it("is told with the entry: priority and age of a customer with a boost, requirement, last agent", async () => {
    await opened();
    stage.attributes = { tier: "vip" };
    stage.settings["sales"] = {
      requirement: "billing>=5",
      boosts: [{ attribute: "tier", value: "vip", priority: 3, ageMs: 60_000 }],
    };
    stage.lastAgent = () => Promise.resolve(eve);
    const serving = stage.serve({
      requirement: "language={language}",
      stickyToLastAgent: true,
      ageMs: 1_000,
      priority: 2,
    });
    await untilEntered();
    expect(entered()).toMatchObject({
      priority: 5,
      ageMs: 61_000,
      requirement: "language=en",
      sticky: { agentId: eve, because: "last-agent" },
    });
    await leave(serving);
  });

  it("is left out when it can't be used, and they wait all the same", async () => {
    await opened();
    const serving = stage.serve({ requirement: "language={tongue}" });
    await waitsIn("sales");
    expect(entered()?.requirement).toBeUndefined();
    expect(faults()).toEqual([expect.stringContaining("{tongue} has no value")]);
    await leave(serving);
  });

  it("does not wait for a database that does not answer", async () => {
    await opened();
    stage.settings["sales"] = { sticky: { lastAgent: true, withinMs: 60_000, patienceMs: 10_000 } };
    stage.lastAgent = () => new Promise(() => undefined);
    const serving = stage.serve();
    await waitFor("the patience's timer", () => stage.clock.nextTimerAt());
    stage.clock.advance(300);
    await waitsIn("sales");
    expect(entered()?.sticky).toBeUndefined();
    await leave(serving);
  });

  it("does not fail for a database that is away", async () => {
    await opened();
    stage.lastAgent = () => Promise.reject(new Error("away"));
    const serving = stage.serve({ stickyToLastAgent: true });
    await waitsIn("sales");
    await leave(serving);
    expect(stage.leftCauses()).toEqual(["abandoned"]);
  });
});
