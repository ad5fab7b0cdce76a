import type { Act, Plan } from "./plan.case.ts";

function call(caller: string, at: number): Act[] {
  return [
    { does: "enter", caller, at },
    { does: "answer", caller },
    { does: "release", caller },
  ];
}

const comesAndGoes: Act[] = [
  { does: "enter", caller: "c2", at: 1 },
  { does: "hang-up", caller: "c2" },
];
const declined: Act[] = [
  { does: "enter", caller: "c1", at: 2 },
  { does: "decline", caller: "c1" },
  { does: "answer", caller: "c1" },
  { does: "release", caller: "c1" },
];

/**
 * The small worlds that are searched, with the number of faults that the usual run allows. n1 leads at first; c1
 * comes to n2 unless it says otherwise.
 */
export const worlds: Record<string, Plan> = {
  "one of two routers is paused, its lease ending or not": {
    ...{ routers: 2, agents: ["ann"], threads: [call("c1", 2)] },
    ...{ faults: ["expire", "pause"], mostFaults: 2 },
  },
  "two callers at two routers, of which one is paused or dies": {
    ...{ routers: 2, agents: ["ann"], threads: [call("c1", 2), comesAndGoes] },
    ...{ faults: ["pause", "crash"], mostFaults: 1 },
  },
  "two routers that die and start again": {
    ...{ routers: 2, agents: ["ann"], threads: [call("c1", 2).slice(0, 2)] },
    ...{ faults: ["expire", "crash"], mostFaults: 2 },
  },
  "the router itself has the caller, and dies": {
    ...{ routers: 2, agents: ["ann"], threads: [call("c1", 1)] },
    ...{ faults: ["expire", "crash", "late-copy"], mostFaults: 1 },
  },
  "answers are lost and commands land late, with snapshots": {
    ...{ routers: 2, agents: ["ann"], threads: [call("c1", 2)], snapshotEvery: 2 },
    ...{ faults: ["lose-answer", "late-copy", "expire", "crash"], mostFaults: 1 },
  },
  "a follower hears late, and lines and batches are trimmed away meanwhile": {
    ...{ routers: 2, agents: ["ann"], threads: [call("c1", 2), comesAndGoes.slice(0, 1)] },
    ...{ snapshotEvery: 2, keptBatches: 1, faults: ["hold-lines", "hold-batches", "expire"], mostFaults: 1 },
  },
  "a node is taken for lost while it is only slow": {
    ...{ routers: 2, agents: ["ann"], threads: [call("c1", 2)] },
    ...{ faults: ["silence", "pause", "late-copy", "lose-answer"], mostFaults: 2 },
  },
  "three routers": {
    ...{ routers: 3, agents: ["ann"], threads: [call("c1", 3)] },
    ...{ faults: ["expire", "pause", "crash"], mostFaults: 1 },
  },
  "two agents, of whom one declines and takes a break": {
    ...{ routers: 2, agents: ["ann", "bob"] },
    threads: [declined, [{ does: "agent", agent: "ann", at: 1, routable: false }]],
    ...{ faults: ["expire", "pause"], mostFaults: 1 },
  },
  "a ring that nobody answers while the router changes": {
    ...{ routers: 2, agents: ["ann"], threads: [call("c1", 2)] },
    ...{ faults: ["time", "expire", "crash", "pause"], mostFaults: 1 },
  },
  "a router closes, perhaps late": {
    ...{ routers: 2, agents: ["ann"] },
    threads: [[{ does: "enter", caller: "c1", at: 2 }], [{ does: "close", at: 1 }]],
    ...{ faults: ["expire", "pause"], mostFaults: 1 },
  },
};

/** Protocols that are broken on purpose, and the property that each one must be seen to break. */
export const brokenWorlds: Record<string, { plan: Plan; breaks: string }> = {
  "a commit does not compare the epoch": {
    plan: {
      ...{ routers: 2, agents: ["ann"], threads: [call("c1", 2)], rules: { commitComparesEpoch: false } },
      ...{ faults: ["expire", "pause"], mostFaults: 2 },
    },
    breaks: "no stale epoch commits",
  },
  "a commit does not compare the position": {
    plan: {
      ...{ routers: 2, agents: ["ann"], threads: [call("c1", 2)], rules: { commitComparesPosition: false } },
      ...{ faults: ["late-copy"], mostFaults: 1 },
    },
    breaks: "committed batches are contiguous",
  },
  "a commit compares neither, and nobody looks at that: what comes of it": {
    plan: {
      ...{ routers: 2, agents: ["ann"], threads: [call("c1", 2)] },
      rules: { commitComparesEpoch: false, commitComparesPosition: false },
      ignored: ["no stale epoch commits", "committed batches are contiguous", "only what is final is told"],
      ...{ faults: ["expire", "pause", "late-copy"], mostFaults: 2 },
    },
    breaks: "every offer ends once",
  },
  "a lease can be taken while another holds it": {
    plan: {
      ...{ routers: 2, agents: ["ann"], threads: [call("c1", 2)], rules: { leaseHasOneHolder: false } },
      ...{ faults: [], mostFaults: 0 },
    },
    breaks: "the lease is its holder's until it ends",
  },
  "a lease is given up by who held it before": {
    plan: {
      ...{ routers: 2, agents: ["ann"], threads: [[{ does: "close", at: 1 }]] },
      ...{ rules: { resignComparesHolder: false }, faults: ["expire", "pause"], mostFaults: 2 },
    },
    breaks: "the lease is its holder's until it ends",
  },
  "a new holder keeps the epoch": {
    plan: {
      ...{ routers: 2, agents: ["ann"], threads: [call("c1", 2)], rules: { newHolderNewEpoch: false } },
      ...{ faults: ["expire"], mostFaults: 1 },
    },
    breaks: "one router in each epoch",
  },
  "a snapshot that lands late replaces a newer one": {
    plan: {
      ...{ routers: 2, agents: ["ann"], threads: [declined], rules: { snapshotsOnlyGoOn: false } },
      ...{ snapshotEvery: 2, faults: ["late-copy"], mostFaults: 1 },
    },
    breaks: "everybody can be served",
  },
  "effects are told before the store has them": {
    plan: {
      ...{ routers: 2, agents: ["ann"], threads: [call("c1", 2)], isHasty: true },
      ...{ faults: ["expire", "pause"], mostFaults: 2 },
    },
    breaks: "only what is final is told",
  },
};
