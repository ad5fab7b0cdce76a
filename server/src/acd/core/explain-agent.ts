import type { Agent, Board, Caller, Queue } from "./board.ts";
import { laneOf } from "./board.ts";
import { hasRoom } from "./capacity.ts";
import { demandOf, isReached, isSkilled, placesOf, type Place } from "./demands.ts";
import type { Engagement } from "./effect.ts";
import { callersOf } from "./lanes.ts";
import { viewAgent } from "./view.ts";

/** The one thing that keeps an agent from getting a caller, the first that holds. */
export type WhyIdle =
  /** Is offered, talks, or is in wrap-up. */
  | "engaged"
  /** Gets no offers: `cause` says why. */
  | "not-routable"
  | "no-queues"
  | "nobody-waits"
  /** Declined or did not answer those who wait a moment ago. */
  | "left-out"
  /** Lacks a skill that those who wait require. */
  | "lacks-skills"
  /** Those who wait have not reached the agent's level or delay. */
  | "not-yet"
  /** Those who wait do so for their own agents. */
  | "reserved"
  /** Those who wait ring elsewhere already. */
  | "ringing-elsewhere"
  /** No room for another of the channels that wait. */
  | "at-capacity";

/** Why an agent gets nothing, answered live. */
export interface AgentExplanation {
  agentId: string;
  because: WhyIdle;
  engagement: Engagement;
  routable: boolean;
  cause: string;
  idleSince: number;
  skills: Record<string, number>;
  /** The agent's queues and those that may borrow the agent, with who waits there and why not for this agent. */
  queues: {
    queueId: string;
    /** False for a queue that the router does not know. */
    exists: boolean;
    /** The queue of the agent's own that lends them here, or null for a member. */
    borrowedFrom: string | null;
    level: number;
    delayMs: number;
    waiting: number;
    ringing: number;
    leftOutOf: number;
    lacksSkillsFor: number;
    notYetFor: number;
    reservedForOthers: number;
  }[];
  /** Callers who wait for this agent alone. */
  reserved: number;
  sentence: string;
}

type InQueue = AgentExplanation["queues"][number];
type Facts = Omit<AgentExplanation, "because" | "sentence">;

/** Looks at everybody who waits in the agent's queues: for questions that people ask. */
export function explainAgent(board: Board, agentId: string, now: number): AgentExplanation | null {
  const agent = board.agents.get(agentId);
  if (!agent) return null;
  const { routable, cause, engagement } = viewAgent(agent);
  const facts: Facts = {
    agentId,
    engagement,
    routable,
    cause,
    idleSince: agent.idleSince,
    skills: { ...agent.skills },
    queues: [
      ...placesOf(board, agent).map((place) => explainIn(board, agent, place, now)),
      ...agent.queues.filter(({ queueId }) => !board.queues.has(queueId)).map(unknownQueue),
    ],
    reserved: board.reserved.get(agentId)?.size ?? 0,
  };
  const because = whyIdle(agent, facts);
  return { ...facts, because, sentence: sentences[because](facts) };
}

function unknownQueue({ queueId, level = 1, delayMs = 0 }: Agent["queues"][number]): InQueue {
  const nobody = {
    waiting: 0,
    ringing: 0,
    leftOutOf: 0,
    lacksSkillsFor: 0,
    notYetFor: 0,
    reservedForOthers: 0,
  };
  return { queueId, exists: false, borrowedFrom: null, level, delayMs, ...nobody };
}

function explainIn(board: Board, agent: Agent, place: Place, now: number): InQueue {
  const { queue, membership, lenders } = place;
  const callers = callersOf(queue);
  const seen: InQueue = {
    queueId: queue.settings.queueId,
    exists: true,
    borrowedFrom: lenders?.[0] ?? null,
    level: membership.level ?? 1,
    delayMs: membership.delayMs ?? 0,
    waiting: callers.length,
    ringing: 0,
    leftOutOf: 0,
    lacksSkillsFor: 0,
    notYetFor: 0,
    reservedForOthers: 0,
  };
  for (const caller of callers) {
    const column = columnOf(board, agent, { place, queue, caller, now });
    if (column) seen[column] += 1;
  }
  return seen;
}

type Column = "ringing" | "leftOutOf" | "lacksSkillsFor" | "notYetFor" | "reservedForOthers";

/** Why this agent does not get this caller; null when nothing but the agent's own engagement is in the way. */
function columnOf(
  board: Board,
  agent: Agent,
  { place, queue, caller, now }: { place: Place; queue: Queue; caller: Caller; now: number },
): Column | null {
  if (caller.offers.length > 0) return "ringing";
  if ((caller.leftOut[agent.agentId] ?? 0) > now) return "leftOutOf";
  if (caller.sticky) return caller.sticky.agentId === agent.agentId ? null : "reservedForOthers";
  const demand = demandOf(board, queue, laneOf(queue, caller.channel), caller);
  if (!isReached(demand.stage, place)) return "notYetFor";
  return isSkilled(demand.requirement, agent) ? null : "lacksSkillsFor";
}

function whyIdle(agent: Agent, { engagement, routable, queues }: Facts): WhyIdle {
  if (engagement !== "idle" && agent.freeFor.length === 0) return "engaged";
  if (!routable) return "not-routable";
  if (queues.length === 0) return "no-queues";
  const sum = (column: Column | "waiting") => queues.reduce((total, queue) => total + queue[column], 0);
  if (sum("waiting") === 0) return "nobody-waits";
  if (sum("leftOutOf") > 0) return "left-out";
  if (sum("lacksSkillsFor") > 0) return "lacks-skills";
  if (sum("notYetFor") > 0) return "not-yet";
  if (sum("reservedForOthers") > 0) return "reserved";
  return hasRoom(agent, "voice") || sum("ringing") > 0 ? "ringing-elsewhere" : "at-capacity";
}

const sentences: Record<WhyIdle, (facts: Facts) => string> = {
  engaged: ({ engagement }) => `The agent is ${engagement}`,
  "not-routable": ({ cause }) => `The agent gets no offers: ${cause}`,
  "no-queues": () => "The agent belongs to no queue",
  "nobody-waits": () => "Nobody waits in the agent's queues",
  "left-out": ({ queues }) =>
    `The agent declined or did not answer ${total(queues, "leftOutOf")} of those who wait a moment ago`,
  "lacks-skills": ({ queues }) =>
    `The agent lacks what ${total(queues, "lacksSkillsFor")} of those who wait require`,
  "not-yet": ({ queues }) =>
    `${total(queues, "notYetFor")} of those who wait have not waited long enough for this agent`,
  reserved: () => "Those who wait do so for their own agents",
  "ringing-elsewhere": () => "Those who wait ring at other agents",
  "at-capacity": () => "The agent has no room for another interaction of the channels that wait",
};

function total(queues: InQueue[], column: Column): number {
  return queues.reduce((sum, queue) => sum + queue[column], 0);
}
