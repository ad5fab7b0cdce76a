import type { Party } from "../contract/ledger.ts";
import type { Leg, LegEnd } from "../telephony/telephony.ts";

export interface Parting {
  by: Party;
  cause: string;
}

/**
 * Who ended the caller's leg, and why; null while it is up. A leg that we ended ("shutdown") or that a fault ended
 * ("media-lost") is no caller who hung up: it must not count as an abandoned call.
 */
export function partingOf(leg: Pick<Leg, "signal">): Parting | null {
  if (!leg.signal.aborted) return null;
  const { by, cause } = leg.signal.reason as LegEnd;
  return by === "remote" ? { by: "customer", cause: "hung-up" } : { by: "system", cause };
}
