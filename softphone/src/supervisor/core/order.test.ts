import type { agentDesk, live } from "@ringdown/contract";
import { expect, it } from "vitest";
import { countStates, orderAgents, orderWaiting } from "./order.ts";

const agent = (personId: string, state: agentDesk.AgentState, since: number): live.LiveAgent => ({
  personId,
  state,
  since,
  notReadyReason: null,
  interactionId: null,
  queueId: null,
  from: null,
});

it("shows agents in trouble first, then those at work, each by how long", () => {
  const agents = [
    agent("a", "offline", 1),
    agent("b", "talking", 9),
    agent("c", "holding", 3),
    agent("d", "unreachable", 5),
    agent("e", "idle", 2),
  ];
  expect(orderAgents(agents).map((one) => one.personId)).toEqual(["d", "c", "b", "e", "a"]);
});
it("shows the longest wait first", () => {
  const caller = { queueId: "q", from: "", priority: 0, requirement: null, callback: false, late: false };
  const waiting = [
    { ...caller, interactionId: "late", enqueuedAt: 9 },
    { ...caller, interactionId: "early", enqueuedAt: 1 },
  ];
  expect(orderWaiting(waiting).map((one) => one.interactionId)).toEqual(["early", "late"]);
});
it("counts only states that someone is in", () => {
  expect(countStates([agent("a", "idle", 1), agent("b", "idle", 2), agent("c", "talking", 1)])).toEqual([
    ["talking", 1],
    ["idle", 2],
  ]);
});
