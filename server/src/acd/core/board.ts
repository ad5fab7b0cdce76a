import type { Requirement } from "../../contract/requirement.ts";
import type { Engagement, HoldCause } from "./effect.ts";
import type { Sticky } from "./event.ts";
import { OrderedSet } from "./ordered-set.ts";
import { createPace, type Estimate, type Pace } from "./pace.ts";
import type { Staffing } from "./reason.ts";
import type { Capacity, Channel, Membership, QueueSettings } from "./settings.ts";
import { stagesOf, type Stage } from "./stages.ts";

/** Somebody who waits. */
export interface Caller {
  readonly interactionId: string;
  readonly queueId: string;
  readonly channel: Channel;
  readonly priority: number;
  /** The original entry. */
  readonly enqueuedAt: number;
  /** The start of this stay. */
  readonly waitingSince: number;
  readonly front: boolean;
  /** Artificial age: moves the place, and nothing else. */
  readonly ageMs: number;
  /** The caller's own, beside the queue's; null for nothing. */
  readonly requirement: string | null;
  /** Will be called back: nobody is on the line. */
  readonly callback: boolean;
  /** Since when the search widens, and the stage that it has reached (its `afterMs`). */
  readonly widensFrom: number;
  stageMs: number;
  /** The caller's own agent, waited for alone until then. */
  sticky: { agentId: string; because: Sticky["because"]; until: number } | null;
  /** Place in the log: the tie-breaker of equal times. */
  readonly order: number;
  readonly session: string;
  /** How long each offer lives; null: as the queue says. */
  readonly offerMs?: number | null;
  offers: string[];
  /** Agents that are left out for this caller, until when. */
  leftOut: Record<string, number>;
  announceAt: number | null;
  /** The last estimate of the wait that was announced. */
  told: Estimate | null;
  alarmed: boolean;
}

export interface Offer {
  readonly offerId: string;
  readonly interactionId: string;
  readonly agentId: string;
  readonly queueId: string;
  readonly deadline: number;
}

/** An agent and an interaction that belong together until released. */
export interface Talk {
  readonly interactionId: string;
  readonly agentId: string;
  readonly channel: Channel;
  /** Null when the router did not offer it. */
  readonly queueId: string | null;
  readonly offerId: string | null;
  readonly enqueuedAt: number;
  readonly session: string;
  readonly wrapUpMs: number;
}

export interface WrapUp {
  since: number;
  until: number;
  interactionId: string;
  queueId: string | null;
  channel: Channel;
}

export type AgentStatus = Exclude<keyof Staffing, "members">;

export interface Agent {
  readonly agentId: string;
  routable: boolean;
  cause: string;
  held: HoldCause | null;
  queues: Membership[];
  capacity: Capacity;
  skills: Record<string, number>;
  session: string;
  idleSince: number;
  /** The order in which agents became idle: unique, the tie-breaker of equal scores. */
  idleOrder: number;
  /** Interactions accepted since the business day began. */
  handled: number;
  /** Offers made so far: the seed of chance. */
  turns: number;
  /** Where in the log each queue last offered to this agent, for round robin. */
  lastOffered: Record<string, number>;
  /** The lot that the agent drew in each queue when they became free there, for weighted random. */
  lots: Record<string, number>;
  /** The last answer in each lane ("channel queueId") since the agent began to work. */
  answeredAt: Record<string, number>;
  /** Failures of our own side in a row. */
  failures: number;
  offers: string[];
  talks: Talk[];
  wrapUp: WrapUp | null;
  /** Removed while talking: forgotten when the talk ends. */
  leaving: boolean;
  /** What was last told to the world. */
  engagement: Engagement;
  since: number;
  shownInteractionId: string | null;
  shownUntil: number | null;
  /** Interactions that another one interrupts, as last told. */
  interrupted: string[];
  /** Derived: how the agent counts in each queue, and which channels' lanes offer them. */
  status: AgentStatus;
  freeFor: Channel[];
}

/** Callers of a lane who ask for the same, and the free agents who would do; see demands.ts. */
export interface Demand {
  readonly key: string;
  readonly stage: Stage;
  /** As it stands at this stage, and its usual spelling. */
  readonly requirement: Requirement | null;
  readonly text: string | null;
  /** As it is on entry: the queue's and the caller's own together. */
  readonly onEntry: Requirement | null;
  /** The skills asked for on entry: what proficiency is counted in. */
  readonly skills: readonly string[];
  /** Everybody who asks for this, ringing or not. */
  readonly callers: Set<string>;
  /** Those who look for an agent now, by effective time of entry. */
  readonly open: OrderedSet<Caller>;
  /** Free agents who would do, by the strategy's score. */
  readonly available: OrderedSet<Agent>;
  /** Free members who would not: for lack of skill, or because this stage has not reached them. */
  readonly lacking: Set<string>;
  readonly early: Set<string>;
}

/** The callers and free agents of one queue for one channel. */
export interface Lane {
  /** Callers without a live offer, by effective time of entry. */
  readonly open: OrderedSet<Caller>;
  /** Callers that ring somewhere, by the same. */
  readonly ringing: OrderedSet<Caller>;
  /** Members that could take one more, whatever is asked of them, in the order in which they became idle. */
  readonly available: OrderedSet<Agent>;
  readonly demands: Map<string, Demand>;
  pace: Pace;
}

export interface Queue {
  settings: QueueSettings;
  /** In order; the first is from 0 on. */
  stages: Stage[];
  /** How many members have each delay. */
  readonly delays: Map<number, number>;
  unstaffedSince: number | null;
  /** The last winning lot: later ones are drawn from here on. */
  lastLot: number;
  /** How many of those who wait will be called back. */
  callbacks: number;
  readonly staffing: Staffing;
  readonly lanes: Map<Channel, Lane>;
}

/** In the order in which deadlines of the same time are met. */
const deadlineKinds = ["offer", "agent", "caller", "queue"] as const;
export type DeadlineKind = (typeof deadlineKinds)[number];

/**
 * Everything the router knows. Queues, agents, callers, offers and nodes are the truth and go into snapshots;
 * lanes, staffing, accepted, members, lending, reserved and deadlines are indexes that `restoreBoard` builds again.
 */
export interface Board {
  now: number;
  sequence: number;
  /** The business day, such as 2026-11-29; empty before the first. */
  day: string;
  readonly queues: Map<string, Queue>;
  readonly agents: Map<string, Agent>;
  readonly callers: Map<string, Caller>;
  readonly offers: Map<string, Offer>;
  /** The current session of each node. */
  readonly nodes: Map<string, string>;
  /** The last line of each session that was done. */
  readonly lines: Map<string, number>;
  /** The talks under way that began with an offer, by that offer. */
  readonly accepted: Map<string, Talk>;
  /** Who belongs to a queue, existing or not yet. */
  readonly members: Map<string, Set<string>>;
  /** Which queues may borrow the agents of a queue. */
  readonly lending: Map<string, Set<string>>;
  /** Callers who wait for this agent alone, by effective time of entry. */
  readonly reserved: Map<string, OrderedSet<Caller>>;
  /** The next moment that matters of each record, by its id. */
  readonly deadlines: Record<DeadlineKind, OrderedSet<null>>;
}

export function createBoard(): Board {
  return {
    now: 0,
    sequence: 0,
    day: "",
    queues: new Map(),
    agents: new Map(),
    callers: new Map(),
    offers: new Map(),
    nodes: new Map(),
    lines: new Map(),
    accepted: new Map(),
    members: new Map(),
    lending: new Map(),
    reserved: new Map(),
    deadlines: {
      offer: new OrderedSet(),
      agent: new OrderedSet(),
      caller: new OrderedSet(),
      queue: new OrderedSet(),
    },
  };
}

export function createQueue(settings: QueueSettings): Queue {
  const staffing = { members: 0, available: 0, offered: 0, busy: 0, wrapUp: 0, notRoutable: 0 };
  const derived = { stages: stagesOf(settings, []), delays: new Map<number, number>(), callbacks: 0 };
  return { settings, ...derived, unstaffedSince: null, lastLot: 0, staffing, lanes: new Map() };
}

export function laneOf(queue: Queue, channel: Channel): Lane {
  let lane = queue.lanes.get(channel);
  if (!lane) {
    const sets = { open: new OrderedSet<Caller>(), ringing: new OrderedSet<Caller>() };
    lane = { ...sets, available: new OrderedSet<Agent>(), demands: new Map(), pace: createPace() };
    queue.lanes.set(channel, lane);
  }
  return lane;
}

export function waitingIn(queue: Queue): number {
  let count = 0;
  for (const lane of queue.lanes.values()) count += lane.open.size + lane.ringing.size;
  return count;
}

/** Those who are on the line. */
export function liveWaitingIn(queue: Queue): number {
  return waitingIn(queue) - queue.callbacks;
}

/** The earliest deadline; of several at the same time, by kind and then by id. */
export function nextDue({ deadlines }: Board): { kind: DeadlineKind; id: string; at: number } | null {
  let next: { kind: DeadlineKind; id: string; at: number } | null = null;
  for (const kind of deadlineKinds) {
    const first = deadlines[kind].first();
    if (first && (!next || first.score < next.at)) next = { kind, id: first.id, at: first.score };
  }
  return next;
}

/** When the router next has to look at the board by itself, or null. */
export function nextDeadline(board: Board): number | null {
  return nextDue(board)?.at ?? null;
}
