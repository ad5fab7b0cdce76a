/** What the router is told and nobody waits for: while its log is away, no call may stand still for it. */
import { describeError } from "../base/log.ts";
import type { World } from "./world.ts";

type Router = Pick<World, "acd" | "log">;

export function releaseAgent(interactionId: string, agentId: string, { acd, log }: Router): void {
  acd.release(interactionId, agentId).catch((error: unknown) => {
    log.warn({ agentId, error: describeError(error) }, "An agent was not released");
  });
}

/** The queue's own exit follows, with this cause. */
export function cancelPlace(
  interactionId: string,
  cause: string,
  who: "A caller" | "A call back",
  { acd, log }: Router,
): void {
  acd.cancel(interactionId, cause).catch((error: unknown) => {
    log.error({ who, error: describeError(error) }, "One who waits could not be taken out of the queue");
  });
}
