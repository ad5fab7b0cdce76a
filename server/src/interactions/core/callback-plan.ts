/** When a call back is in the queue, and what a try that came to nothing makes of it. Pure. */
import type { CallbackEndReason, CallbackState, CallbackTryCause } from "../../contract/callbacks.ts";
import type { CallbackSettings } from "../../contract/queues.ts";

export type CallbackStep =
  | { do: "expire" }
  /** Out of the queue until then. */
  | { do: "wait"; until: number }
  /** In the queue, until then at most. */
  | { do: "enter"; until: number; leaveAs: "expired" | "closed" };

/** Without a known opening, how soon to look again. */
const lookAgainMs = 60_000;

export function nextStep(
  { expiresAt, nextTryAt }: { expiresAt: number; nextTryAt: number | null },
  now: number,
  hours: { isOpen: boolean; opensAt: number | null; closesAt: number | null },
): CallbackStep {
  if (now >= expiresAt) return { do: "expire" };
  if (nextTryAt !== null && nextTryAt > now) return { do: "wait", until: Math.min(nextTryAt, expiresAt) };
  if (!hours.isOpen) return { do: "wait", until: Math.min(hours.opensAt ?? now + lookAgainMs, expiresAt) };
  const closesAt = hours.closesAt ?? Infinity;
  return closesAt < expiresAt
    ? { do: "enter", until: closesAt, leaveAs: "closed" }
    : { do: "enter", until: expiresAt, leaveAs: "expired" };
}

export interface AfterTry {
  state: Extract<CallbackState, "waiting" | "failed">;
  tries: number;
  lastCause: CallbackTryCause;
  nextTryAt: number | null;
  endedAt: number | null;
  endReason: CallbackEndReason | null;
  first: false;
}

/** The next try after the queue's pause, or the end after the last one. */
export function afterTry(
  { tries }: { tries: number },
  cause: CallbackTryCause,
  settings: Pick<CallbackSettings, "tries" | "retryAfterMs">,
  now: number,
): AfterTry {
  const made = { tries: tries + 1, lastCause: cause, first: false } as const;
  if (made.tries >= settings.tries)
    return { ...made, state: "failed", nextTryAt: null, endedAt: now, endReason: cause };
  const nextTryAt = now + settings.retryAfterMs;
  return { ...made, state: "waiting", nextTryAt, endedAt: null, endReason: null };
}
