import type { OfferReason } from "./reason.ts";
import type { Channel } from "./settings.ts";

/** Why a caller left the queue without an agent. Other causes are the ones that callers of `cancel` give. */
export type ExitCause =
  "max-wait" | "no-agents" | "queue-full" | "estimated-wait" | "queue-removed" | "node-lost" | "cancelled";

/** Why a live offer was taken back or ended without being accepted. */
export type WithdrawCause =
  | "ring-timeout"
  | "declined"
  | "no-answer"
  | "unreachable"
  | "failed"
  | "agent-not-routable"
  | "agent-left-queue"
  | "agent-took-other"
  | "caller-left"
  | "answered-elsewhere"
  | "queue-removed"
  | "node-lost";

/** What an agent is doing, as far as routing is concerned. */
export type Engagement = "idle" | "offered" | "busy" | "wrap-up";

/** A refusal: becomes a Failure at the door. */
export interface Refusal {
  code: "not-found" | "conflict" | "bad-request" | "internal";
  sentence: string;
}

/** What the router wants done or known. Times are epoch milliseconds. */
export type Effect =
  | {
      type: "offer";
      offerId: string;
      interactionId: string;
      agentId: string;
      queueId: string;
      ringTimeoutMs: number;
      /** When the caller entered or the agent was freed: time-to-offer counts from here. */
      triggeredAt: number;
      reason: OfferReason;
    }
  | { type: "accepted"; offerId: string; interactionId: string; agentId: string; queueId: string }
  | { type: "withdrawn"; offerId: string; interactionId: string; agentId: string; cause: WithdrawCause }
  | {
      type: "position";
      interactionId: string;
      queueId: string;
      position: number;
      waiting: number;
      estimatedWaitMs: number | null;
    }
  | { type: "exit"; interactionId: string; queueId: string; cause: string; waitedMs: number }
  | {
      type: "engagement";
      agentId: string;
      engagement: Engagement;
      since: number;
      interactionId: string | null;
      queueId: string | null;
      channel: Channel | null;
      /** The end of wrap-up. */
      untilMs: number | null;
    }
  /** Joined a queue. */
  | { type: "waiting"; interactionId: string; queueId: string; enqueuedAt: number; priority: number }
  /** The router stopped offering to this agent; `ready` or a fresh `routable: true` lifts it. */
  | { type: "held"; agentId: string; cause: HoldCause; interactionId: string; offerId: string }
  /** Another interaction of the agent's, that may, interrupts this one; later it goes on ("resumed"). */
  | { type: "interrupted" | "resumed"; agentId: string; interactionId: string }
  /** A caller waits beyond the queue's alarm. */
  | { type: "late"; interactionId: string; queueId: string; waitedMs: number }
  /** Who waits in these queues, or how they are staffed, changed; at most one per event. */
  | { type: "queues-changed"; queueIds: string[] }
  /** The session's node is gone: what it held was let go. */
  | { type: "node-lost"; session: string }
  /** The answer to this line of the session's. */
  | { type: "reply"; session: string; line: number; result: ReplyResult };

export type HoldCause = "not-responding" | "unreachable" | "failing";

export type ReplyResult = "done" | "ignored" | "accepted" | "withdrawn" | Refusal;
