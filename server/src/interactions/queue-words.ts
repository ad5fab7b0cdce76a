/** The router's words in those of the ledger and of the flow. */
import type { WithdrawCause } from "../acd/acd.ts";
import type { QueueExitCause } from "../contract/flow.ts";
import type { OfferEndCause, Outcome, QueueLeftCause } from "../contract/ledger.ts";

/** The router's words for the end of an offer, in the ledger's. */
export const offerEnd: Record<WithdrawCause, OfferEndCause> = {
  "ring-timeout": "no-answer",
  declined: "declined",
  "no-answer": "no-answer",
  unreachable: "unreachable",
  failed: "failed",
  "agent-not-routable": "agent-gone",
  "agent-left-queue": "moved",
  "agent-took-other": "moved",
  "caller-left": "customer-left",
  "answered-elsewhere": "moved",
  "queue-removed": "moved",
  "node-lost": "moved",
};

/** Why a caller left without an agent: the router's cause (or ours to `cancel`) for the ledger and for the flow. */
interface Exit {
  ledgerCause: QueueLeftCause;
  flowCause: QueueExitCause | "hung-up";
  /** "not-served" if not told otherwise. */
  outcome?: Outcome;
}
const unknownExit: Exit = { ledgerCause: "system", flowCause: "failed" };
const exits: Record<string, Exit> = {
  "hung-up": { ledgerCause: "abandoned", flowCause: "hung-up", outcome: "abandoned" },
  vanished: { ledgerCause: "abandoned", flowCause: "hung-up", outcome: "abandoned" },
  "call-ended": { ledgerCause: "system", flowCause: "hung-up", outcome: "failed" },
  "exit-key": { ledgerCause: "exit-key", flowCause: "exit-key" },
  "max-wait": { ledgerCause: "maximum-wait", flowCause: "max-wait" },
  "no-agents": { ledgerCause: "no-agents", flowCause: "no-agents" },
  "queue-full": { ledgerCause: "queue-full", flowCause: "full" },
  "estimated-wait": { ledgerCause: "estimated-wait", flowCause: "estimated-wait" },
  closed: { ledgerCause: "closed", flowCause: "closed" },
  callback: { ledgerCause: "callback", flowCause: "callback", outcome: "callback" },
  /** By the emergency switch (emergency.ts), which says where they go. */
  emergency: { ledgerCause: "closed", flowCause: "closed" },
  "queue-removed": { ledgerCause: "queue-closed", flowCause: "failed" },
};

export function exitOf(cause: string): Exit {
  return exits[cause] ?? unknownExit;
}
