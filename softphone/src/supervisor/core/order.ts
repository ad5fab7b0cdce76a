import type { agentDesk, live } from "@ringdown/contract";

/** Who needs a look first: those in trouble, then those at work, then the rest; longest in the state first. */
const rank: Record<agentDesk.AgentState, number> = {
  unreachable: 0,
  offered: 1,
  talking: 2,
  holding: 2,
  "wrap-up": 3,
  idle: 4,
  "not-ready": 5,
  offline: 6,
};

export function orderAgents(agents: Iterable<live.LiveAgent>): live.LiveAgent[] {
  return [...agents].toSorted((a, b) => rank[a.state] - rank[b.state] || a.since - b.since);
}

/** Longest wait first. */
export function orderWaiting(waiting: Iterable<live.LiveWaiting>): live.LiveWaiting[] {
  return [...waiting].toSorted((a, b) => a.enqueuedAt - b.enqueuedAt);
}

/** How many agents are in each state that anyone is in, in the order above. */
export function countStates(agents: Iterable<live.LiveAgent>): [agentDesk.AgentState, number][] {
  const counts = new Map<agentDesk.AgentState, number>();
  for (const { state } of orderAgents(agents)) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts];
}
