import type { Agent, AgentStatus, Board, Caller, Queue } from "./board.ts";
import { laneOf } from "./board.ts";
import { scheduleQueue } from "./deadlines.ts";
import type { Channel, Membership, QueueSettings } from "./settings.ts";
import { channels, highestPriority } from "./settings.ts";
import { giveLotBack, scoreOf } from "./strategies.ts";
import type { Turn } from "./turn.ts";

/** More than any priority is worth: whoever comes back goes before everybody who did not. */
const frontMs = 1e14;

/**
 * The order of callers: priority counts as having come earlier. As both sides of a comparison age alike, the
 * order never changes with time, and nobody is overtaken by one who came more than 10 steps later.
 */
export function effectiveAt(caller: Caller, { ageingMs }: QueueSettings): number {
  const at = caller.enqueuedAt - caller.priority * ageingMs;
  return caller.front ? at - frontMs : at;
}

/** Puts the caller where it belongs: among those who ring, or those who still look for an agent. */
export function placeCaller(turn: Turn, caller: Caller, queue: Queue): void {
  const lane = laneOf(queue, caller.channel);
  const [to, from] = caller.offers.length > 0 ? [lane.ringing, lane.open] : [lane.open, lane.ringing];
  from.remove(caller.interactionId);
  to.add(caller.interactionId, effectiveAt(caller, queue.settings), caller.order, caller);
  turn.queueIds.add(queue.settings.queueId);
}

export function takeCallerOut(turn: Turn, caller: Caller, queue: Queue): void {
  const lane = laneOf(queue, caller.channel);
  if (!lane.open.remove(caller.interactionId)) lane.ringing.remove(caller.interactionId);
  turn.queueIds.add(queue.settings.queueId);
}

/** 1 is next, counting those who ring already. */
export function positionOf(caller: Caller, queue: Queue): number {
  const lane = laneOf(queue, caller.channel);
  const at = effectiveAt(caller, queue.settings);
  return lane.open.countBefore(at, caller.order) + lane.ringing.countBefore(at, caller.order) + 1;
}

/** Whether one more interaction of the channel fits, whatever else the agent is doing. One offer at a time. */
export function canTake(agent: Agent, channel: Channel): boolean {
  if (!agent.routable || agent.held !== null || agent.wrapUp !== null || agent.offers.length > 0)
    return false;
  const { total, limits } = agent.capacity;
  if (agent.talks.length === 0) return (limits[channel] ?? 0) > 0 && weightOf(agent, channel) <= total;
  let load = weightOf(agent, channel);
  let count = 0;
  for (const talk of agent.talks) {
    load += weightOf(agent, talk.channel);
    if (talk.channel === channel) count += 1;
  }
  return count < (limits[channel] ?? 0) && load <= total;
}

function weightOf({ capacity }: Agent, channel: Channel): number {
  return capacity.weights[channel] ?? capacity.total;
}

function statusOf(agent: Agent, isFree: boolean): AgentStatus {
  if (agent.offers.length > 0) return "offered";
  if (isFree) return "available";
  if (agent.talks.length > 0) return "busy";
  if (!agent.routable || agent.held !== null) return "notRoutable";
  return agent.wrapUp ? "wrapUp" : "notRoutable";
}

/** Brings the indexes up to date after anything about the agent changed. Costs its queues times a logarithm. */
export function refreshAgent(turn: Turn, agent: Agent): void {
  turn.agents.add(agent);
  const freeFor = (Object.keys(agent.capacity.limits) as Channel[]).filter((channel) =>
    canTake(agent, channel),
  );
  const status = statusOf(agent, freeFor.length > 0);
  for (const membership of agent.queues) {
    const queue = turn.board.queues.get(membership.queueId);
    if (queue) refreshIn(turn, queue, membership, agent, freeFor, status);
  }
  agent.freeFor = freeFor;
  agent.status = status;
}

function refreshIn(
  turn: Turn,
  queue: Queue,
  membership: Membership,
  agent: Agent,
  freeFor: Channel[],
  status: AgentStatus,
): void {
  if (freeFor.length === 0) takeAgentOut(queue, agent);
  for (const channel of agent.freeFor) {
    if (!freeFor.includes(channel)) laneOf(queue, channel).available.remove(agent.agentId);
  }
  for (const channel of freeFor) {
    if (!agent.freeFor.includes(channel)) offerUp(queue, membership, agent, channel);
  }
  if (status === agent.status) return;
  queue.staffing[agent.status] -= 1;
  queue.staffing[status] += 1;
  noteStaffing(turn, queue);
}

function takeAgentOut(queue: Queue, agent: Agent): void {
  for (const channel of agent.freeFor) laneOf(queue, channel).available.remove(agent.agentId);
  giveLotBack(queue, agent);
}

function offerUp(queue: Queue, membership: Membership, agent: Agent, channel: Channel): void {
  const score = scoreOf(queue, agent, membership);
  laneOf(queue, channel).available.add(agent.agentId, score, agent.agentId, agent);
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
  queue.staffing.members += 1;
  queue.staffing[agent.status] += 1;
  for (const channel of agent.freeFor) offerUp(queue, membership, agent, channel);
  noteStaffing(turn, queue);
}

export function leaveQueue(turn: Turn, agent: Agent, membership: Membership): void {
  membersOf(turn.board, membership.queueId).delete(agent.agentId);
  const queue = turn.board.queues.get(membership.queueId);
  if (!queue) return;
  queue.staffing.members -= 1;
  queue.staffing[agent.status] -= 1;
  takeAgentOut(queue, agent);
  noteStaffing(turn, queue);
}

function membersOf(board: Board, queueId: string): Set<string> {
  let members = board.members.get(queueId);
  if (!members) board.members.set(queueId, (members = new Set()));
  return members;
}

/** Takes the agent out of the lanes, so that the next refresh orders them by their new score. */
export function withdrawFromLanes(turn: Turn, agent: Agent): void {
  for (const { queueId } of agent.queues) {
    const queue = turn.board.queues.get(queueId);
    if (queue) takeAgentOut(queue, agent);
  }
  agent.freeFor = [];
}

/** Orders the whole queue again after its settings changed: the only place where cost grows with its length. */
export function reorderQueue(queue: Queue): void {
  for (const lane of queue.lanes.values()) {
    for (const callers of [lane.open, lane.ringing]) {
      for (const caller of itemsOf(callers)) {
        callers.add(caller.interactionId, effectiveAt(caller, queue.settings), caller.order, caller);
      }
    }
    for (const agent of itemsOf(lane.available)) {
      const membership = agent.queues.find(({ queueId }) => queueId === queue.settings.queueId);
      if (!membership) continue;
      const score = scoreOf(queue, agent, membership);
      lane.available.add(agent.agentId, score, agent.agentId, agent);
    }
  }
}

/** Those who wait, channel by channel: first who rings, then who is next. Always in the same order. */
export function callersOf(queue: Queue): Caller[] {
  return channels.flatMap((channel) => {
    const lane = queue.lanes.get(channel);
    return lane ? [...itemsOf(lane.ringing), ...itemsOf(lane.open)] : [];
  });
}

export function itemsOf<T>(set: { walk(visit: (item: T) => boolean): void }): T[] {
  const items: T[] = [];
  set.walk((item) => items.push(item) > 0);
  return items;
}

export function clampPriority(priority: number): number {
  return Math.min(highestPriority, Math.max(0, priority));
}
