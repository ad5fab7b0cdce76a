import type { Agent, Talk } from "./board.ts";
import type { Channel } from "./settings.ts";

/** Whether one more interaction of the channel fits, whatever else the agent is doing. One offer at a time. */
export function canTake(agent: Agent, channel: Channel): boolean {
  if (!agent.routable || agent.held !== null || agent.wrapUp !== null || agent.offers.length > 0)
    return false;
  return hasRoom(agent, channel);
}

/** Whether the agent's capacity allows one more of the channel; what it interrupts does not weigh against it. */
export function hasRoom(agent: Agent, channel: Channel): boolean {
  const { total, limits, interrupts } = agent.capacity;
  const interrupted = interrupts?.[channel];
  let load = weightOf(agent, channel);
  let count = 0;
  for (const talk of agent.talks) {
    if (talk.channel === channel) count += 1;
    if (!interrupted?.includes(talk.channel)) load += weightOf(agent, talk.channel);
  }
  return count < (limits[channel] ?? 0) && load <= total;
}

function weightOf({ capacity }: Agent, channel: Channel): number {
  return capacity.weights[channel] ?? capacity.total;
}

/** The agent's interactions that another one of theirs, which came later, interrupts now. */
export function interruptedOf({ talks, capacity }: Agent): Talk[] {
  const { interrupts } = capacity;
  if (!interrupts || talks.length < 2) return [];
  return talks.filter((talk, index) =>
    talks.slice(index + 1).some((later) => interrupts[later.channel]?.includes(talk.channel)),
  );
}
