/**
 * The words of the step machine: what it knows, what happens to it, what it asks for. Plain data, so that a call
 * can be stored, shown and rehearsed.
 */
import type { PressedDigits, PromptRef, QueueExitCause } from "../../contract/flow.ts";
import type { Language } from "../../contract/people.ts";

/** What the machine waits for from outside; each action asks for exactly one of these. */
export type Waiting =
  | "start"
  | "play"
  | "collect"
  | "queue"
  | "record"
  | "transfer"
  | "hours"
  | "attributes"
  /** The apology after a technical problem. */
  | "apology"
  /** Nothing more: see `end`. */
  | "nothing";

/** How a flow ended. `fault` is the sentence for the ledger when a problem ended it. */
export interface FlowEnd {
  how: "hung-up-by-flow" | "hung-up-by-caller" | "answered" | "transferred";
  node: string;
  at: number;
}

export interface FlowState {
  node: string;
  waiting: Waiting;
  language: Language;
  /** What `set` nodes kept, here and in flows before this one. */
  values: Readonly<Record<string, string>>;
  /** The customer's attributes, once they were asked for. */
  attributes: Readonly<Record<string, string>> | null;
  /** Everything the caller pressed, with the node where the flow was. */
  pressed: readonly PressedDigits[];
  /** Keys pressed ahead of the menu they are meant for. */
  typedAhead: string;
  /** Failed attempts at the current menu. */
  failedAttempts: number;
  /** Nodes entered since the call began: the bound that ends a flow which runs in circles. */
  entered: number;
  /** Problems met on the way, as sentences. */
  faults: readonly string[];
  end: FlowEnd | null;
}

/** A prompt with the language in which to say it. */
export interface SpokenPrompt {
  ref: PromptRef;
  language: Language;
}

export type FlowAction =
  | { do: "play"; node: string; prompts: SpokenPrompt[]; interruptible: boolean }
  | {
      do: "collect";
      node: string;
      prompts: SpokenPrompt[];
      maxDigits: 1;
      firstDigitTimeoutMs: number;
    }
  | {
      do: "enqueue";
      node: string;
      queueId: string;
      priority: number;
      language: Language;
      /** What fills the requirement's placeholders, beside the language. */
      values: Readonly<Record<string, string>>;
      maxWaitMs?: number;
      exitKey?: string;
      /** As it is written in the node, placeholders and all. */
      requirement?: string;
      ageMs?: number;
      stickyToLastAgent?: boolean;
      /** Offers a call back instead of the wait; the exit is then "callback" for who takes it. */
      callbackOnly?: true;
    }
  | {
      do: "recordMessage";
      node: string;
      queueId: string;
      greeting: SpokenPrompt[];
      maxSeconds: number;
      silenceSeconds: number;
    }
  | { do: "transfer"; node: string; to: string; prompts: SpokenPrompt[] }
  | { do: "checkHours"; node: string; scheduleId: string }
  | { do: "lookUp"; node: string }
  | { do: "hangUp"; node: string };

/**
 * How a stay in a queue came out while the caller is still there: a cause that the flow has an exit for, or the end of
 * the flow. "answered": after a talk; "transferred": talked with a number outside; "served": the queue's own overflow
 * has done what was left to do, and the call may end.
 */
export type QueueOutcome = QueueExitCause | "answered" | "transferred" | "served";

/** What happened outside; `at` is milliseconds since 1970. An event that nobody waits for changes nothing. */
export type FlowEvent =
  | { type: "started"; at: number }
  /** `digits`: keys pressed meanwhile. */
  | { type: "playDone"; at: number; digits?: string }
  | { type: "digits"; at: number; digits: string }
  | { type: "timeout"; at: number }
  /** The media server itself refused what was pressed. */
  | { type: "invalid"; at: number; digits: string }
  | { type: "queueExit"; at: number; cause: QueueOutcome }
  | { type: "messageRecorded"; at: number }
  | { type: "transferred"; at: number }
  | { type: "transferFailed"; at: number }
  | { type: "hoursChecked"; at: number; isOpen: boolean }
  | { type: "lookedUp"; at: number; attributes: Readonly<Record<string, string>> }
  /** The adapter could not do what was asked; `reason` is a sentence. */
  | { type: "failed"; at: number; reason: string }
  | { type: "hungUp"; at: number };

export interface FlowStep {
  state: FlowState;
  /** What to do now; null: nothing new, go on waiting (or the flow has ended). */
  action: FlowAction | null;
}
