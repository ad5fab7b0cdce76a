import type { Agent, Caller, Lane, Queue } from "./board.ts";
import { laneOf, waitingIn } from "./board.ts";
import { placeCaller, positionOf } from "./lanes.ts";
import { makeOffer } from "./offering.ts";
import type { OfferReason, Trigger } from "./reason.ts";
import { namedAtMost } from "./reason.ts";
import type { Channel } from "./settings.ts";
import type { Turn } from "./turn.ts";

interface Choice {
  agent: Agent;
  score: number;
}

/** Offers the caller to the best free agents of its queue, as many as ring at once; else it stays open. */
export function seekAgents(turn: Turn, caller: Caller, trigger: Trigger): void {
  const queue = turn.board.queues.get(caller.queueId);
  if (!queue || caller.offers.length > 0) return;
  const lane = laneOf(queue, caller.channel);
  const { ringAtOnce } = queue.settings;
  const choices: Choice[] = [];
  const rest: Choice[] = [];
  let passedOver = 0;
  lane.available.walk((agent, score) => {
    if (isLeftOut(turn, caller, agent.agentId)) passedOver += 1;
    else if (choices.length < ringAtOnce) choices.push({ agent, score });
    else rest.push({ agent, score });
    return rest.length < namedAtMost / 2;
  });
  const position = choices.length > 0 ? positionOf(caller, queue) : 0;
  for (const choice of choices) {
    const reason = explain(turn, caller, queue, choice, { trigger, passedOver, rest, position });
    makeOffer(turn, caller, choice.agent, queue, reason);
  }
  placeCaller(turn, caller, queue);
}

/** Offers the agent, just freed, the caller whose turn it is over all of the agent's queues. */
export function seekCallers(turn: Turn, agent: Agent, trigger: Trigger): void {
  if (agent.freeFor.length === 0) return;
  const heads = headsFor(turn, agent);
  const best = heads[0];
  if (!best) return;
  const { caller, queue, lane, passedOver } = best;
  const rest: Choice[] = [];
  let score = 0;
  lane.available.walk((other, otherScore) => {
    if (other === agent) score = otherScore;
    else if (!isLeftOut(turn, caller, other.agentId)) rest.push({ agent: other, score: otherScore });
    return rest.length < namedAtMost / 2;
  });
  score = lane.available.score(agent.agentId) ?? score;
  const position = positionOf(caller, queue);
  const reason = explain(turn, caller, queue, { agent, score }, { trigger, passedOver, rest, position });
  reason.competing = heads.slice(0, namedAtMost).map((head) => ({
    queueId: head.queue.settings.queueId,
    interactionId: head.caller.interactionId,
    effectiveAt: head.rank,
  }));
  makeOffer(turn, caller, agent, queue, reason);
  placeCaller(turn, caller, queue);
}

interface Head {
  caller: Caller;
  queue: Queue;
  lane: Lane;
  rank: number;
  passedOver: number;
}

/** The first caller that this agent may have in each of the agent's lanes, best first. */
function headsFor(turn: Turn, agent: Agent): Head[] {
  const heads: Head[] = [];
  for (const { queueId, priority } of agent.queues) {
    const queue = turn.board.queues.get(queueId);
    if (!queue) continue;
    for (const channel of agent.freeFor) {
      const head = headOf(turn, agent, queue, channel);
      if (head) heads.push({ ...head, rank: head.rank - priority * queue.settings.ageingMs });
    }
  }
  return heads.sort((a, b) => a.rank - b.rank || a.caller.order - b.caller.order);
}

function headOf(turn: Turn, agent: Agent, queue: Queue, channel: Channel): Head | null {
  const lane = queue.lanes.get(channel);
  if (!lane || lane.open.size === 0) return null;
  let head: Head | null = null;
  let passedOver = 0;
  lane.open.walk((caller, rank) => {
    if (isLeftOut(turn, caller, agent.agentId)) {
      passedOver += 1;
      return true;
    }
    head = { caller, queue, lane, rank, passedOver };
    return false;
  });
  return head;
}

export function isLeftOut(turn: Turn, caller: Caller, agentId: string): boolean {
  const until = caller.leftOut[agentId];
  return until !== undefined && until > turn.now;
}

/** A caller who is just coming in is not in a lane yet. */
function waitingWith({ interactionId, channel }: Caller, queue: Queue): number {
  const lane = laneOf(queue, channel);
  const isIn = lane.open.has(interactionId) || lane.ringing.has(interactionId);
  return waitingIn(queue) + (isIn ? 0 : 1);
}

interface Circumstances {
  trigger: Trigger;
  passedOver: number;
  rest: Choice[];
  position: number;
}

function explain(turn: Turn, caller: Caller, queue: Queue, choice: Choice, seen: Circumstances): OfferReason {
  const leftOut = Object.entries(caller.leftOut).filter(([, untilMs]) => untilMs > turn.now);
  return {
    trigger: seen.trigger,
    strategy: queue.settings.strategy,
    score: choice.score,
    idleMs: Math.max(0, turn.now - choice.agent.idleSince),
    waitedMs: Math.max(0, turn.now - caller.enqueuedAt),
    priority: caller.priority,
    position: seen.position,
    waiting: waitingWith(caller, queue),
    staffing: { ...queue.staffing },
    nextBest: seen.rest.map(({ agent, score }) => ({ agentId: agent.agentId, score })),
    leftOut: {
      count: leftOut.length,
      named: leftOut.slice(0, namedAtMost).map(([agentId, untilMs]) => ({ agentId, untilMs })),
    },
    passedOver: seen.passedOver,
    competing: [],
    requirement: null,
    requirementOnEntry: null,
    skills: {},
    ring: 0,
    level: 1,
    delayMs: 0,
    borrowedFrom: null,
    sticky: null,
    ageMs: 0,
    unsuited: { skills: 0, notYet: 0, named: [] },
  };
}
