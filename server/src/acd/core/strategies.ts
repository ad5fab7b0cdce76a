import type { Agent } from "./board.ts";
import type { Membership, Strategy } from "./settings.ts";

/**
 * Each strategy is a score of an agent in a queue; the lowest is asked first. A score depends on nothing that
 * changes while the agent is free, so that the order of free agents never has to be sorted again.
 */
const scores: Record<Strategy, (agent: Agent, membership: Membership) => number> = {
  "longest-idle": (agent) => agent.idleSince,
  "round-robin": (agent, { queueId }) => agent.lastOffered[queueId] ?? 0,
  linear: (_agent, { order = 0 }) => order,
  /** Efraimidis and Spirakis: the smallest of -ln(u)/weight is a weighted random choice. */
  "weighted-random": (agent, { queueId, weight = 1 }) =>
    weight > 0 ? -Math.log(chance(`${agent.agentId} ${queueId} ${agent.turns}`)) / weight : Infinity,
};

export function scoreOf(strategy: Strategy, agent: Agent, membership: Membership): number {
  return scores[strategy](agent, membership);
}

/** A number in (0, 1) that looks random and is always the same for the same words (FNV-1a and a final mix). */
function chance(words: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < words.length; index += 1) {
    hash = Math.imul(hash ^ words.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32 + 2 ** -33;
}
