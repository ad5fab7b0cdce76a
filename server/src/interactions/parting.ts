import type { Party } from "../contract/ledger.ts";
import type { Leg, LegEnd } from "../telephony/telephony.ts";

export interface Parting {
  by: Party;
  cause: string;
}

/**
 * Who ended the caller's leg, and why; null while it is up. A leg that we ended ("shutdown"), or that ended because
 * nothing came from it any more ("media-lost"), is no caller who hung up.
 */
export function partingOf(leg: Pick<Leg, "signal">): Parting | null {
  if (!leg.signal.aborted) return null;
  const { by, cause } = leg.signal.reason as LegEnd;
  return by === "remote" ? { by: "customer", cause: "hung-up" } : { by: "system", cause };
}

/**
 * In the queue's words, why a caller whose leg has ended is no longer waiting. Who vanished has abandoned like who hung
 * up; a call that a fault of ours ended must not count as abandoned.
 */
export function leavingOf(leg: Pick<Leg, "signal">): "hung-up" | "vanished" | "call-ended" {
  const parting = partingOf(leg);
  if (parting?.by === "customer") return "hung-up";
  return parting?.cause === "media-lost" ? "vanished" : "call-ended";
}
