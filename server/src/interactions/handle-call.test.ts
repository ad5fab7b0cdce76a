import { afterEach, describe, expect, it } from "vitest";
import { Flow } from "../contract/flow.ts";
import { ann, Stage } from "./queue-stage.case.ts";

let stage: Stage;
afterEach(() => stage.acd.close());

/** A flow that leads to a queue, and says goodbye (`farewell`) to whom it gives back. */
const flowTo = (queueId: string, farewell: string, more: object = {}) =>
  Flow.parse({
    version: 1,
    start: "note",
    nodes: {
      note: { kind: "set", key: "product", value: "printers", next: "queue" },
      queue: { kind: "queue", queueId, requirement: "{product}", next: "bye" },
      bye: { kind: "hangup", prompts: [{ prompt: farewell }] },
    },
    ...more,
  });

/** Everything is closed, so that each queue sends callers on at once. */
async function opened(): Promise<Stage> {
  stage = await Stage.open();
  await stage.acd.removeAgent(ann);
  stage.isOpen = false;
  return stage;
}
const flowsEntered = () => stage.lines("flow.entered").map(({ flowId }) => flowId);
const ended = () => stage.lines("interaction.ended");

describe("a call whose queue leads to another flow", () => {
  it("goes on there, in the caller's language and with what was noted, and ends when that flow does", async () => {
    await opened();
    stage.settings["sales"] = { overflow: { closed: { kind: "flow", flowId: "closed" } } };
    stage.flows["first"] = flowTo("sales", "welcome", { language: "zh" });
    stage.flows["closed"] = Flow.parse({
      version: 1,
      start: "which",
      nodes: {
        which: {
          kind: "branch",
          on: { what: "value", key: "product" },
          cases: [{ equals: "printers", next: "printers" }],
          otherwise: "others",
        },
        printers: { kind: "hangup", prompts: [{ prompt: "out-of-hours" }] },
        others: { kind: "hangup", prompts: [{ prompt: "goodbye" }] },
      },
    });
    await stage.handle();
    expect(flowsEntered()).toEqual(["first", "closed"]);
    expect(stage.caller.said).toEqual(["zh out-of-hours"]);
    expect(stage.leftCauses()).toEqual(["closed"]);
    expect(ended()).toMatchObject([{ by: "system", outcome: "not-served" }]);
  });

  it("ends at the flow's own exit when flows and queues lead round in a circle", async () => {
    await opened();
    stage.settings["sales"] = { overflow: { closed: { kind: "flow", flowId: "second" } } };
    stage.settings["support"] = { overflow: { closed: { kind: "flow", flowId: "first" } } };
    stage.flows["first"] = flowTo("sales", "goodbye");
    stage.flows["second"] = flowTo("support", "goodbye");
    await stage.handle();
    expect(flowsEntered().length).toBeLessThanOrEqual(6);
    expect(stage.caller.said).toEqual(["en goodbye"]);
    expect(ended()).toHaveLength(1);
  });

  it("goes to the flow's exit when the other flow is not published", async () => {
    await opened();
    stage.settings["sales"] = { overflow: { closed: { kind: "flow", flowId: "gone" } } };
    stage.flows["first"] = flowTo("sales", "out-of-hours");
    await stage.handle();
    expect(stage.caller.said).toEqual(["en out-of-hours"]);
    expect(stage.lines("queue.overflowed")).toMatchObject([{ to: "flow", target: "gone" }]);
    expect(stage.lines("fault")).toMatchObject([{ where: "overflow" }]);
  });

  it("has its exit taken when the number is busy", async () => {
    await opened();
    stage.settings["sales"] = { overflow: { closed: { kind: "number", number: "+15550199" } } };
    stage.flows["first"] = flowTo("sales", "out-of-hours");
    await stage.handle();
    expect(stage.lines("transfer.ended")).toMatchObject([
      { to: "+15550199", connected: false, cause: "busy" },
    ]);
    expect(stage.caller.said).toEqual(["en transfer", "en out-of-hours"]);
  });

  it("ends with an apology, not with silence, when everything fails", async () => {
    await opened();
    stage.flows["first"] = flowTo("no-such-queue", "goodbye");
    await stage.handle();
    expect(stage.caller.said).toEqual(["en technical-problem"]);
    expect(ended()).toMatchObject([{ outcome: "failed" }]);
  });
});
