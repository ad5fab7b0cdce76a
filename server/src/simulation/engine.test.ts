import { describe, expect, it } from "vitest";
import { defaultQueueSettings, oneCall, type QueueSettings } from "../acd/acd.ts";
import type { SimulatedFigures } from "../contract/simulation.ts";
import { simulate } from "./core/engine.ts";
import { figuresOfRun } from "./core/figures.ts";
import type { KnownVisit, Scenario, SimulatedQueue } from "./core/scenario.ts";
import { openProductionRouter } from "./production-router.ts";

const from = Date.UTC(2026, 10, 23, 9);
const minute = 60_000;
const at = (minutes: number) => from + minutes * minute;

function queue(
  queueId: string,
  settings: Partial<QueueSettings> = {},
  more: Partial<SimulatedQueue> = {},
): SimulatedQueue {
  return {
    name: queueId,
    settings: { ...defaultQueueSettings, wrapUpMs: 0, queueId, ...settings },
    ...{ priority: 0, stickyPatienceMs: null, overflow: {} },
    ...{ serviceLevelMs: 20_000, shortAbandonMs: 5_000 },
    behaviour: {
      talk: { type: "exponential", meanMs: 120_000 },
      wrapUp: null,
      patience: { type: "exponential", meanMs: 90_000 },
      answering: {
        delay: { type: "constant", ms: 2_000 },
        noAnswer: 0,
        decline: 0,
        returnAfter: { type: "constant", ms: 60_000 },
      },
    },
    ...more,
  };
}

function agent(
  agentId: string,
  queueIds: string[],
  more: Partial<Scenario["agents"][number]> = {},
): Scenario["agents"][number] {
  const queues = queueIds.map((queueId) => ({ queueId, priority: 0 }));
  return {
    name: agentId,
    profile: { agentId, queues, capacity: oneCall },
    shifts: [{ from, to: at(60) }],
    ...more,
  };
}

function visit(minutes: number, queueId: string, more: Partial<KnownVisit> = {}): KnownVisit {
  const entry = { queueId, channel: "voice" as const, priority: 0 };
  const usual = { talkMs: 120_000, wrapUpMs: 0, leaving: null, waitedMs: 0, next: null };
  return { at: at(minutes), entry, ...usual, ...more };
}

function scenario(parts: Partial<Scenario>): Scenario {
  return {
    ...{ from, to: at(60), warmUpMs: 0, zone: "Asia/Kolkata", intervalMinutes: 30 },
    queues: [queue("sales")],
    agents: [agent("ann", ["sales"])],
    arrivals: { known: [], streams: [] },
    ...parts,
  };
}

const run = (parts: Partial<Scenario>, seed = 1) =>
  figuresOfRun(simulate(scenario(parts), seed, openProductionRouter()));

function stream(queueId: string, calls: number) {
  const entry = { queueId, channel: "voice" as const, priority: 0 };
  return { entry, talk: null, periods: [{ from, to: at(60), calls }] };
}

const busy: Partial<Scenario> = {
  queues: [queue("sales", { maxWaitMs: 60_000, wrapUpMs: 20_000 }), queue("support", { maxWaiting: 3 })],
  agents: [agent("ann", ["sales"]), agent("bob", ["sales", "support"]), agent("cat", ["support"])],
  arrivals: { known: [], streams: [stream("sales", 90), stream("support", 60)] },
};

describe("a simulated run", () => {
  it("gives the same figures for the same seed, and others for another", () => {
    expect(run(busy, 7)).toEqual(run(busy, 7));
    expect(run(busy, 7)).not.toEqual(run(busy, 8));
  });

  it("has intervals that sum to the total, of each queue and overall, and loses nobody", () => {
    const { overall, queues } = run(busy, 3);
    const counted = [
      "offered",
      "answered",
      "answeredInTime",
      "abandoned",
      "shortAbandoned",
      "flowedOut",
      "handled",
    ] as const;
    for (const line of [overall, ...queues.values()]) {
      for (const name of counted)
        expect(line.intervals.reduce((sum, each) => sum + each[name], 0)).toBe(line.total[name]);
      const { offered, answered, abandoned, flowedOut, stillWaiting } = line.total;
      expect(answered + abandoned + flowedOut + stillWaiting).toBe(offered);
      expect(line.total.handled).toBe(answered);
      expect(Object.values(line.total.flowedOutBy).reduce((sum, each) => sum + each, 0)).toBe(flowedOut);
      expect(line.total.longestWaitMs).toBe(
        Math.max(...line.intervals.map((each) => each.longestWaitMs ?? 0)),
      );
    }
    const sum = (name: (typeof counted)[number]) =>
      [...queues.values()].reduce((all, { total }) => all + total[name], 0);
    for (const name of counted) expect(sum(name)).toBe(overall.total[name]);
    // Half past by the clock of Kolkata, which is half an hour off, is a full hour elsewhere.
    expect(overall.intervals).toHaveLength(2);
    expect(queues.get("sales")?.total.flowedOutBy["maximum-wait"]).toBeGreaterThan(0);
    expect(queues.get("support")?.total.flowedOutBy["queue-full"]).toBeGreaterThan(0);
  });

  it("counts a story exactly: wait with ring, talk, wrap-up, and the agent's time", () => {
    const known = [
      visit(1, "sales", { talkMs: 300_000, wrapUpMs: 30_000 }),
      visit(2, "sales", { leaving: { afterMs: 45_000, cause: "abandoned" } }),
      visit(3, "sales", { leaving: { afterMs: 600_000, cause: "abandoned" }, wrapUpMs: Infinity }),
    ];
    const { overall } = run({
      queues: [queue("sales", { wrapUpMs: 60_000 })],
      arrivals: { known, streams: [] },
    });
    // The third waits for the first's talk (5 min 2 s after 1:00) and wrap-up of 30 s, then it rings for 2 s.
    const wait = 60_000 + 2_000 + 300_000 + 30_000 + 2_000 - 180_000;
    const expected: Partial<SimulatedFigures> = {
      offered: 3,
      answered: 2,
      abandoned: 1,
      answeredInTime: 1,
      averageWaitMs: (2_000 + wait) / 2,
      longestWaitMs: wait,
      averageHandleMs: (300_000 + 30_000 + 120_000 + 60_000) / 2,
      occupancy: (300_000 + 30_000 + 120_000 + 60_000) / 3_600_000,
    };
    expect(overall.total).toMatchObject(expected);
  });

  it("holds who does not answer until they are back, and goes on with the next", () => {
    const answering = { ...queue("sales").behaviour.answering, noAnswer: 1 };
    const behaviour = { ...queue("sales").behaviour, patience: null, answering };
    const queues = [queue("sales", { ringTimeoutMs: 10_000 }, { behaviour })];
    const { overall } = run({ queues, arrivals: { known: [visit(1, "sales")], streams: [] } });
    expect(overall.total).toMatchObject({ offered: 1, answered: 0, stillWaiting: 1 });
    // Of 70 seconds each, the agent rings for 10 and is away for 60; away is not available.
    expect(overall.total.occupancy).toBe(0);
  });

  it("sends who overflows to the other queue, with the place and the patience that they have", () => {
    const queues = [
      queue("sales", { maxWaitMs: 30_000 }, { overflow: { "max-wait": "support" } }),
      queue("support"),
    ];
    const known = [visit(1, "sales", { leaving: { afterMs: 50_000, cause: "abandoned" } })];
    const nobody = run({ queues, agents: [], arrivals: { known, streams: [] } });
    expect(nobody.queues.get("sales")?.total.flowedOutBy).toEqual({ "maximum-wait": 1 });
    expect(nobody.queues.get("support")?.total).toMatchObject({ abandoned: 1, longestWaitMs: 50_000 });
    const helped = run({ queues, agents: [agent("cat", ["support"])], arrivals: { known, streams: [] } });
    expect(helped.queues.get("support")?.total).toMatchObject({ answered: 1, averageWaitMs: 32_000 });
  });

  it("lets a second visit follow only from the first as it really ended", () => {
    const second = visit(20, "support");
    const known = [
      visit(1, "sales", { next: { after: "answered", gapMs: 60_000, keepsPlace: false, visit: second } }),
    ];
    const queues = [queue("sales"), queue("support")];
    const arrivals = { known, streams: [] };
    const agents = [agent("ann", ["sales", "support"])];
    expect(run({ queues, agents, arrivals }).queues.get("support")?.total.offered).toBe(1);
    expect(run({ queues, agents: [], arrivals }).queues.get("support")?.total.offered).toBe(0);
  });

  it("routes by what is asked for: a caller with a requirement waits for who can", () => {
    const [plain, expert] = [agent("ann", ["sales"]), agent("bob", ["sales"])];
    const skilled = { ...expert, profile: { ...expert.profile, skills: { "language=zh": 8 } } };
    const asking = visit(1, "sales");
    asking.entry = { ...asking.entry, requirement: "language=zh>=5" };
    const arrivals = { known: [asking], streams: [] };
    const patient = { behaviour: { ...queue("sales").behaviour, patience: null } };
    const queues = [queue("sales", {}, patient)];
    expect(run({ queues, agents: [plain], arrivals }).overall.total).toMatchObject({
      answered: 0,
      stillWaiting: 1,
    });
    expect(run({ queues, agents: [plain, skilled], arrivals }).overall.total.answered).toBe(1);
  });

  it("warms up before the period without counting it", () => {
    const known = [
      visit(-2, "sales", { talkMs: 300_000 }),
      visit(1, "sales", { leaving: { afterMs: 600_000, cause: "abandoned" } }),
    ];
    const agents = [agent("ann", ["sales"], { shifts: [{ from: at(-10), to: at(60) }] })];
    const { overall } = run({ warmUpMs: 10 * minute, agents, arrivals: { known, streams: [] } });
    expect(overall.total).toMatchObject({ offered: 1, answered: 1 });
    expect(overall.total.averageWaitMs).toBeGreaterThan(100_000);
  });
});
