import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Flow } from "../../contract/flow.ts";
import type { FlowEvent } from "./flow-state.ts";
import { idleCycles, reachableNodes } from "./flow-edges.ts";
import { rehearse } from "./rehearse.ts";
import { mostNodesPerCall, newFlowState, step } from "./step.ts";
import { validateFlow } from "./validate-flow.ts";

const ids = ["a", "b", "c", "d", "e", "f"];
const id = fc.constantFrom(...ids);
const scheduleId = "00000000-0000-4000-8000-00000000000a";
const digit = fc.constantFrom(..."0123456789*#".split(""));
const prompts = fc.array(fc.constantFrom({ prompt: "welcome" }, { upload: "jingle" }), {
  minLength: 1,
  maxLength: 2,
});
const exits = fc.dictionary(fc.constantFrom("max-wait", "no-agents", "exit-key"), id, { maxKeys: 3 });

const node = fc.oneof(
  fc.record({ kind: fc.constant("play"), prompts, next: id, interruptible: fc.boolean() }),
  fc.record({
    kind: fc.constant("menu"),
    prompts,
    options: fc.array(fc.record({ digit, next: id }), { minLength: 1, maxLength: 4 }),
    retries: fc.integer({ min: 0, max: 3 }),
    onFailure: id,
  }),
  fc.record({
    kind: fc.constant("hours"),
    timezone: fc.constant("Asia/Shanghai"),
    weekly: fc.constant([{ days: [1, 3, 5], from: "08:00", to: "20:00" }]),
    open: id,
    closed: id,
  }),
  fc.record({ kind: fc.constant("hours"), scheduleId: fc.constant(scheduleId), open: id, closed: id }),
  fc.record({
    kind: fc.constant("branch"),
    on: fc.constantFrom({ what: "language" }, { what: "value", key: "k" }, { what: "attribute", key: "k" }),
    cases: fc.array(fc.record({ equals: fc.constantFrom("zh", "en", "gold"), next: id }), {
      minLength: 1,
      maxLength: 2,
    }),
    otherwise: id,
  }),
  fc.record({ kind: fc.constant("language"), language: fc.constantFrom("en", "zh"), next: id }),
  fc.record({ kind: fc.constant("queue"), queueId: fc.constant("q"), exits, next: id }),
  fc.record({ kind: fc.constant("voicemail"), queueId: fc.constant("q"), next: id }),
  fc.record({ kind: fc.constant("hangup") }),
  fc.record({ kind: fc.constant("transfer"), to: fc.constant("+15550100"), onFailure: id }),
  fc.record({
    kind: fc.constant("set"),
    key: fc.constant("k"),
    value: fc.string({ maxLength: 5 }),
    next: id,
  }),
);

/** Any graph over six names, missing targets and circles included. */
const anyFlow = fc
  .record({
    version: fc.constant(1),
    start: id,
    nodes: fc.dictionary(id, node),
    fallback: fc.option(id, { nil: undefined }),
  })
  .map((flow) => Flow.parse(flow));

const at = fc.integer({ min: 0, max: 4_000_000_000_000 });
const digits = fc.array(digit, { maxLength: 4 }).map((keys) => keys.join(""));
const event: fc.Arbitrary<FlowEvent> = fc.oneof(
  fc.record({ type: fc.constant("started" as const), at }),
  fc.record({ type: fc.constant("playDone" as const), at, digits }),
  fc.record({ type: fc.constant("digits" as const), at, digits }),
  fc.record({ type: fc.constant("invalid" as const), at, digits }),
  fc.record({ type: fc.constant("timeout" as const), at }),
  fc.record({
    type: fc.constant("queueExit" as const),
    at,
    cause: fc.constantFrom("max-wait", "no-agents", "full", "callback", "answered", "transferred", "served"),
  }),
  fc.record({ type: fc.constant("messageRecorded" as const), at }),
  fc.record({ type: fc.constant("transferred" as const), at }),
  fc.record({ type: fc.constant("transferFailed" as const), at }),
  fc.record({ type: fc.constant("hoursChecked" as const), at, isOpen: fc.boolean() }),
  fc.record({
    type: fc.constant("lookedUp" as const),
    at,
    attributes: fc.constantFrom<Record<string, string>>({}, { k: "gold" }),
  }),
  fc.record({ type: fc.constant("failed" as const), at, reason: fc.constant("broken") }),
);

const context = {
  queueIds: new Set(["q"]),
  uploadIds: new Set(["jingle"]),
  scheduleIds: new Set([scheduleId]),
  skills: [],
};

describe("any flow with any events", () => {
  it("always waits for something outside or has ended, never throws, and keeps every key that was taken", () => {
    fc.assert(
      fc.property(anyFlow, fc.array(event, { maxLength: 40 }), (flow, events) => {
        let state = step(flow, newFlowState(flow), { type: "started", at: 0 }).state;
        for (const next of events) {
          const before = state;
          const result = step(flow, state, next);
          state = result.state;
          expect(state.waiting === "nothing").toBe(state.end !== null);
          expect(state.waiting).not.toBe("start");
          expect(state.pressed.slice(0, before.pressed.length)).toEqual(before.pressed);
          expect(state.entered).toBeLessThanOrEqual(mostNodesPerCall);
          if (before.end) expect(result).toEqual({ state: before, action: null });
          if (result.action) expect(result.action.node).toBe(state.node);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("counts at most as many failures as the menu has retries", () => {
    fc.assert(
      fc.property(anyFlow, fc.array(event, { maxLength: 40 }), (flow, events) => {
        let state = newFlowState(flow);
        for (const next of [{ type: "started", at: 0 } as const, ...events]) {
          state = step(flow, state, next).state;
          const here = flow.nodes[state.node];
          if (state.waiting === "collect" && here?.kind === "menu") {
            expect(state.failedAttempts).toBeLessThanOrEqual(here.retries);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("a flow that the validator accepts", () => {
  it("ends or reaches a queue when the caller is silent, without any fault", () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyFlow, fc.integer({ min: 0, max: 4_000_000_000_000 }), (flow, startsAt) => {
        // Nodes that nothing leads to change nothing for the caller, and random flows are full of them.
        if (validateFlow(flow, context).some(({ message }) => !message.includes("never reached"))) return;
        accepted += 1;
        const silence = Array.from({ length: 200 }, () => ({ silence: true }) as const);
        const attributes: Record<string, string> = startsAt % 2 === 0 ? {} : { k: "gold" };
        const isOpen = () => startsAt % 3 === 0;
        const { state } = rehearse(flow, silence, { startsAt, isOpen, attributes });
        expect(state.faults).toEqual([]);
        expect(["nothing", "queue", "record", "transfer"]).toContain(state.waiting);
      }),
      { numRuns: 5_000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });

  it("is accused only of circles whose every edge exists", () => {
    fc.assert(
      fc.property(anyFlow, (flow) => {
        for (const cycle of idleCycles(flow)) {
          const ring = [...cycle, cycle[0] ?? ""];
          for (const [index, here] of cycle.entries()) {
            expect(reachableNodes({ ...flow, start: here, fallback: undefined })).toContain(ring[index + 1]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
