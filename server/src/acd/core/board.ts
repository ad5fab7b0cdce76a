import type { Engagement, HoldCause } from "./effect.ts";
import { OrderedSet } from "./ordered-set.ts";
import { createPace, type Estimate, type Pace } from "./pace.ts";
import type { Staffing } from "./reason.ts";
import type { Capacity, Channel, Membership, QueueSettings } from "./settings.ts";

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
  /** Place in the log: the tie-breaker of equal times. */
  readonly order: number;
  readonly session: string;
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
  session: string;
  idleSince: number;
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
  /** Derived: how the agent counts in each queue, and which channels' lanes offer them. */
  status: AgentStatus;
  freeFor: Channel[];
}

/** The callers and free agents of one queue for one channel. */
export interface Lane {
  /** Callers without a live offer, by effective time of entry. */
  readonly open: OrderedSet<Caller>;
  /** Callers that ring somewhere, by the same. */
  readonly ringing: OrderedSet<Caller>;
  /** Agents that could take one more, by the strategy's score. */
  readonly available: OrderedSet<Agent>;
  pace: Pace;
}

export interface Queue {
  settings: QueueSettings;
  unstaffedSince: number | null;
  /** The last winning lot: later ones are drawn from here on. */
  lastLot: number;
  readonly staffing: Staffing;
  readonly lanes: Map<Channel, Lane>;
}

/** In the order in which deadlines of the same time are met. */
const deadlineKinds = ["offer", "agent", "caller", "queue"] as const;
export type DeadlineKind = (typeof deadlineKinds)[number];

/**
 * Everything the router knows. Queues, agents, callers, offers and nodes are the truth and go into snapshots;
 * lanes, staffing, accepted, members and deadlines are indexes that `restoreBoard` builds again.
 */
export interface Board {
  now: number;
  sequence: number;
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
  /** The next moment that matters of each record, by its id. */
  readonly deadlines: Record<DeadlineKind, OrderedSet<null>>;
}

export function createBoard(): Board {
  return {
    now: 0,
    sequence: 0,
    queues: new Map(),
    agents: new Map(),
    callers: new Map(),
    offers: new Map(),
    nodes: new Map(),
    lines: new Map(),
    accepted: new Map(),
    members: new Map(),
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
  return { settings, unstaffedSince: null, lastLot: 0, staffing, lanes: new Map() };
}

export function laneOf(queue: Queue, channel: Channel): Lane {
  let lane = queue.lanes.get(channel);
  if (!lane) {
    const sets = { open: new OrderedSet<Caller>(), ringing: new OrderedSet<Caller>() };
    lane = { ...sets, available: new OrderedSet<Agent>(), pace: createPace() };
    queue.lanes.set(channel, lane);
  }
  return lane;
}

export function waitingIn(queue: Queue): number {
  let count = 0;
  for (const lane of queue.lanes.values()) count += lane.open.size + lane.ringing.size;
  return count;
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
