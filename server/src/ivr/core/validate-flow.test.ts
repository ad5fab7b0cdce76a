import { describe, expect, it } from "vitest";
import { demoFlow } from "./demo-flow.ts";
import { validateFlow } from "./validate-flow.ts";

const scheduleId = "00000000-0000-4000-8000-00000000000a";
const context = {
  queueIds: new Set(["q-sales", "q-support"]),
  uploadIds: new Set(["our-jingle"]),
  scheduleIds: new Set([scheduleId]),
  skills: [
    { key: "billing", values: [] },
    { key: "language", values: [{ value: "zh", name: "Chinese" }] },
  ],
};
const messages = (flow: unknown) => validateFlow(flow, context).map((problem) => problem.message);
const bye = { kind: "hangup" };

describe("validateFlow", () => {
  it("finds nothing wrong with the demo flow", () => {
    const flow = demoFlow({ salesQueueId: "q-sales", supportQueueId: "q-support" });
    expect(validateFlow(flow, context)).toEqual([]);
    expect(validateFlow(JSON.parse(JSON.stringify(flow)), context)).toEqual([]);
  });

  it("lists all problems at once, each with its path", () => {
    const flow = {
      version: 1,
      start: "menu",
      fallback: "nowhere",
      nodes: {
        menu: {
          kind: "menu",
          prompts: [{ prompt: "main-menu" }, { prompt: "no-such" }],
          options: [
            { digit: "1", next: "queue" },
            { digit: "1", next: "missing" },
          ],
          onFailure: "bye",
        },
        queue: { kind: "queue", queueId: "q-gone", next: "greet" },
        greet: { kind: "play", prompts: [{ upload: "our-jingle" }, { upload: "theirs" }], next: "bye" },
        island: bye,
        bye,
      },
    };
    expect(validateFlow(flow, context)).toEqual([
      { path: "fallback", message: "The fallback leads to nowhere, which is no node" },
      {
        path: "nodes.menu.options.1.next",
        message: "Node menu leads to missing, which is no node",
      },
      { path: "nodes.menu.prompts.1", message: "Node menu plays no-such, which is no prompt" },
      {
        path: "nodes.menu.options.1.digit",
        message: "Node menu has two options on key 1",
      },
      {
        path: "nodes.queue.queueId",
        message: "Node queue uses the queue q-gone, which does not exist",
      },
      { path: "nodes.greet.prompts.1", message: "Node greet plays theirs, which nobody uploaded" },
      { path: "nodes.island", message: "Node island is never reached from the start" },
    ]);
  });

  it("says what the schema refuses, with the path", () => {
    const flow = {
      version: 1,
      start: "a",
      nodes: { a: { kind: "play", prompts: [{ prompt: "../etc/passwd" }], next: "a", extra: 1 } },
    };
    const problems = validateFlow(flow, context);
    expect(problems.map((problem) => problem.path)).toContain("nodes.a");
    expect(validateFlow("not a flow", context)).toHaveLength(1);
    expect(validateFlow(null, context)).toHaveLength(1);
  });

  it("finds a circle that needs no caller, silence in a menu included", () => {
    const silent = {
      version: 1,
      start: "menu",
      nodes: {
        menu: {
          kind: "menu",
          prompts: [{ prompt: "main-menu" }],
          options: [{ digit: "1", next: "bye" }],
          onFailure: "hello",
        },
        hello: { kind: "play", prompts: [{ prompt: "welcome" }], next: "menu" },
        bye,
      },
    };
    expect(messages(silent)).toEqual([
      "The flow goes round for ever without the caller: menu → hello → menu",
    ]);
  });

  it("finds a circle through the causes of a queue that come at once, and allows waiting again", () => {
    const queue = (exits: object, next: string) => ({
      version: 1,
      start: "q",
      nodes: { q: { kind: "queue", queueId: "q-sales", exits, next }, bye },
    });
    expect(messages(queue({}, "q"))).toEqual([
      "Node bye is never reached from the start",
      "The flow goes round for ever without the caller: q → q",
    ]);
    expect(messages(queue({ "no-agents": "q" }, "bye"))).toHaveLength(1);
    expect(messages(queue({ "max-wait": "q" }, "bye"))).toEqual([]);
  });

  it("allows a menu that repeats itself on a key", () => {
    const flow = {
      version: 1,
      start: "menu",
      nodes: {
        menu: {
          kind: "menu",
          prompts: [{ prompt: "main-menu" }],
          options: [{ digit: "*", next: "menu" }],
          onFailure: "bye",
        },
        bye,
      },
    };
    expect(messages(flow)).toEqual([]);
  });

  it("checks hours: the time zone, the order of times, doubled holidays", () => {
    const flow = {
      version: 1,
      start: "hours",
      nodes: {
        hours: {
          kind: "hours",
          timezone: "Mars/Olympus",
          weekly: [{ days: [1], from: "22:00", to: "06:00" }],
          holidays: [
            { date: "2026-12-25" },
            { date: "2026-12-25", intervals: [{ from: "10:00", to: "10:00" }] },
          ],
          open: "bye",
          closed: "bye",
        },
        bye,
      },
    };
    expect(validateFlow(flow, context).map((problem) => problem.path.slice("nodes.hours.".length))).toEqual([
      "timezone",
      "weekly.0",
      "holidays.1.date",
      "holidays.1.intervals.0",
    ]);
  });

  it("wants a schedule or hours of its own, exactly one of both", () => {
    const own = { timezone: "UTC", weekly: [] };
    const hours = (fields: object) =>
      messages({
        version: 1,
        start: "h",
        nodes: { h: { kind: "hours", ...fields, open: "bye", closed: "bye" }, bye },
      });
    expect(hours({ scheduleId })).toEqual([]);
    expect(hours(own)).toEqual([]);
    expect(hours({ timezone: "UTC" })).toEqual([expect.stringContaining("has no opening hours")]);
    expect(hours({ scheduleId, ...own })).toEqual([expect.stringContaining("only one of both")]);
    expect(hours({ scheduleId: crypto.randomUUID() })).toEqual([expect.stringContaining("does not exist")]);
  });

  it("reads the requirement of a queue node, and says where it can't", () => {
    const queue = (requirement: string) =>
      messages({
        version: 1,
        start: "q",
        nodes: { q: { kind: "queue", queueId: "q-sales", requirement, next: "bye" }, bye },
      });
    expect(queue("language={language} and billing>=5")).toEqual([]);
    expect(queue("")).toEqual([]);
    expect(queue("language={language} and")).toEqual([
      "Node q has a requirement that can't be read: A skill is expected at the end (at character 24)",
    ]);
  });

  it("checks a branch: doubled cases, languages that are none, circles through it", () => {
    const branch = (on: object, cases: object[]) =>
      messages({
        version: 1,
        start: "b",
        nodes: { b: { kind: "branch", on, cases, otherwise: "bye" }, bye },
      });
    const tier = { what: "attribute", key: "tier" };
    expect(branch(tier, [{ equals: "gold", next: "bye" }])).toEqual([]);
    expect(
      branch(tier, [
        { equals: "gold", next: "bye" },
        { equals: "gold", next: "bye" },
      ]),
    ).toEqual(['Node b has two cases for "gold"']);
    expect(branch({ what: "language" }, [{ equals: "fr", next: "bye" }])).toEqual([
      'Node b asks for the language "fr", which is none of: en, zh',
    ]);
    expect(branch(tier, [{ equals: "gold", next: "b" }])).toEqual([
      "The flow goes round for ever without the caller: b → b",
    ]);
  });

  it("refuses a date that is in no calendar", () => {
    const flow = {
      version: 1,
      start: "h",
      nodes: {
        h: {
          kind: "hours",
          timezone: "UTC",
          weekly: [],
          holidays: [{ date: "2026-02-30" }],
          open: "bye",
          closed: "bye",
        },
        bye,
      },
    };
    expect(messages(flow)).toEqual([expect.stringContaining("nodes.h.holidays.0.date")]);
  });

  it("copes with thousands of nodes in a row", () => {
    const nodes: Record<string, unknown> = { bye };
    for (let i = 0; i < 20_000; i += 1) {
      nodes[`n${i}`] = { kind: "set", key: "k", value: "v", next: i === 19_999 ? "bye" : `n${i + 1}` };
    }
    expect(messages({ version: 1, start: "n0", nodes })).toEqual([]);
  });

  it("knows the skills that a queue node may require", () => {
    const queue = (requirement: string) => ({
      version: 1,
      start: "queue",
      nodes: { queue: { kind: "queue", queueId: "q-sales", requirement, next: "bye" }, bye },
    });
    expect(messages(queue("billing>=3 and language={language} and {need}>={level}"))).toEqual([]);
    expect(messages(queue("billing and patience>={level}"))).toEqual([
      "Node queue requires patience, but there is no skill patience",
    ]);
    expect(messages(queue("language=fr or {need}"))).toEqual([
      "Node queue requires language=fr, but the skill language has no value fr (it has zh)",
    ]);
    expect(messages(queue("billing>=5 and billing<2"))).toEqual([
      "Nobody can ever meet what node queue requires: billing>=5 and billing<2",
    ]);
  });
});
