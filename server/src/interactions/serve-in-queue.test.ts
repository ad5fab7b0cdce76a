import { afterEach, describe, expect, it } from "vitest";
import { Failure } from "../base/failure.ts";
import { waitFor } from "../tests/rig/wait-for.ts";
import { ann, Stage } from "./queue-stage.case.ts";

let stage: Stage;
const opened = async () => (stage = await Stage.open());
afterEach(() => stage.acd.close());
const engagementOf = (agentId: string) => stage.acd.agent(agentId)?.engagement;

describe("a caller in a queue", () => {
  it("is not thrown out for the flow's maximum wait when they come back after a long talk", async () => {
    await opened();
    stage.bridging = () => Promise.resolve(stage.joined(() => stage.legs.at(-1)));
    const serving = stage.serve({ maxWaitMs: 60_000 });
    await stage.untilTold("talk.started");
    stage.clock.advance(300_000);
    stage.legs[0]?.end({ by: "system", cause: "media-lost" });
    await stage.untilTold("queue.returned");
    await waitFor("the caller to wait again", () => stage.acd.explainWaiting("i1"));
    stage.clock.advance(59_000);
    expect(stage.acd.explainWaiting("i1")).not.toBeNull();
    stage.clock.advance(2_000);
    expect(await serving).toBe("max-wait");
  });

  it("has not been answered by an agent who was lost before the bridge", async () => {
    await opened();
    stage.bridging = () => Promise.reject(new Failure("gone", "The agent has left"));
    const serving = stage.serve();
    await stage.untilTold("queue.returned");
    expect(stage.leftCauses()).toEqual([]);
    stage.caller.end({ by: "remote", cause: "normal" });
    expect(await serving).toBe("hung-up");
    expect(stage.leftCauses()).toEqual(["abandoned"]);
  });

  it("has been answered when they leave between the agent's answer and the bridge", async () => {
    await opened();
    stage.bridging = () => {
      stage.caller.end({ by: "remote", cause: "normal" });
      return Promise.reject(new Failure("gone", "The customer has left"));
    };
    expect(await stage.serve()).toBe("answered");
    expect(stage.leftCauses()).toEqual(["answered"]);
  });

  it("is taken back when the agent's tab was closed between the answer and the bridge", async () => {
    await opened();
    stage.bridging = () => {
      stage.softphones.delete(ann);
      stage.agents.setConnected(ann, false);
      return Promise.resolve(stage.joined(() => stage.legs.at(-1)));
    };
    void stage.serve();
    await stage.untilTold("queue.returned");
    expect(stage.told).toContainEqual({ type: "agent.lost", agentId: ann, cause: "tab-closed" });
  });

  it("who hangs up does not wait for a router that has lost its log, and nobody stays busy with them", async () => {
    await opened();
    stage.answers = () => new Promise((resolve) => (stage.pickUp = resolve));
    const serving = stage.serve();
    await stage.untilTold("offer.made");
    let thaw: () => void = () => undefined;
    stage.gate = new Promise((resolve) => (thaw = resolve));
    stage.pickUp();
    await waitFor("the answer", () => stage.legs[0]);
    stage.caller.end({ by: "remote", cause: "normal" });
    await waitFor("a timer", () => stage.clock.nextTimerAt());
    stage.clock.advance(1_500);
    expect(await serving).toBe("hung-up");
    expect(stage.leftCauses()).toEqual(["abandoned"]);
    thaw();
    await waitFor("the agent to be free", () => engagementOf(ann) === "idle");
    expect(stage.legs[0]?.signal.aborted).toBe(true);
  });

  it.each([
    ["media-lost", "abandoned"],
    ["shutdown", "system"],
  ] as const)("whose leg the system ends with %s has left the queue as %s", async (cause, left) => {
    await opened();
    stage.answers = () => new Promise(() => undefined);
    const serving = stage.serve();
    await stage.untilTold("offer.made");
    stage.caller.end({ by: "system", cause });
    expect(await serving).toBe("hung-up");
    expect(stage.leftCauses()).toEqual([left]);
  });

  it("is told of the recording before they wait: no answer, however quick, cuts that off", async () => {
    await opened();
    stage.records = true;
    let said: () => void = () => undefined;
    stage.caller.saying = new Promise((resolve) => (said = resolve));
    stage.answers = () => new Promise(() => undefined);
    const serving = stage.serve();
    await new Promise(setImmediate);
    expect(stage.types()).not.toContain("queue.entered");
    said();
    await stage.untilTold("offer.made");
    stage.caller.end({ by: "remote", cause: "normal" });
    expect(await serving).toBe("hung-up");
  });

  it("leaves nothing behind when a fault of ours breaks the visit", async () => {
    await opened();
    stage.bridging = () => Promise.reject(new TypeError("a bug"));
    await expect(stage.serve()).rejects.toThrow("a bug");
    await waitFor("the agent to be free", () => engagementOf(ann) === "idle");
    expect(stage.legs[0]?.signal.aborted).toBe(true);
    expect(stage.leftCauses()).toEqual(["system"]);
    expect(stage.desks.desk(ann)).toMatchObject({ offer: null, call: null });
  });

  it("does not keep the agent when the queue to come back to is gone", async () => {
    await opened();
    stage.bridging = () => Promise.resolve(stage.joined(() => stage.legs.at(-1)));
    const serving = stage.serve();
    await stage.untilTold("talk.started");
    await stage.acd.removeQueue("sales");
    stage.legs[0]?.end({ by: "system", cause: "media-lost" });
    await expect(serving).rejects.toThrow(Failure);
    await waitFor("the agent to be free", () => engagementOf(ann) === "idle");
    expect(stage.leftCauses()).toEqual(["answered", "system"]);
  });
});

describe("hold", () => {
  it("pressed twice is told once, and not at all after the end", async () => {
    await opened();
    let hold: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (hold = resolve));
    const bridge = { ...stage.joined(() => undefined), hold: () => held };
    stage.bridging = () => Promise.resolve(bridge);
    const serving = stage.serve();
    await stage.untilTold("talk.started");
    const control = stage.desks.control(ann, "i1");
    const presses = [control.setHold(true), control.setHold(true)];
    stage.caller.end({ by: "remote", cause: "normal" });
    await serving;
    hold();
    await Promise.all(presses);
    expect(stage.types()).not.toContain("hold.started");
  });
});
