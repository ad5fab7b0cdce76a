import type { Agent, Board, Caller, Queue } from "./board.ts";
import { waitingIn } from "./board.ts";
import type { Engagement, HoldCause } from "./effect.ts";
import { callersOf, positionOf } from "./lanes.ts";
import { estimateForNext } from "./pace.ts";
import type { Staffing } from "./reason.ts";
import type { Channel, QueueSettings } from "./settings.ts";

/** The board as a screen wants it. Times are epoch milliseconds. */
export interface BoardView {
  at: number;
  queues: QueueView[];
  agents: AgentView[];
}

export interface QueueView {
  queueId: string;
  settings: QueueSettings;
  staffing: Staffing;
  /** In the order in which they will be served, channel by channel. */
  waiting: WaitingView[];
  /** The earliest original entry among those who wait, or null. */
  longestSince: number | null;
  /** Of the voice lane: what somebody who came now would wait; null when unknown or nobody works. */
  estimatedWaitMs: number | null;
  /** How far off the first estimates told to callers were on average, over so many of them. */
  estimateError: { meanMs: number; callers: number };
}

export interface WaitingView {
  interactionId: string;
  channel: Channel;
  priority: number;
  enqueuedAt: number;
  waitingSince: number;
  position: number;
  /** Agents whose device rings for it now. */
  offeredTo: string[];
}

export interface AgentView {
  agentId: string;
  routable: boolean;
  /** The profile's cause, or the hold's while the router does not offer. */
  cause: string;
  held: HoldCause | null;
  engagement: Engagement;
  since: number;
  interactionIds: string[];
  queueIds: string[];
  /** End of wrap-up, or null. */
  wrapUpUntil: number | null;
}

export function viewBoard(board: Board): BoardView {
  return {
    at: board.now,
    queues: [...board.queues.values()].map((queue) => viewQueue(board, queue)),
    agents: [...board.agents.values()].map(viewAgent),
  };
}

export function viewQueue(board: Board, queue: Queue): QueueView {
  const voice = queue.lanes.get("voice");
  const waiting = callersOf(queue).map((caller) => viewCaller(board, caller, queue));
  const longestSince = waiting.reduce((least, { enqueuedAt }) => Math.min(least, enqueuedAt), Infinity);
  return {
    queueId: queue.settings.queueId,
    settings: queue.settings,
    staffing: { ...queue.staffing },
    waiting,
    longestSince: longestSince === Infinity ? null : longestSince,
    estimatedWaitMs: estimateForNext(voice, queue),
    estimateError: { meanMs: Math.round(voice?.pace.meanErrorMs ?? 0), callers: voice?.pace.judged ?? 0 },
  };
}

function viewCaller(board: Board, caller: Caller, queue: Queue): WaitingView {
  const { interactionId, channel, priority, enqueuedAt, waitingSince } = caller;
  const position = positionOf(caller, queue);
  return {
    interactionId,
    channel,
    priority,
    enqueuedAt,
    waitingSince,
    position,
    offeredTo: offeredTo(board, caller),
  };
}

export function offeredTo(board: Board, caller: Caller): string[] {
  return caller.offers.flatMap((offerId) => board.offers.get(offerId)?.agentId ?? []);
}

export function viewAgent(agent: Agent): AgentView {
  return {
    agentId: agent.agentId,
    routable: agent.routable && agent.held === null,
    cause: agent.held ?? agent.cause,
    held: agent.held,
    engagement: agent.engagement,
    since: agent.since,
    interactionIds: agent.talks.map(({ interactionId }) => interactionId),
    queueIds: agent.queues.map(({ queueId }) => queueId),
    wrapUpUntil: agent.wrapUp?.until ?? null,
  };
}

/** The one thing that keeps a caller waiting, the first that holds. */
export type WhyWaiting =
  /** Rings at somebody now. */
  | "ringing"
  /** The queue has no agents at all. */
  | "no-members"
  /** It has, but nobody of them works now. */
  | "nobody-works"
  /** Waits for the caller's own agent alone, until `timers.stickyUntil`. */
  | "own-agent"
  /** Nobody who works meets the requirement as it stands. */
  | "nobody-suits"
  /** Those who would do are of a level or with a delay that the caller has not reached. */
  | "not-yet"
  /** Free agents declined or did not answer this caller a moment ago. */
  | "left-out"
  /** Everybody who would do has something else to do; `position` tells the rest. */
  | "all-busy";

/** Why a caller waits, answered live. Times are epoch milliseconds. */
export interface WaitingExplanation {
  interactionId: string;
  queueId: string;
  because: WhyWaiting;
  position: number;
  waiting: number;
  /** Since the original entry. */
  waitedMs: number;
  priority: number;
  ageMs: number;
  callback: boolean;
  staffing: Staffing;
  /** What is asked of an agent now, and what was on entry; null when nothing. */
  requirement: string | null;
  requirementOnEntry: string | null;
  /** How many rings have been passed, of how many. */
  ring: number;
  rings: number;
  /** Members (and agents borrowed at this ring) who meet all of it: at all, working, and free now. */
  suited: { members: number; working: number; free: number };
  /** Members who work and would do but for their level or delay. */
  notYet: number;
  sticky: { agentId: string; because: "last-agent" | "owner" } | null;
  leftOut: { agentId: string; untilMs: number }[];
  offeredTo: string[];
  timers: {
    /** The next ring or delay that lets more agents in. */
    widensAt: number | null;
    stickyUntil: number | null;
    announceAt: number | null;
    maxWaitAt: number | null;
    alarmAt: number | null;
  };
  /** One sentence in English for logs and the API; screens build their own from the fields. */
  sentence: string;
}

export function explainWaiting(board: Board, interactionId: string, now: number): WaitingExplanation | null {
  const caller = board.callers.get(interactionId);
  const queue = caller && board.queues.get(caller.queueId);
  if (!caller || !queue) return null;
  const leftOut = Object.entries(caller.leftOut)
    .filter(([, untilMs]) => untilMs > now)
    .map(([agentId, untilMs]) => ({ agentId, untilMs }));
  const facts = {
    interactionId,
    queueId: caller.queueId,
    position: positionOf(caller, queue),
    waiting: waitingIn(queue),
    waitedMs: Math.max(0, now - caller.enqueuedAt),
    staffing: { ...queue.staffing },
    leftOut,
    offeredTo: offeredTo(board, caller),
  };
  return {
    ...facts,
    because: "all-busy",
    priority: caller.priority,
    ageMs: 0,
    callback: false,
    requirement: null,
    requirementOnEntry: null,
    ring: 0,
    rings: 0,
    suited: { members: 0, working: 0, free: 0 },
    notYet: 0,
    sticky: null,
    timers: { widensAt: null, stickyUntil: null, announceAt: null, maxWaitAt: null, alarmAt: null },
    sentence: sayWhyWaiting(facts),
  };
}

type Seen = Pick<WaitingExplanation, "staffing" | "offeredTo" | "leftOut" | "position" | "waiting">;

function sayWhyWaiting(facts: Seen): string {
  const { staffing, offeredTo: ringing, leftOut, position, waiting } = facts;
  if (ringing.length > 0) return `Rings at ${ringing.join(", ")}`;
  if (staffing.members === 0) return "The queue has no agents";
  if (staffing.members === staffing.notRoutable) return "No agent of the queue is ready";
  if (staffing.available > 0 && leftOut.length > 0) {
    return `The free agents declined or did not answer this caller a moment ago (${leftOut.length} left out)`;
  }
  const { busy, wrapUp, offered } = staffing;
  return `Number ${position} of ${waiting}; ${busy} agents talk, ${wrapUp} are in wrap-up, ${offered} are being rung`;
}

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

export function explainAgent(board: Board, agentId: string, now: number): AgentExplanation | null {
  const agent = board.agents.get(agentId);
  if (!agent) return null;
  const { routable, cause, engagement } = viewAgent(agent);
  const queues = agent.queues.map(({ queueId }) => {
    const queue = board.queues.get(queueId);
    const callers = queue ? callersOf(queue) : [];
    const leftOutOf = callers.filter((caller) => (caller.leftOut[agentId] ?? 0) > now).length;
    const more = { borrowedFrom: null, level: 1, delayMs: 0, ringing: 0 };
    const none = { lacksSkillsFor: 0, notYetFor: 0, reservedForOthers: 0 };
    return { queueId, exists: queue !== undefined, waiting: callers.length, leftOutOf, ...more, ...none };
  });
  const facts = { agentId, engagement, routable, cause, queues };
  const rest = { because: "nobody-waits" as const, idleSince: agent.idleSince, skills: {}, reserved: 0 };
  return { ...facts, ...rest, sentence: sayWhyIdle(facts) };
}

function sayWhyIdle({
  engagement,
  routable,
  cause,
  queues,
}: Pick<AgentExplanation, "engagement" | "routable" | "cause" | "queues">): string {
  if (engagement !== "idle") return `The agent is ${engagement}`;
  if (!routable) return `The agent gets no offers: ${cause}`;
  if (queues.length === 0) return "The agent belongs to no queue";
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  if (waiting === 0) return "Nobody waits in the agent's queues";
  const leftOutOf = queues.reduce((sum, queue) => sum + queue.leftOutOf, 0);
  if (leftOutOf > 0)
    return `The agent declined or did not answer ${leftOutOf} of those who wait a moment ago`;
  return "Those who wait ring at other agents";
}
