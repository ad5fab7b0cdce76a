import { Door } from "./door.ts";
import type { Acd, AcdOptions } from "./interface.ts";

export type {
  Acd,
  AcdNotice,
  AcdOptions,
  AgentProfile,
  EnqueueRequest,
  RoutingStanding,
  Waiting,
  WaitingStep,
} from "./interface.ts";
export type { AgentView, BoardView, QueueView, WaitingView } from "./core/view.ts";
export type { AgentExplanation, WhyIdle } from "./core/explain-agent.ts";
export type { WaitingExplanation, WhyWaiting } from "./core/explain-waiting.ts";
export type { Engagement, ExitCause, HoldCause, WithdrawCause } from "./core/effect.ts";
export type { QueueFigures } from "./core/figures.ts";
export type { OfferReason, Staffing, Trigger } from "./core/reason.ts";
export type { Capacity, Channel, Membership, QueueSettings, Ring, Strategy } from "./core/settings.ts";
export type { Sticky } from "./core/event.ts";
export { defaultQueueSettings, oneCall } from "./core/settings.ts";
/** For the simulator, which runs the very same router in compressed time: the board and the reducer, no log. */
export { createBoard, nextDeadline } from "./core/board.ts";
export { reduce } from "./core/reduce.ts";
export type { AcdEvent } from "./core/event.ts";
export type { Effect } from "./core/effect.ts";
export type { EventLog } from "./event-log.ts";
export { openMemoryLog } from "./event-log.memory.ts";
export { openRedisLog } from "./event-log.redis.ts";

/** Joins the log and, when nobody else is, becomes the router. Resolves once it can take callers. */
export async function startAcd(options: AcdOptions): Promise<Acd> {
  const door = new Door(options);
  await door.start();
  return door;
}
