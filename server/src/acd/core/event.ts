import type { Capacity, Channel, Membership, QueueSettings } from "./settings.ts";

/** Why an agent's side ended an offer. */
export type DeclineCause = "declined" | "no-answer" | "unreachable" | "failed";

export interface Entry {
  interactionId: string;
  queueId: string;
  channel: Channel;
  priority: number;
  enqueuedAt: number;
  position?: "front" | "back";
  /** What the agent must be able to do (contract/requirement.ts), in its usual spelling. Default: nothing. */
  requirement?: string;
  /** Artificial age: the place in the queue is that of somebody who came so much earlier; reported waits are not touched. */
  ageMs?: number;
  /**
   * The agent that this caller should have, and how long (from entry) to wait for them alone; ends at once when that
   * agent does not work, is no member, or lacks what is required. Level and delay don't matter.
   */
  sticky?: Sticky;
  /** A call back to somebody who is not on the line: no announcements, no longest wait, no leaving for lack of staff. */
  callback?: boolean;
  /** How long each offer of it lives, instead of the queue's ring timeout: other telephones are called meanwhile. */
  offerMs?: number;
}

export interface Sticky {
  agentId: string;
  /** Why this one: who had the customer last, or who owns the matter. */
  because: "last-agent" | "owner";
  patienceMs: number;
}

/** What happened. Any of these may come late, twice, or about things that are gone: the board copes. */
export type AcdEvent =
  | ({ type: "enqueued" } & Entry)
  | ({ type: "requeued"; lostAgentId: string } & Entry)
  | { type: "cancelled"; interactionId: string; cause: string }
  | { type: "accepted"; offerId: string }
  | { type: "declined"; offerId: string; cause: DeclineCause }
  | { type: "engaged"; agentId: string; interactionId: string; channel: Channel }
  | { type: "released"; agentId: string; interactionId: string }
  | { type: "wrap-up-finished"; agentId: string }
  | { type: "wrap-up-extended"; agentId: string; byMs: number }
  | {
      type: "agent-set";
      agentId: string;
      routable: boolean;
      cause: string;
      queues: Membership[];
      capacity: Capacity;
      /** Proficiencies 1 to 10 by skill. Default: none. */
      skills?: Record<string, number>;
      /** Interactions accepted since the business day began; believed only of an agent the board did not know. */
      handledToday?: number;
    }
  /** A new business day: the agents' counts of interactions begin at 0. The same day again changes nothing. */
  | { type: "day-began"; day: string }
  | { type: "agent-ready"; agentId: string }
  | { type: "agent-removed"; agentId: string }
  | { type: "queue-set"; settings: QueueSettings }
  | { type: "queue-removed"; queueId: string }
  /** A node starts: whatever an earlier session of the same node held is lost. */
  | { type: "node-started"; nodeId: string }
  | { type: "node-lost"; session: string }
  /** Time has passed: deadlines up to the entry's `at` are due. */
  | { type: "tick" };

/** One line of the log. */
export interface LogEntry {
  /** The session (one start of one node) that appended it, and that owns what it brings. */
  session: string;
  /** Counts the session's lines from 1: a line that the log holds twice (a retry) is done once. */
  line: number;
  /** Epoch milliseconds by the appender's clock; the board's own time never goes backwards. */
  at: number;
  event: AcdEvent;
}
