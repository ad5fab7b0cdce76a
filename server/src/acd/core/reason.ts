import type { Strategy } from "./settings.ts";

/** How many agents or callers a reason names at most; beyond that it counts. */
export const namedAtMost = 8;

/** What made the router decide. */
export type Trigger =
  | "caller-entered"
  | "caller-returned"
  | "agent-freed"
  | "left-out-ended"
  | "settings-changed"
  /** The caller passed a ring or a delay. */
  | "widened"
  /** The patience for the sticky agent was over, or that agent stopped working. */
  | "sticky-ended"
  /** The agent's skills or queues changed. */
  | "agent-changed";

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
  /** What was asked of the agent at this moment, after rings; null when nothing. */
  requirement: string | null;
  /** The same as it was on entry; differs from `requirement` when a ring has relaxed it. */
  requirementOnEntry: string | null;
  /** The chosen agent's proficiency in each skill that the requirement asks for. */
  skills: Record<string, number>;
  /** How many rings the caller has passed: 0 before the first. */
  ring: number;
  /** The chosen agent's level and delay in the queue. */
  level: number;
  delayMs: number;
  /** The queue that the agent was borrowed from, or null for a member. */
  borrowedFrom: string | null;
  /** Set when the agent was this caller's own: who had them last, or who owns the matter. */
  sticky: "last-agent" | "owner" | null;
  /** Artificial age in the caller's place. */
  ageMs: number;
  /** Members who were free but not for this caller, by why; each counted once, the first reason that holds. */
  unsuited: {
    /** Lack what the requirement asks for. */
    skills: number;
    /** Of a level or with a delay that this caller has not reached. */
    notYet: number;
    /** A few of them, with the reason. */
    named: { agentId: string; because: "skills" | "not-yet" }[];
  };
}
