/** Between the keeper of calls back and the story of one stay in the queue. */
import type { CallbackTryCause } from "../contract/callbacks.ts";

/** How the stay ended. "left": by somebody's will, or the router's; the cause is theirs. */
export type CallbackResult =
  { how: "served" } | { how: "tried"; cause: CallbackTryCause } | { how: "left"; cause: string };

/** What the keeper of calls back allows and wants. */
export interface CallbackControl {
  /** Aborted (the reason is a cause in words) when the call back must leave the queue; heeded while nobody is called. */
  signal: AbortSignal;
  /** Aborted when even a call under way must end: the program closes, or another process has the call back. */
  end: AbortSignal;
  /** The customer who asked is still on the line until this resolves. */
  customerGone: Promise<unknown>;
  /** Claims the right to call the customer now; false when it is not ours any more. */
  mayCall(): Promise<boolean>;
  /** The claim was not used: the customer was not called, or not to the end. */
  notCalled(): void;
  /** Agent and customer talk. */
  talking(): void;
  entered(interactionId: string): void;
}

export function tried(cause: CallbackTryCause): CallbackResult {
  return { how: "tried", cause };
}
