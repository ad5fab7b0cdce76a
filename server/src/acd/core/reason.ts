import type { Strategy } from "./settings.ts";

/** How many agents or callers a reason names at most; beyond that it counts. */
export const namedAtMost = 8;

/** What made the router decide. */
export type Trigger =
  "caller-entered" | "caller-returned" | "agent-freed" | "left-out-ended" | "settings-changed";

/** How the members of a queue stand, as counts. They sum to `members`. */
export interface Staffing {
  members: number;
  /** Could be offered an interaction now. */
  available: number;
  offered: number;
  busy: number;
  wrapUp: number;
  notRoutable: number;
}

/** Why this agent for this caller. Bounded in size, whatever the number of agents. Stored with the offer. */
export interface OfferReason {
  trigger: Trigger;
  strategy: Strategy;
  /** The chosen agent's value under the strategy (lowest is chosen): for longest-idle, since when idle. */
  score: number;
  idleMs: number;
  /** Since the original entry. */
  waitedMs: number;
  priority: number;
  /** 1 is the head of the queue. */
  position: number;
  waiting: number;
  staffing: Staffing;
  /** Who would have come next, in order. */
  nextBest: { agentId: string; score: number }[];
  /** Agents who were free but not for this caller (they declined or did not answer a moment ago). */
  leftOut: { count: number; named: { agentId: string; untilMs: number }[] };
  /** Free agents or waiting callers that were passed over before this pair was found. */
  passedOver: number;
  /** When an agent of several queues was freed: the heads that competed, best first. */
  competing: { queueId: string; interactionId: string; effectiveAt: number }[];
}
