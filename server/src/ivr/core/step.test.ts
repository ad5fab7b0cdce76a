import { describe, expect, it } from "vitest";
import { Flow } from "../../contract/flow.ts";
import type { z } from "zod";
import { demoFlow } from "./demo-flow.ts";
import type { FlowAction, FlowEvent, FlowState } from "./flow-state.ts";
import { mostNodesPerCall, newFlowState, step } from "./step.ts";

const demo = demoFlow({ salesQueueId: "q-sales", supportQueueId: "q-support" });

function walk(flow: Flow, events: FlowEvent[]): { state: FlowState; actions: (FlowAction | null)[] } {
  let state = newFlowState(flow);
  const actions = events.map((event) => {
    const result = step(flow, state, event);
    state = result.state;
    return result.action;
  });
  return { state, actions };
}

const flowOf = (
  start: string,
  nodes: z.input<typeof Flow>["nodes"],
  rest: { fallback?: string } = {},
): Flow => Flow.parse({ version: 1, start, nodes, ...rest });

const started: FlowEvent = { type: "started", at: 0 };
const playDone: FlowEvent = { type: "playDone", at: 1 };
const press = (digits: string): FlowEvent => ({ type: "digits", digits, at: 2 });
const silence: FlowEvent = { type: "timeout", at: 3 };

describe("the step machine on the demo flow", () => {
  it("leads a caller who presses 2 and 1 to the sales queue in Mandarin", () => {
    const { state, actions } = walk(demo, [started, playDone, press("2"), press("1")]);
    expect(actions[0]).toMatchObject({ do: "play", node: "greeting", interruptible: true });
    expect(actions[1]).toMatchObject({ do: "collect", node: "language-menu", firstDigitTimeoutMs: 5_000 });
    expect(actions[2]).toMatchObject({
      do: "collect",
      prompts: [{ ref: { prompt: "main-menu" }, language: "zh" }],
    });
    expect(actions[3]).toEqual({
      do: "enqueue",
      node: "sales",
      queueId: "q-sales",
      priority: 0,
      language: "zh",
      values: {},
    });
    expect(state.pressed).toEqual([
      { node: "language-menu", digits: "2", at: 2 },
      { node: "main-menu", digits: "1", at: 2 },
    ]);
    expect(state.waiting).toBe("queue");
  });

  it("takes keys pressed during the greeting for the menus that follow, without their prompts", () => {
    const { state, actions } = walk(demo, [started, { type: "playDone", at: 1, digits: "12" }]);
    expect(actions[1]).toMatchObject({ do: "enqueue", node: "support", language: "en" });
    expect(state.pressed).toEqual([{ node: "greeting", digits: "12", at: 1 }]);
  });

  it("throws the rest of what was typed ahead away after a wrong key", () => {
    const { state, actions } = walk(demo, [started, { type: "playDone", at: 1, digits: "1799" }]);
    expect(actions[1]).toMatchObject({ do: "collect", node: "main-menu" });
    expect(state.typedAhead).toBe("");
    expect(state.failedAttempts).toBe(1);
  });

  it("says what was wrong, asks again, and gives up after the retries", () => {
    const { state, actions } = walk(demo, [
      started,
      playDone,
      press("1"),
      press("5"),
      silence,
      { type: "invalid", digits: "7", at: 4 },
      playDone,
    ]);
    const prompts = actions.map((action) =>
      action?.do === "collect" ? action.prompts.map(({ ref }) => "prompt" in ref && ref.prompt) : [],
    );
    expect(prompts[3]).toEqual(["invalid", "main-menu"]);
    expect(prompts[4]).toEqual(["timeout", "main-menu"]);
    expect(actions[5]).toMatchObject({ do: "play", node: "goodbye" });
    expect(actions[6]).toEqual({ do: "hangUp", node: "goodbye" });
    expect(state.end).toEqual({ how: "hung-up-by-flow", node: "goodbye", at: 1 });
  });

  it("counts retries for each menu anew", () => {
    const { state } = walk(demo, [started, playDone, press("5"), press("1"), press("5")]);
    expect(state).toMatchObject({ node: "main-menu", failedAttempts: 1 });
  });

  it("offers voicemail when the queue gives the caller back, and says that it was saved", () => {
    const { actions } = walk(demo, [
      started,
      { type: "playDone", at: 1, digits: "12" },
      { type: "queueExit", cause: "max-wait", at: 2 },
      { type: "messageRecorded", at: 3 },
      playDone,
    ]);
    expect(actions[2]).toMatchObject({ do: "recordMessage", queueId: "q-support", maxSeconds: 120 });
    expect(actions[3]).toMatchObject({ do: "play", node: "after-message" });
    expect(actions[4]).toMatchObject({ do: "hangUp" });
  });

  it("ends when an agent answered, and stays ended", () => {
    const { state, actions } = walk(demo, [
      started,
      { type: "playDone", at: 1, digits: "11" },
      { type: "queueExit", cause: "answered", at: 9 },
      playDone,
      { type: "hungUp", at: 10 },
    ]);
    expect(actions.slice(2)).toEqual([null, null, null]);
    expect(state.end).toEqual({ how: "answered", node: "sales", at: 9 });
  });

  it("ignores an event that nobody waits for", () => {
    const before = walk(demo, [started]).state;
    for (const event of [press("1"), silence, started, { type: "messageRecorded", at: 1 } as const]) {
      expect(step(demo, before, event)).toEqual({ state: before, action: null });
    }
  });
});

describe("the step machine", () => {
  it("goes to a queue exit's own node, and to next for the other causes", () => {
    const flow = flowOf("q", {
      q: {
        kind: "queue",
        queueId: "a",
        exits: { "exit-key": "mail" },
        next: "bye",
        exitKey: "1",
        maxWaitMs: 9_000,
      },
      mail: { kind: "voicemail", queueId: "a", next: "bye" },
      bye: { kind: "hangup" },
    });
    const enter = walk(flow, [started]);
    expect(enter.actions[0]).toMatchObject({ do: "enqueue", exitKey: "1", maxWaitMs: 9_000 });
    const exit = (cause: "exit-key" | "full") => step(flow, enter.state, { type: "queueExit", cause, at: 1 });
    expect(exit("exit-key").action).toMatchObject({ do: "recordMessage" });
    expect(exit("full").action).toMatchObject({ do: "hangUp" });
  });

  it("offers a call back, ends for who takes it, and goes on for who does not", () => {
    const flow = flowOf("call", {
      call: { kind: "callback", queueId: "sales", next: "bye" },
      bye: { kind: "hangup", prompts: [{ prompt: "goodbye" }] },
    });
    const taken = walk(flow, [started, { type: "queueExit", at: 5, cause: "callback" }]);
    expect(taken.actions[0]).toMatchObject({ do: "enqueue", queueId: "sales", callbackOnly: true });
    expect(taken.actions[1]).toMatchObject({ do: "hangUp" });
    const refused = walk(flow, [started, { type: "queueExit", at: 5, cause: "exit-key" }]);
    expect(refused.actions[1]).toMatchObject({ do: "play" });
  });

  it("keeps what set nodes say", () => {
    const flow = flowOf("a", {
      a: { kind: "set", key: "campaign", value: "spring", next: "b" },
      b: { kind: "set", key: "vip", value: "yes", next: "bye" },
      bye: { kind: "hangup" },
    });
    expect(walk(flow, [started]).state.values).toEqual({ campaign: "spring", vip: "yes" });
  });

  it("transfers, and goes on where the flow says if that fails", () => {
    const flow = flowOf("t", {
      t: { kind: "transfer", to: "+15550123", onFailure: "bye" },
      bye: { kind: "hangup" },
    });
    const { state, actions } = walk(flow, [started]);
    expect(actions[0]).toMatchObject({ do: "transfer", to: "+15550123" });
    expect(step(flow, state, { type: "transferFailed", at: 1 }).action).toMatchObject({ do: "hangUp" });
    expect(step(flow, state, { type: "transferred", at: 1 }).state.end).toMatchObject({ how: "transferred" });
  });

  it("apologises and goes to the fallback when something breaks, and ends when the fallback breaks too", () => {
    const broken: FlowEvent = { type: "failed", at: 5, reason: "The media server is gone" };
    const { state, actions } = walk(demo, [started, broken, playDone]);
    expect(actions[1]).toMatchObject({ do: "play", prompts: [{ ref: { prompt: "technical-problem" } }] });
    expect(actions[2]).toMatchObject({ do: "recordMessage", node: "leave-message" });
    const again = step(demo, state, broken);
    expect(again.action).toMatchObject({ do: "play" });
    const end = step(demo, again.state, playDone);
    expect(end.action).toMatchObject({ do: "hangUp" });
    expect(end.state.faults).toHaveLength(2);
  });

  it("hangs up when even the apology cannot be said and there is no fallback", () => {
    const flow = flowOf("bye", { bye: { kind: "hangup", prompts: [{ prompt: "goodbye" }] } });
    const broken: FlowEvent = { type: "failed", at: 5, reason: "no media" };
    const { actions } = walk(flow, [started, broken, broken]);
    expect(actions[2]).toMatchObject({ do: "hangUp" });
  });

  it("ends a flow that only runs in circles, with a fault that names the node", () => {
    const flow = flowOf("a", {
      a: { kind: "set", key: "x", value: "1", next: "b" },
      b: { kind: "language", language: "zh", next: "a" },
    });
    const { state, actions } = walk(flow, [started, playDone]);
    expect(actions[0]).toMatchObject({ do: "play" });
    expect(actions[1]).toMatchObject({ do: "hangUp" });
    expect(state.faults).toEqual([expect.stringMatching(/ran in circles at node/)]);
    expect(state.entered).toBe(mostNodesPerCall);
  });

  it("apologises for a node that does not exist, whatever it is called", () => {
    const flow = flowOf("constructor", {});
    expect(walk(flow, [started]).state.faults).toEqual(["The flow has no node constructor"]);
  });
});
