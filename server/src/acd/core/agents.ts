import type { Agent } from "./board.ts";
import type { ReplyResult, WithdrawCause } from "./effect.ts";
import type { AcdEvent } from "./event.ts";
import { placesOf } from "./demands.ts";
import { clampPriority, joinQueue, leaveQueue, refreshAgent, withdrawFromLanes } from "./lanes.ts";
import { releaseReserved, seekCallers } from "./matching.ts";
import { revokeOffers } from "./revoking.ts";
import type { Membership } from "./settings.ts";
import { forgetAgent } from "./talks.ts";
import { nextInOrder, type Turn } from "./turn.ts";

type Profile = Omit<Extract<AcdEvent, { type: "agent-set" }>, "type">;

export function setAgent(turn: Turn, profile: Profile): ReplyResult {
  const agent = turn.board.agents.get(profile.agentId) ?? createAgent(turn, profile);
  const wasRoutable = isRoutable(agent);
  if (!agent.routable && profile.routable) agent.held = null;
  agent.routable = profile.routable;
  agent.cause = profile.cause;
  agent.session = turn.session;
  agent.capacity = profile.capacity;
  agent.leaving = false;
  changeSkills(turn, agent, profile.skills ?? {});
  changeQueues(turn, agent, profile.queues);
  settle(turn, agent, wasRoutable, "agent-not-routable");
  return "done";
}

function createAgent(turn: Turn, { agentId, handledToday = 0 }: Profile): Agent {
  const agent: Agent = {
    agentId,
    routable: false,
    cause: "new",
    held: null,
    queues: [],
    capacity: { total: 0, weights: {}, limits: {} },
    skills: {},
    session: turn.session,
    idleSince: turn.now,
    idleOrder: nextInOrder(turn),
    handled: handledToday,
    turns: 0,
    lastOffered: {},
    lots: {},
    answeredAt: {},
    failures: 0,
    offers: [],
    talks: [],
    wrapUp: null,
    leaving: false,
    engagement: "idle",
    since: turn.now,
    shownInteractionId: null,
    shownUntil: null,
    interrupted: [],
    status: "notRoutable",
    freeFor: [],
  };
  turn.board.agents.set(agentId, agent);
  return agent;
}

function isRoutable(agent: Agent): boolean {
  return agent.routable && agent.held === null;
}

/** After the profile changed: idle anew if that is new, offers that no longer fit taken back, the next caller. */
function settle(turn: Turn, agent: Agent, wasRoutable: boolean, cause: WithdrawCause): void {
  if (isRoutable(agent) && !wasRoutable) {
    agent.failures = 0;
    agent.answeredAt = {};
    agent.idleSince = turn.now;
    agent.idleOrder = nextInOrder(turn);
  }
  refreshAgent(turn, agent);
  if (!isRoutable(agent)) revokeOffers(turn, agent, cause);
  else revokeOffers(turn, agent, "agent-left-queue", ({ queueId }) => !mayServe(turn, agent, queueId));
  releaseReserved(turn, agent.agentId);
  seekCallers(turn, agent, isRoutable(agent) === wasRoutable ? "agent-changed" : "agent-freed");
}

/** A member, or somebody whom the queue may borrow. An offer under way outlasts a change of skills and levels. */
function mayServe(turn: Turn, agent: Agent, queueId: string): boolean {
  return placesOf(turn.board, agent).some(({ queue }) => queue.settings.queueId === queueId);
}

/** The agent must be refreshed afterwards. */
function changeSkills(turn: Turn, agent: Agent, skills: Record<string, number>): void {
  const names = Object.keys(skills);
  const isSame =
    names.length === Object.keys(agent.skills).length &&
    names.every((name) => agent.skills[name] === skills[name]);
  if (isSame) return;
  withdrawFromLanes(turn, agent);
  agent.skills = skills;
}

/** The agent must be refreshed afterwards: nobody offers them up in between. */
function changeQueues(turn: Turn, agent: Agent, wanted: Membership[]): void {
  const queues = distinct(wanted).map((each) => ({ ...each, priority: clampPriority(each.priority) }));
  if (isSame(agent.queues, queues)) return;
  withdrawFromLanes(turn, agent);
  for (const membership of agent.queues) leaveQueue(turn, agent, membership);
  agent.queues = queues;
  for (const membership of queues) joinQueue(turn, agent, membership);
}

function distinct(memberships: Membership[]): Membership[] {
  return [...new Map(memberships.map((each) => [each.queueId, each])).values()];
}

function isSame(some: Membership[], others: Membership[]): boolean {
  return (
    some.length === others.length &&
    some.every((one, index) => {
      const other = others[index];
      return (
        one.queueId === other?.queueId &&
        one.priority === other.priority &&
        one.order === other.order &&
        one.weight === other.weight &&
        one.level === other.level &&
        one.delayMs === other.delayMs
      );
    })
  );
}

/** The agent says: here I am. Lifts a hold. */
export function ready(turn: Turn, agentId: string): ReplyResult {
  const agent = turn.board.agents.get(agentId);
  if (!agent) return { code: "not-found", sentence: `There is no agent ${agentId}` };
  if (agent.held === null) return "ignored";
  agent.held = null;
  settle(turn, agent, false, "agent-not-routable");
  return "done";
}

/** Gone for good; one who still talks goes when the talk ends. */
export function removeAgent(turn: Turn, agentId: string): ReplyResult {
  const agent = turn.board.agents.get(agentId);
  if (!agent) return "ignored";
  agent.routable = false;
  agent.cause = "removed";
  changeQueues(turn, agent, []);
  settle(turn, agent, false, "agent-not-routable");
  agent.leaving = true;
  if (agent.talks.length === 0) forgetAgent(turn, agent);
  return "done";
}

/** Nobody vouches for the agent any more: no offers until their profile is set again. */
export function disown(turn: Turn, agent: Agent, cause: string): void {
  agent.routable = false;
  agent.cause = cause;
  settle(turn, agent, false, "node-lost");
}
