import type { Agent, AgentStatus, Board, Caller, Queue } from "./board.ts";
import { laneOf } from "./board.ts";
import { canTake } from "./capacity.ts";
import { scheduleCaller, scheduleQueue } from "./deadlines.ts";
import { demandOf, placesIn, placesOf, sortIn, sortOut, type Place } from "./demands.ts";
import { OrderedSet } from "./ordered-set.ts";
import type { Channel, Membership, QueueSettings } from "./settings.ts";
import { channels, highestPriority } from "./settings.ts";
import { stagesOf } from "./stages.ts";
import { giveLotBack, prepareLot } from "./strategies.ts";
import type { Turn } from "./turn.ts";

/** More than any priority is worth: whoever comes back goes before everybody who did not. */
const frontMs = 1e14;

/**
 * The order of callers: priority counts as having come earlier, and so does artificial age. As both sides of a
 * comparison age alike, the order never changes with time, and nobody is overtaken by one who came more than ten
 * steps and the greatest artificial age later.
 */
export function effectiveAt(caller: Caller, { ageingMs }: QueueSettings): number {
  const at = caller.enqueuedAt - caller.ageMs - caller.priority * ageingMs;
  return caller.front ? at - frontMs : at;
}

/**
 * Puts the caller where it belongs: among those who ring, among those who wait for their own agent, or among those
 * who look for anybody who will do.
 */
export function placeCaller(turn: Turn, caller: Caller, queue: Queue): void {
  const lane = laneOf(queue, caller.channel);
  const { interactionId, order } = caller;
  const at = effectiveAt(caller, queue.settings);
  const isRinging = caller.offers.length > 0;
  const [to, from] = isRinging ? [lane.ringing, lane.open] : [lane.open, lane.ringing];
  from.remove(interactionId);
  to.add(interactionId, at, order, caller);
  const demand = demandOf(turn.board, queue, lane, caller);
  demand.callers.add(interactionId);
  if (isRinging || caller.sticky) demand.open.remove(interactionId);
  else demand.open.add(interactionId, at, order, caller);
  if (caller.sticky && !isRinging) reserve(turn.board, caller.sticky.agentId, caller, at);
  else if (caller.sticky) unreserve(turn.board, caller.sticky.agentId, interactionId);
  turn.queueIds.add(queue.settings.queueId);
}

function reserve(board: Board, agentId: string, caller: Caller, at: number): void {
  let reserved = board.reserved.get(agentId);
  if (!reserved) board.reserved.set(agentId, (reserved = new OrderedSet()));
  reserved.add(caller.interactionId, at, caller.order, caller);
}

function unreserve(board: Board, agentId: string, interactionId: string): void {
  const reserved = board.reserved.get(agentId);
  if (reserved?.remove(interactionId) && reserved.size === 0) board.reserved.delete(agentId);
}

/** The caller need not have their own agent any more; whoever calls this places them. */
export function endSticky(board: Board, caller: Caller): void {
  if (!caller.sticky) return;
  unreserve(board, caller.sticky.agentId, caller.interactionId);
  caller.sticky = null;
  const queue = board.queues.get(caller.queueId);
  if (queue && board.callers.has(caller.interactionId)) scheduleCaller(board, caller, queue);
}

export function takeCallerOut(turn: Turn, caller: Caller, queue: Queue): void {
  const lane = laneOf(queue, caller.channel);
  if (!lane.open.remove(caller.interactionId)) lane.ringing.remove(caller.interactionId);
  leaveDemand(turn.board, caller, queue);
  turn.queueIds.add(queue.settings.queueId);
}

function leaveDemand(board: Board, caller: Caller, queue: Queue): void {
  const demand = demandOf(board, queue, laneOf(queue, caller.channel), caller);
  demand.callers.delete(caller.interactionId);
  demand.open.remove(caller.interactionId);
}

/** The caller has reached a stage: asks for less, or of more agents. The place in the queue stays. */
export function reachStage(turn: Turn, caller: Caller, queue: Queue, stageMs: number): void {
  leaveDemand(turn.board, caller, queue);
  caller.stageMs = stageMs;
  placeCaller(turn, caller, queue);
}

/** 1 is next, counting those who ring already. */
export function positionOf(caller: Caller, queue: Queue): number {
  const lane = laneOf(queue, caller.channel);
  const at = effectiveAt(caller, queue.settings);
  return lane.open.countBefore(at, caller.order) + lane.ringing.countBefore(at, caller.order) + 1;
}

function statusOf(agent: Agent, isFree: boolean): AgentStatus {
  if (agent.offers.length > 0) return "offered";
  if (isFree) return "available";
  if (agent.talks.length > 0) return "busy";
  if (!agent.routable || agent.held !== null) return "notRoutable";
  return agent.wrapUp ? "wrapUp" : "notRoutable";
}

/**
 * Brings the indexes up to date after anything about the agent changed. Costs the agent's queues, times the demands
 * there, times a logarithm.
 */
export function refreshAgent(turn: Turn, agent: Agent): void {
  turn.agents.add(agent);
  const freeFor = (Object.keys(agent.capacity.limits) as Channel[]).filter((channel) =>
    canTake(agent, channel),
  );
  const status = statusOf(agent, freeFor.length > 0);
  for (const place of placesOf(turn.board, agent)) refreshAt(turn, place, agent, freeFor, status);
  agent.freeFor = freeFor;
  agent.status = status;
}

function refreshAt(turn: Turn, place: Place, agent: Agent, freeFor: Channel[], status: AgentStatus): void {
  const { queue } = place;
  for (const channel of agent.freeFor) if (!freeFor.includes(channel)) withdraw(queue, agent, channel);
  if (freeFor.length === 0) giveLotBack(queue, agent);
  for (const channel of freeFor) if (!agent.freeFor.includes(channel)) offerUp(place, agent, channel);
  if (status === agent.status || place.lenders) return;
  queue.staffing[agent.status] -= 1;
  queue.staffing[status] += 1;
  noteStaffing(turn, queue);
}

function withdraw(queue: Queue, agent: Agent, channel: Channel): void {
  const lane = queue.lanes.get(channel);
  if (!lane) return;
  lane.available.remove(agent.agentId);
  for (const demand of lane.demands.values()) sortOut(demand, agent.agentId);
}

function offerUp(place: Place, agent: Agent, channel: Channel): void {
  const { queue } = place;
  prepareLot(queue, agent, place.membership);
  if (place.lenders === null) {
    laneOf(queue, channel).available.add(agent.agentId, agent.idleOrder, agent.agentId, agent);
  }
  const lane = queue.lanes.get(channel);
  for (const demand of lane?.demands.values() ?? []) sortIn(queue, demand, agent, place);
}

function takeAgentOut(queue: Queue, agent: Agent): void {
  for (const channel of agent.freeFor) withdraw(queue, agent, channel);
  giveLotBack(queue, agent);
}

function noteStaffing(turn: Turn, queue: Queue): void {
  const isStaffed = queue.staffing.members > queue.staffing.notRoutable;
  turn.queueIds.add(queue.settings.queueId);
  if (isStaffed === (queue.unstaffedSince === null)) return;
  queue.unstaffedSince = isStaffed ? null : turn.now;
  scheduleQueue(turn.board, queue);
}

/** Counts the agent in and offers them up in a queue that they, or that itself, just joined. */
export function joinQueue(turn: Turn, agent: Agent, membership: Membership): void {
  membersOf(turn.board, membership.queueId).add(agent.agentId);
  const queue = turn.board.queues.get(membership.queueId);
  if (!queue) return;
  countDelay(turn, queue, membership, 1);
  queue.staffing.members += 1;
  queue.staffing[agent.status] += 1;
  for (const channel of agent.freeFor) offerUp({ queue, membership, lenders: null }, agent, channel);
  noteStaffing(turn, queue);
}

/** The agent must have been withdrawn from the lanes. */
export function leaveQueue(turn: Turn, agent: Agent, membership: Membership): void {
  membersOf(turn.board, membership.queueId).delete(agent.agentId);
  const queue = turn.board.queues.get(membership.queueId);
  if (!queue) return;
  countDelay(turn, queue, membership, -1);
  queue.staffing.members -= 1;
  queue.staffing[agent.status] -= 1;
  noteStaffing(turn, queue);
}

function membersOf(board: Board, queueId: string): Set<string> {
  let members = board.members.get(queueId);
  if (!members) board.members.set(queueId, (members = new Set()));
  return members;
}

/** The first member with a delay makes a stage of it, and the last one takes it away. */
function countDelay(turn: Turn, queue: Queue, { delayMs = 0 }: Membership, by: 1 | -1): void {
  if (delayMs <= 0) return;
  const count = (queue.delays.get(delayMs) ?? 0) + by;
  if (count > 0) queue.delays.set(delayMs, count);
  else queue.delays.delete(delayMs);
  const isNew = by === 1 && count === 1;
  if (isNew || count === 0) rebuildQueue(turn, queue);
}

/** Takes the agent out of the lanes, so that the next refresh orders them by their new score. */
export function withdrawFromLanes(turn: Turn, agent: Agent): void {
  for (const { queue } of placesOf(turn.board, agent)) takeAgentOut(queue, agent);
  agent.freeFor = [];
}

/**
 * Stages, demands and orders anew, after the settings or the delays of members changed: one of the few places where
 * cost grows with a queue's length. Callers keep the stage that they have reached.
 */
export function rebuildQueue(turn: Turn, queue: Queue): void {
  queue.stages = stagesOf(queue.settings, queue.delays.keys());
  const callers = callersOf(queue);
  for (const lane of queue.lanes.values()) lane.demands.clear();
  for (const caller of callers) {
    const reached = queue.stages.filter(({ afterMs }) => afterMs <= caller.stageMs).at(-1);
    caller.stageMs = reached?.afterMs ?? 0;
    placeCaller(turn, caller, queue);
    scheduleCaller(turn.board, caller, queue);
  }
}

/** The queues that it may ever borrow from. */
export function lendersOf({ rings, queueId }: QueueSettings): Set<string> {
  return new Set(rings.flatMap(({ borrowFrom }) => borrowFrom).filter((source) => source !== queueId));
}

/** Which queues lend to which, after the queue's rings changed or the queue went. */
export function lendTo(board: Board, queueId: string, sources: Iterable<string>): void {
  for (const [source, borrowers] of board.lending) {
    if (borrowers.delete(queueId) && borrowers.size === 0) board.lending.delete(source);
  }
  for (const source of sources) {
    const borrowers = board.lending.get(source) ?? new Set();
    board.lending.set(source, borrowers.add(queueId));
  }
}

/** Free agents need their lots as soon as the queue draws lots, whoever waits: else replicas would draw apart. */
export function prepareLots(board: Board, queue: Queue): void {
  for (const { agent, membership } of placesIn(board, queue)) {
    if (agent.freeFor.length > 0) prepareLot(queue, agent, membership);
  }
}

/** The order of agents anew, after their scores changed all at once. */
export function reorderAgents(turn: Turn, queue: Queue): void {
  for (const lane of queue.lanes.values()) {
    for (const demand of lane.demands.values()) {
      for (const place of placesIn(turn.board, queue)) {
        if (demand.available.has(place.agent.agentId)) sortIn(queue, demand, place.agent, place);
      }
    }
  }
}

/** Those who wait, channel by channel: first who rings, then who is next. Always in the same order. */
export function callersOf(queue: Queue): Caller[] {
  return channels.flatMap((channel) => {
    const lane = queue.lanes.get(channel);
    return lane ? [...lane.ringing.values(), ...lane.open.values()] : [];
  });
}

export function clampPriority(priority: number): number {
  return Math.min(highestPriority, Math.max(0, priority));
}
