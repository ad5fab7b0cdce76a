import type { Agent, Queue } from "./board.ts";
import type { Membership, Strategy } from "./settings.ts";

type Score = (agent: Agent, membership: Membership, queue: Queue, skills: readonly string[]) => number;

/**
 * Each strategy is a score of an agent in a queue, for callers who ask for these skills; the lowest is asked first,
 * and of equals the one who became idle first. A score depends on nothing that changes while the agent is free, so
 * that the order of free agents never has to be sorted again.
 */
const scores: Record<Strategy, Score> = {
  "longest-idle": (agent) => agent.idleSince,
  "fewest-interactions": (agent) => agent.handled,
  "most-proficient": (agent, _membership, _queue, skills) => -proficiencyIn(agent, skills),
  "least-proficient": (agent, _membership, _queue, skills) => proficiencyIn(agent, skills),
  "round-robin": (agent, { queueId }) => agent.lastOffered[queueId] ?? 0,
  linear: (_agent, { order = 0 }) => order,
  "weighted-random": drawLot,
};

export function scoreOf(
  queue: Queue,
  agent: Agent,
  membership: Membership,
  skills: readonly string[],
): number {
  return scores[queue.settings.strategy](agent, membership, queue, skills);
}

function proficiencyIn(agent: Agent, skills: readonly string[]): number {
  let sum = 0;
  for (const skill of skills) sum += levelIn(agent, skill);
  return sum;
}

/** The agent's proficiency, 0 for none. */
export function levelIn({ skills }: Agent, skill: string): number {
  return Object.hasOwn(skills, skill) ? (skills[skill] ?? 0) : 0;
}

/** The agent is free for the queue: draws, if that is how the queue chooses. */
export function prepareLot(queue: Queue, agent: Agent, membership: Membership): void {
  if (queue.settings.strategy === "weighted-random") drawLot(agent, membership, queue);
}

/** The lot of one who has no share: after everybody who has. */
const lastOfAll = 1e15;

/**
 * The smallest of -ln(u)/weight is a weighted random choice (Efraimidis and Spirakis). As that distribution has no
 * memory, lots that did not win stay good, if new ones are drawn from the last winner's on.
 */
function drawLot(agent: Agent, { queueId, weight = 1 }: Membership, queue: Queue): number {
  const drawn = agent.lots[queueId];
  if (drawn !== undefined) return drawn;
  const u = chance(`${agent.agentId} ${queueId} ${agent.turns}`);
  const lot = weight > 0 ? queue.lastLot - Math.log(u) / weight : lastOfAll;
  agent.lots[queueId] = lot;
  return lot;
}

/** The agent is no longer free for the queue. */
export function giveLotBack(queue: Queue, agent: Agent): void {
  const { queueId } = queue.settings;
  if (agent.lots[queueId] !== undefined) delete agent.lots[queueId];
}

/** The agent was chosen: later lots are drawn from theirs on. */
export function noteWinner(queue: Queue, agent: Agent): void {
  const lot = agent.lots[queue.settings.queueId];
  if (lot !== undefined && lot < lastOfAll) queue.lastLot = Math.max(queue.lastLot, lot);
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
