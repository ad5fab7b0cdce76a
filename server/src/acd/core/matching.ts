import type { Agent, Caller, Demand, Lane, Queue } from "./board.ts";
import { laneOf } from "./board.ts";
import { canTake } from "./capacity.ts";
import { askedOnEntry, demandOf, isSkilled, placesOf, type Place } from "./demands.ts";
import { explain, type Choice } from "./explain-offer.ts";
import { endSticky, placeCaller, positionOf } from "./lanes.ts";
import { makeOffer } from "./offering.ts";
import type { Trigger } from "./reason.ts";
import { namedAtMost } from "./reason.ts";
import type { Turn } from "./turn.ts";

/** Offers the caller to the best free agents who will do, as many as ring at once; else it stays open. */
export function seekAgents(turn: Turn, caller: Caller, trigger: Trigger): void {
  const queue = turn.board.queues.get(caller.queueId);
  if (!queue || caller.offers.length > 0) return;
  const lane = laneOf(queue, caller.channel);
  const demand = demandOf(turn.board, queue, lane, caller);
  if (caller.sticky && askOwnAgent(turn, caller, { queue, lane, demand }, trigger)) return;
  // A call back is put through to one agent: the customer's telephone is called for them.
  const ringAtOnce = caller.callback ? 1 : queue.settings.ringAtOnce;
  const choices: Choice[] = [];
  const rest: Choice[] = [];
  let passedOver = 0;
  demand.available.walk((agent, score) => {
    if (isLeftOut(turn, caller, agent.agentId)) passedOver += 1;
    else if (choices.length < ringAtOnce) choices.push({ agent, score });
    else rest.push({ agent, score });
    return rest.length < namedAtMost / 2;
  });
  const position = choices.length > 0 ? positionOf(caller, queue) : 0;
  const place = { queue, lane, demand };
  // All reasons before the first offer: each offer changes who is free.
  const reasons = choices.map((choice) =>
    explain(turn, caller, place, choice, { trigger, passedOver, rest, position }),
  );
  for (const [index, { agent }] of choices.entries()) {
    const reason = reasons[index];
    if (reason) makeOffer(turn, caller, agent, queue, reason);
  }
  placeCaller(turn, caller, queue);
}

interface Where {
  queue: Queue;
  lane: Lane;
  demand: Demand;
}

/** Whether the caller rings at, or goes on waiting for, their own agent; else anybody will do from now on. */
function askOwnAgent(turn: Turn, caller: Caller, where: Where, trigger: Trigger): boolean {
  const agent = ownAgent(turn, caller);
  if (!agent) {
    endSticky(turn.board, caller);
    return false;
  }
  if (canTake(agent, caller.channel)) {
    const position = positionOf(caller, where.queue);
    const seen = { trigger, passedOver: 0, rest: [], position };
    const reason = explain(turn, caller, where, { agent, score: 0 }, seen);
    makeOffer(turn, caller, agent, where.queue, reason);
  }
  placeCaller(turn, caller, where.queue);
  return true;
}

/** The caller's own agent, while it makes sense to wait for them. */
function ownAgent(turn: Turn, caller: Caller): Agent | null {
  const { sticky, queueId } = caller;
  const agent = sticky && turn.board.agents.get(sticky.agentId);
  const queue = turn.board.queues.get(queueId);
  if (!agent || !queue || sticky.until <= turn.now || isLeftOut(turn, caller, agent.agentId)) return null;
  const isMember = agent.queues.some((membership) => membership.queueId === queueId);
  const works = agent.routable && agent.held === null;
  return isMember && works && isSkilled(askedOnEntry(queue, caller), agent) ? agent : null;
}

/** Those who wait for an agent who will not come look for others. After anything took the agent away. */
export function releaseReserved(turn: Turn, agentId: string): void {
  for (const caller of turn.board.reserved.get(agentId)?.values() ?? []) {
    if (!ownAgent(turn, caller)) seekAgents(turn, caller, "sticky-ended");
  }
}

/** Offers the agent, just freed, the caller whose turn it is over all of the agent's queues. */
export function seekCallers(turn: Turn, agent: Agent, trigger: Trigger): void {
  if (agent.freeFor.length === 0) return;
  const heads = headsFor(turn, agent);
  const best = heads[0];
  if (!best) return;
  const { caller, queue, demand, passedOver } = best;
  const rest: Choice[] = [];
  demand.available.walk((other, score) => {
    if (other !== agent && !isLeftOut(turn, caller, other.agentId)) rest.push({ agent: other, score });
    return rest.length < namedAtMost / 2;
  });
  const score = demand.available.score(agent.agentId) ?? 0;
  const position = positionOf(caller, queue);
  const reason = explain(turn, caller, best, { agent, score }, { trigger, passedOver, rest, position });
  reason.competing = heads.slice(0, namedAtMost).map((head) => ({
    queueId: head.queue.settings.queueId,
    interactionId: head.caller.interactionId,
    effectiveAt: head.rank,
  }));
  makeOffer(turn, caller, agent, queue, reason);
  placeCaller(turn, caller, queue);
}

interface Head extends Where {
  caller: Caller;
  rank: number;
  passedOver: number;
}

/** The first caller that this agent may have of each demand in each of the agent's lanes, best first. */
function headsFor(turn: Turn, agent: Agent): Head[] {
  const heads: Head[] = [];
  for (const place of placesOf(turn.board, agent)) {
    for (const channel of agent.freeFor) {
      const lane = place.queue.lanes.get(channel);
      if (lane && lane.open.size > 0) addHeads(turn, agent, place, lane, heads);
    }
  }
  addReserved(turn, agent, heads);
  return heads.sort((a, b) => a.rank - b.rank || a.caller.order - b.caller.order);
}

function addHeads(turn: Turn, agent: Agent, place: Place, lane: Lane, heads: Head[]): void {
  const { queue, membership } = place;
  for (const demand of lane.demands.values()) {
    if (demand.open.size === 0 || !demand.available.has(agent.agentId)) continue;
    let passedOver = 0;
    demand.open.walk((caller, at) => {
      if (isLeftOut(turn, caller, agent.agentId)) {
        passedOver += 1;
        return true;
      }
      const rank = at - membership.priority * queue.settings.ageingMs;
      heads.push({ caller, queue, lane, demand, rank, passedOver });
      return false;
    });
  }
}

/** The first of those who wait for this agent alone, if the agent has room for their channel. */
function addReserved(turn: Turn, agent: Agent, heads: Head[]): void {
  turn.board.reserved.get(agent.agentId)?.walk((caller, at) => {
    const queue = turn.board.queues.get(caller.queueId);
    const isMeant = agent.freeFor.includes(caller.channel) && ownAgent(turn, caller) === agent;
    if (!queue || !isMeant) return true;
    const lane = laneOf(queue, caller.channel);
    const membership = agent.queues.find(({ queueId }) => queueId === caller.queueId);
    const rank = at - (membership?.priority ?? 0) * queue.settings.ageingMs;
    const demand = demandOf(turn.board, queue, lane, caller);
    heads.push({ caller, queue, lane, demand, rank, passedOver: 0 });
    return false;
  });
}

export function isLeftOut(turn: Turn, caller: Caller, agentId: string): boolean {
  const until = caller.leftOut[agentId];
  return until !== undefined && until > turn.now;
}
