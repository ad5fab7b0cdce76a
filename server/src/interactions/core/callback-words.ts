/** What came of calling a customer back, in the words of the ledger, the router and the screens. */
import type { CallbackTryCause } from "../../contract/callbacks.ts";
import type { QueueLeftCause } from "../../contract/ledger.ts";
import type { QueueSettings } from "../../contract/queues.ts";

/** Beyond the telephones' own times: greeting, media, a slow network. */
const slackMs = 20_000;

/** How long an offer may take to have both sides on the line; the telephones' own times come first. */
export function offerMsOf({ ringTimeoutMs, callback }: QueueSettings): number {
  return ringTimeoutMs + callback.ringMs + slackMs;
}

const causeOfStatus: Record<number, CallbackTryCause> = {
  403: "forbidden",
  404: "wrong-number",
  410: "wrong-number",
  480: "no-answer",
  484: "wrong-number",
  486: "busy",
  600: "busy",
  603: "busy",
  604: "wrong-number",
};

/** Why the customer's telephone did not answer; "cancelled" when we gave the call up ourselves. */
export function tryCauseOf(failure: {
  cause: "declined" | "no-answer" | "unreachable" | "failed" | "cancelled";
  sipStatus: number | null;
}): CallbackTryCause | "cancelled" {
  if (failure.cause === "cancelled" || failure.cause === "no-answer") return failure.cause;
  const told = failure.sipStatus === null ? undefined : causeOfStatus[failure.sipStatus];
  return told ?? (failure.cause === "declined" ? "busy" : failure.cause);
}

const leftCauses: Record<string, QueueLeftCause> = {
  supervisor: "cancelled",
  customer: "cancelled",
  expired: "expired",
  closed: "closed",
  moved: "re-entered",
  "queue-removed": "queue-closed",
};

export function leftCauseOf(
  result: { how: "served" } | { how: "tried" } | { how: "left"; cause: string },
): QueueLeftCause {
  if (result.how === "left") return leftCauses[result.cause] ?? "system";
  return result.how === "tried" ? "not-reached" : "answered";
}
