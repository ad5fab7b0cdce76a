import type { CallCard } from "../../contract/agent-desk.ts";
import type { OfferReason } from "../../contract/ledger.ts";

/** The part of the router's reason that fits in one line on the agent's card. */
export function cardWhy(reason: OfferReason): NonNullable<CallCard["why"]> {
  const { strategy, idleMs, requirement = null, requirementOnEntry = null } = reason;
  return {
    strategy,
    idleMs,
    requirement,
    relaxed: requirementOnEntry !== null && requirementOnEntry !== requirement,
    borrowedFrom: reason.borrowedFrom ?? null,
    sticky: reason.sticky ?? null,
  };
}
