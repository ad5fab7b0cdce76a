import type { Agent, Board, Caller, Queue } from "./board.ts";
import type { Engagement, HoldCause } from "./effect.ts";
import { stageAt } from "./demands.ts";
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
  /** The earliest original entry among those who wait on the line, or null. */
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
  /** The caller's own, as on entry; null for nothing. */
  requirement: string | null;
  /** How many rings have been passed. */
  ring: number;
  /** Nobody is on the line. */
  callback: boolean;
  /** The agent who is waited for alone, or null. */
  stickyTo: string | null;
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
  /** Those of them that another one interrupts now. */
  interrupted: string[];
  /** Accepted since the business day began. */
  handled: number;
  skills: Record<string, number>;
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
  const longestSince = waiting
    .filter(({ callback }) => !callback)
    .reduce((least, { enqueuedAt }) => Math.min(least, enqueuedAt), Infinity);
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
    requirement: caller.requirement,
    ring: stageAt(queue, caller.stageMs).ring,
    callback: caller.callback,
    stickyTo: caller.sticky?.agentId ?? null,
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
    interrupted: [...agent.interrupted],
    handled: agent.handled,
    skills: { ...agent.skills },
    queueIds: agent.queues.map(({ queueId }) => queueId),
    wrapUpUntil: agent.wrapUp?.until ?? null,
  };
}
