import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Effect, WithdrawCause } from "./core/effect.ts";
import type { Sticky } from "./core/event.ts";
import type { QueueFigures } from "./core/figures.ts";
import type { OfferReason } from "./core/reason.ts";
import type { Capacity, Channel, Membership, QueueSettings } from "./core/settings.ts";
import type { AgentExplanation } from "./core/explain-agent.ts";
import type { WaitingExplanation } from "./core/explain-waiting.ts";
import type { AgentView, BoardView, QueueView } from "./core/view.ts";
import type { EventLog } from "./event-log.ts";

/** Somebody who waits. Times are epoch milliseconds. */
export interface EnqueueRequest {
  interactionId: string;
  queueId: string;
  channel: Channel;
  /** 0 (usual) to 10. */
  priority: number;
  /** The original entry: kept over every return to a queue; "max wait" counts from this stay's start instead. */
  enqueuedAt: number;
  /** "front": before everybody who did not come back. Default "back". */
  position?: "front" | "back";
  /** What the agent must be able to do (contract/requirement.ts). Failure "bad-request" when it can't be read. */
  requirement?: string;
  /** Artificial age: the place is that of somebody who came so much earlier; reported waits are not touched. */
  ageMs?: number;
  /** The agent that this caller should have, and how long (from entry) to wait for them alone. */
  sticky?: Sticky;
  /** A call back to somebody who is not on the line: no announcements, no leaving by itself. */
  callback?: boolean;
  /** How long each offer of it lives, instead of the queue's ring timeout: other telephones are called meanwhile. */
  offerMs?: number;
}

/** What happens to somebody who waits, in order. After "accepted" or "exit" there are no more steps. */
export type WaitingStep =
  /** Ring this agent now. With `ringAtOnce` above 1 several offers live at a time. */
  | {
      type: "offer";
      offerId: string;
      agentId: string;
      queueId: string;
      ringTimeoutMs: number;
      /** When the caller entered or the agent was freed: time-to-offer counts from here. */
      triggeredAt: number;
      reason: OfferReason;
    }
  /** Stop ringing; the offer is over (also after your own `decline`). */
  | { type: "withdrawn"; offerId: string; agentId: string; cause: WithdrawCause }
  /** 1 is next. `estimatedWaitMs` is null when unknown. */
  | { type: "position"; position: number; waiting: number; estimatedWaitMs: number | null }
  /** Your `accept` won: the agent is busy with this interaction until `release` or `requeue`. */
  | { type: "accepted"; offerId: string; agentId: string; queueId: string }
  /** Out of the queue without an agent: an ExitCause, or the cause given to `cancel`. */
  | { type: "exit"; cause: string; waitedMs: number };

/** A place in a queue. Steps are buffered in order: none is lost however late `next` is called. */
export interface Waiting {
  readonly interactionId: string;
  /**
   * The next step. Rejects with the signal's reason when it aborts (the place in the queue stays: `cancel` it),
   * and with a Failure "unavailable" when the router closes. One call at a time.
   */
  next(signal?: AbortSignal): Promise<WaitingStep>;
}

/** What the router must know of an agent; each call replaces the former. */
export interface AgentProfile {
  agentId: string;
  /** Signed in, ready, audible, registered and connected: everything but being engaged. */
  routable: boolean;
  /** Why (not) routable, for screens and reasons: "ready", "break", "unregistered"... */
  cause: string;
  queues: Membership[];
  capacity: Capacity;
  /** Proficiencies 1 to 10 by skill (`billing`, `language=zh`). Default: none. */
  skills?: Record<string, number>;
  /** Interactions accepted today, for a router that hears of the agent for the first time. Default 0. */
  handledToday?: number;
}

/** Everything the router did, on every node, after it became final: for the realtime feed and alarms. */
export type AcdNotice = Exclude<Effect, { type: "reply" }> & { at: number };

/** How a node stands in the routing: whether it is the router, and how far behind the log it is. */
export interface RoutingStanding {
  isLeading: boolean;
  /** The newest fencing epoch that this node knows of. */
  epoch: number;
  /** Lines that this node has reduced and whose effects are not final yet. */
  unfinalLines: number;
  /** The age of the oldest of them; 0 when there is none. */
  lagMs: number;
}

/**
 * The router. Every change goes through one ordered log; promises resolve once the change is final (written
 * together with its effects). Unknown queues, agents and interactions are refused with a Failure "not-found".
 */
export interface Acd {
  /**
   * Joins a queue. Failure "not-found" for an unknown queue, "conflict" when the interaction already waits or
   * talks. A full or unstaffed queue is not a failure: the first step is then "exit".
   */
  enqueue(request: EnqueueRequest): Promise<Waiting>;
  /** Leaves the queue (a live offer is withdrawn). "not-waiting": it had an agent, had left, or never came. */
  cancel(interactionId: string, cause: string): Promise<"cancelled" | "not-waiting">;
  /** The agent answered. Exactly one accept wins; the same accept again answers the same. */
  accept(offerId: string): Promise<"accepted" | "withdrawn">;
  /**
   * The agent will not take it: "declined" (left out for this caller for a moment, routable for others),
   * "no-answer" and "unreachable" (held: no offers until ready again), "failed" (our side: left out for this
   * caller; held as "failing" after three in a row). An offer that is over is ignored.
   */
  decline(offerId: string, cause: "declined" | "no-answer" | "unreachable" | "failed"): Promise<void>;
  /** The talk is over: the agent goes to wrap-up (when the queue has one), else is free. Idempotent. */
  release(interactionId: string, agentId: string): Promise<void>;
  /**
   * The agent's leg was lost in the talk: the agent leaves the interaction without wrap-up and is left out for a
   * moment; the caller waits again at the front with the original entry time.
   */
  requeue(request: EnqueueRequest & { lostAgentId: string }): Promise<Waiting>;
  /** The agent is busy with something the router did not offer (dial-out, transfer). Ends with `release`. */
  engage(agentId: string, interactionId: string, channel: Channel): Promise<void>;
  /** Ends wrap-up early. Idempotent. */
  finishWrapUp(agentId: string): Promise<void>;
  /** Failure "conflict" when the agent is not in wrap-up. Returns nothing; the "engagement" notice has the end. */
  extendWrapUp(agentId: string, byMs: number): Promise<void>;

  setAgent(profile: AgentProfile): Promise<void>;
  /** Lifts a hold. So does `setAgent` when `routable` goes from false to true. */
  ready(agentId: string): Promise<void>;
  /** Offers are withdrawn; a talk under way goes on. Idempotent. */
  removeAgent(agentId: string): Promise<void>;
  /** A new business day (a date such as 2026-11-29): counts of interactions begin at 0. Idempotent. */
  beginDay(day: string): Promise<void>;
  /** Creates or changes a queue, at once, for everybody in it. Failure "bad-request" names what is wrong. */
  setQueue(settings: QueueSettings): Promise<void>;
  /** Those who wait leave with cause "queue-removed". Idempotent. */
  removeQueue(queueId: string): Promise<void>;

  /** This node's replica of the board, at most a few milliseconds old. */
  board(): BoardView;
  /** One queue or agent of it; null when unknown. */
  queue(queueId: string): QueueView | null;
  agent(agentId: string): AgentView | null;
  /** A queue's figures at a cost that does not grow with who waits; null when unknown. */
  figures(queueId: string): QueueFigures | null;
  /** How this node stands in the routing. */
  routing(): RoutingStanding;
  /** Hears every notice in order; returns the function that stops it. A listener that throws is logged. */
  on(listener: (notice: AcdNotice) => void): () => void;
  /** Null when it does not wait. */
  explainWaiting(interactionId: string): WaitingExplanation | null;
  /** Null for an unknown agent. */
  explainAgent(agentId: string): AgentExplanation | null;
  /** Rejects every pending `next` and call; gives up the lease. Idempotent. */
  close(): Promise<void>;
}

export interface AcdOptions {
  /** Stable over restarts of the same node: a new start declares what the former one held lost. */
  nodeId: string;
  /** Stays the caller's: close it after the router. */
  log: EventLog;
  clock: Clock;
  /** The program's log. */
  journal: Log;
  /** How many lines of the log a snapshot stands for; default 10,000. */
  snapshotEvery?: number;
}
