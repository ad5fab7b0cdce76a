import { describe, expect, it } from "vitest";
import { Flow } from "../../contract/flow.ts";
import { demoFlow } from "./demo-flow.ts";
import { heard, rehearse } from "./rehearse.ts";

const flow = demoFlow({ salesQueueId: "q-sales", supportQueueId: "q-support" });
const options = { startsAt: Date.parse("2026-11-30T10:00:00Z") };

describe("a rehearsal", () => {
  it("tells what a caller hears who goes to support in Mandarin and ends in voicemail", () => {
    const script = [{ press: "2" }, { press: "2" }, { queue: "exit-key" }, { message: true }] as const;
    const rehearsal = rehearse(flow, script, options);
    expect(heard(rehearsal)).toEqual([
      "welcome (en)",
      "welcome (zh)",
      "language-menu (en)",
      "language-menu (zh)",
      "main-menu (zh)",
      "voicemail-greeting (zh)",
      "goodbye (zh)",
    ]);
    expect(rehearsal.misfit).toBeNull();
    expect(rehearsal.state.end?.how).toBe("hung-up-by-flow");
  });

  it("stops at an input that does not fit, and says so", () => {
    const rehearsal = rehearse(flow, [{ queue: "answered" }], options);
    expect(rehearsal.misfit).toBe("At node language-menu nothing waits for queue answered");
  });

  it("says when the call was over before the script", () => {
    const rehearsal = rehearse(flow, [{ hangUp: true }, { press: "1" }], options);
    expect(rehearsal.misfit).toBe("The call was over before press 1");
    expect(rehearsal.state.end?.how).toBe("hung-up-by-caller");
  });

  it("takes the closed way out of hours", () => {
    const closed = structuredClone(flow);
    const hours = closed.nodes["office-hours"];
    if (hours?.kind === "hours") hours.weekly = [];
    expect(heard(rehearse(closed, [], options))).toEqual(["out-of-hours (en)", "out-of-hours (zh)"]);
  });

  it("asks schedules and customers where the flow does, and goes their way", () => {
    const scheduleId = "00000000-0000-4000-8000-00000000000a";
    const asking = Flow.parse({
      version: 1,
      start: "hours",
      nodes: {
        hours: { kind: "hours", scheduleId, open: "tier", closed: "closed" },
        tier: {
          kind: "branch",
          on: { what: "attribute", key: "tier" },
          cases: [{ equals: "gold", next: "gold" }],
          otherwise: "others",
        },
        gold: { kind: "queue", queueId: "q", requirement: "vip", ageMs: 60_000, next: "closed" },
        others: { kind: "queue", queueId: "q", next: "closed" },
        closed: { kind: "hangup", prompts: [{ prompt: "out-of-hours" }] },
      },
    });
    const nodeOf = (more: object) => rehearse(asking, [], { ...options, ...more }).state.node;
    expect(nodeOf({})).toBe("others");
    expect(nodeOf({ attributes: { tier: "gold" } })).toBe("gold");
    expect(nodeOf({ isOpen: (id: string) => id !== scheduleId })).toBe("closed");
    expect(rehearse(asking, [], { ...options, attributes: { tier: "gold" } }).lines.at(-1)?.action).toEqual({
      do: "enqueue",
      node: "gold",
      queueId: "q",
      priority: 0,
      language: "en",
      values: {},
      requirement: "vip",
      ageMs: 60_000,
    });
  });

  it("ends when the queue's own overflow has served the caller, or a call back was taken", () => {
    const script = (queue: "served" | "callback") => [{ press: "1" }, { press: "1" }, { queue }] as const;
    for (const queue of ["served", "callback"] as const) {
      const { state } = rehearse(flow, script(queue), options);
      expect(state).toMatchObject({ node: "sales", end: { how: "hung-up-by-flow" } });
    }
  });

  it("ends with the inputs, leaving the flow waiting", () => {
    const rehearsal = rehearse(flow, [{ press: "1" }, { silence: true }], options);
    expect(rehearsal.state).toMatchObject({ node: "main-menu", waiting: "collect", failedAttempts: 1 });
  });
});
