/** What the test and a router node tell each other, as messages between processes. */
import type { AcdNotice, WaitingStep } from "../../acd/acd.ts";

export type Order =
  | { type: "start"; nodeId: string; redisUrl: string; prefix: string }
  | { type: "queue"; queueId: string }
  | { type: "agents"; agentIds: string[]; queueId: string }
  /** A caller who comes now, by the node's own clock. */
  | { type: "enter"; interactionId: string; queueId: string }
  /** Who waits and rings by this node's board, and how many of its own calls are not over. */
  | { type: "look" }
  | { type: "stop" };

export type Report =
  | { type: "started" }
  | { type: "failed"; sentence: string }
  | { type: "done"; what: Order["type"] }
  /** Every notice that this node heard, without its reason. */
  | { type: "notice"; notice: AcdNotice }
  | { type: "step"; interactionId: string; step: WaitingStep["type"] | "refused" | "unavailable" }
  | { type: "accept"; offerId: string; result: "accepted" | "withdrawn" }
  | { type: "seen"; waiting: number; offered: number; own: number; at: number };
