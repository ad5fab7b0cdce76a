/**
 * What an agent is doing, from the facts, and whether the router may offer them anything.
 *
 *   connected (realtime) no ─────────────────────────────────────────────► offline
 *        │ yes
 *   engagement: offered · talking (held: holding) · wrap-up ─────────────► that, whatever the status
 *        │ idle
 *   status not-ready ────────────────────────────────────────────────────► not-ready
 *        │ ready
 *   a phone registered no ───────────────────────────────────────────────► unreachable
 *        │ yes
 *        └───────────────────────────────────────────────────────────────► idle
 */
import type { AgentState, AgentStatus } from "../../contract/agent-desk.ts";

/** Set by the system, beside the ids of the reasons that agents choose. */
export type SystemReason = "signed-in" | "not-responding" | "unreachable" | "failing" | "connection-lost";

/** What the router says the agent is engaged in. */
export type Engagement = "idle" | "offered" | "talking" | "wrap-up";

/** Everything that decides an agent's state. */
export interface AgentFacts {
  /** Not deactivated. */
  active: boolean;
  /** The realtime connection is up; a desk phone's owner needs it too: it carries status and wrap-up. */
  connected: boolean;
  /** A softphone or desk phone is registered. */
  registered: boolean;
  status: AgentStatus;
  /** A not-ready reason's id, or a SystemReason. */
  reason: string | null;
  engagement: Engagement;
  held: boolean;
}

export const signedOut: AgentFacts = {
  active: true,
  connected: false,
  registered: false,
  status: "not-ready",
  reason: "signed-in",
  engagement: "idle",
  held: false,
};

/** The one word for screens and reports. A talk or a wrap-up outlives a lost connection, and says so. */
export function deriveState(facts: AgentFacts): AgentState {
  if (facts.engagement === "talking") return facts.held ? "holding" : "talking";
  if (!facts.connected) return "offline";
  if (facts.engagement !== "idle") return facts.engagement;
  if (facts.status === "not-ready") return "not-ready";
  return facts.registered ? "idle" : "unreachable";
}

/** Whether the router may offer to this agent, and the cause that it keeps with its reasons. */
export function judgeRoutable(facts: AgentFacts): { routable: boolean; cause: string } {
  if (!facts.active) return { routable: false, cause: "deactivated" };
  if (!facts.connected) return { routable: false, cause: "offline" };
  if (facts.status === "not-ready") return { routable: false, cause: facts.reason ?? "not-ready" };
  if (!facts.registered) return { routable: false, cause: "unregistered" };
  return { routable: true, cause: "ready" };
}
