/**
 * IVR flows as data. A flow is a graph of nodes; the server's step machine (ivr/core/step.ts) walks it, the app
 * edits it. This file says what a flow looks like; whether one makes sense (targets, loops, queues that exist)
 * is judged by `validateFlow` on the server, which answers with problems (`FlowProblem` in telephony.ts).
 */
import { z } from "zod";
import { Language } from "./people.ts";

/** A key on the caller's telephone. */
export const Digit = z.string().regex(/^[0-9*#]$/, "must be one key: 0-9, * or #");

export const NodeId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "must be small letters, digits and dashes, at most 64");

/** A prompt id: names a file without its extension, so nothing that could leave the prompt folders. */
export const PromptId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "must be small letters, digits and dashes, at most 64");

/**
 * What to say. `prompt` names a shipped prompt, `upload` one that the administrator uploaded; both are resolved in
 * the caller's language, or in `language` if the reference insists on one (as a bilingual greeting does).
 */
export const PromptRef = z.union([
  z.strictObject({ prompt: PromptId, language: Language.optional() }),
  z.strictObject({ upload: PromptId, language: Language.optional() }),
]);
export type PromptRef = z.infer<typeof PromptRef>;

const Prompts = z.array(PromptRef).max(20);
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "must be a time from 00:00 to 24:00");
const CalendarDate = z.iso.date();
const label = { label: z.string().max(100).optional() };

/** Open from `from` (inclusive) to `to` (exclusive), local time of the node's time zone. `24:00` ends the day. */
export const OpenInterval = z.strictObject({ from: TimeOfDay, to: TimeOfDay });
export type OpenInterval = z.infer<typeof OpenInterval>;

/** Why a queue gave a caller back to the flow. */
export const QueueExitCause = z.enum([
  "max-wait",
  "no-agents",
  "exit-key",
  "full",
  "estimated-wait",
  "closed",
  "callback", // the caller will be called back; without an exit of its own, the call ends
  "failed",
]);
export type QueueExitCause = z.infer<typeof QueueExitCause>;

export const PlayNode = z.strictObject({
  kind: z.literal("play"),
  ...label,
  prompts: Prompts.min(1),
  /** A key stops the prompt and counts as pressed in the next menu. */
  interruptible: z.boolean().default(true),
  next: NodeId,
});

export const MenuNode = z.strictObject({
  kind: z.literal("menu"),
  ...label,
  prompts: Prompts.min(1),
  options: z
    .array(z.strictObject({ digit: Digit, next: NodeId }))
    .min(1)
    .max(12),
  /** Said before the menu is repeated, after a key that is no option. */
  invalidPrompts: Prompts.default([{ prompt: "invalid" }]),
  /** Said before the menu is repeated, after silence. */
  timeoutPrompts: Prompts.default([{ prompt: "timeout" }]),
  /** How often the menu is repeated; 2 means that the caller hears it three times at most. */
  retries: z.int().min(0).max(10).default(2),
  digitTimeoutMs: z.int().min(500).max(60_000).default(5_000),
  onFailure: NodeId,
});

export const HoursNode = z.strictObject({
  kind: z.literal("hours"),
  ...label,
  /** A schedule that is kept for all flows and queues; then the node has no hours of its own. */
  scheduleId: z.uuid().optional(),
  /** IANA name, such as Europe/Berlin. With `weekly`, unless there is a schedule. */
  timezone: z.string().min(1).max(64).optional(),
  /** ISO week days: 1 is Monday, 7 is Sunday. */
  weekly: z
    .array(z.strictObject({ days: z.array(z.int().min(1).max(7)).min(1).max(7), ...OpenInterval.shape }))
    .max(50)
    .optional(),
  /** On these dates the week does not count: open in the given intervals only, closed all day if there are none. */
  holidays: z
    .array(
      z.strictObject({
        date: CalendarDate,
        name: z.string().max(100).optional(),
        intervals: z.array(OpenInterval).max(10).default([]),
      }),
    )
    .max(500)
    .default([]),
  open: NodeId,
  closed: NodeId,
});

export const LanguageNode = z.strictObject({
  kind: z.literal("language"),
  ...label,
  language: Language,
  next: NodeId,
});

export const QueueNode = z.strictObject({
  kind: z.literal("queue"),
  ...label,
  queueId: z.string().min(1).max(64),
  /** Higher is served first; 0 is an ordinary caller. */
  priority: z.int().min(0).max(100).default(0),
  /** Overrides the queue's own limit. */
  maxWaitMs: z
    .int()
    .min(1_000)
    .max(24 * 3_600_000)
    .optional(),
  /**
   * What the agent must be able to do (contract/requirement.ts), beside what the queue itself asks for.
   * `{language}` stands for the caller's language, `{key}` for a value that a set node stored: `language={language}`.
   */
  requirement: z.string().trim().max(500).optional(),
  /** Artificial age: the place is that of somebody who came so much earlier. */
  ageMs: z.int().min(0).max(3_600_000).optional(),
  /** Tries the agent who had this customer last first, whatever the queue says: its patience holds. */
  stickyToLastAgent: z.boolean().optional(),
  /** The key with which a waiting caller leaves the queue; overrides the queue's own. */
  exitKey: Digit.optional(),
  /** Where the caller goes for a cause; a cause that is not named goes to `next`. */
  exits: z.partialRecord(QueueExitCause, NodeId).default({}),
  next: NodeId,
});

export const VoicemailNode = z.strictObject({
  kind: z.literal("voicemail"),
  ...label,
  /** The queue whose members find the message. */
  queueId: z.string().min(1).max(64),
  /** Said before the tone; what is said afterwards ("saved") follows by itself. */
  greeting: Prompts.default([{ prompt: "voicemail-greeting" }]),
  maxSeconds: z.int().min(5).max(900).default(120),
  /** Silence that ends the message. */
  silenceSeconds: z.int().min(1).max(60).default(5),
  next: NodeId,
});

export const HangupNode = z.strictObject({
  kind: z.literal("hangup"),
  ...label,
  prompts: Prompts.default([]),
});

export const TransferNode = z.strictObject({
  kind: z.literal("transfer"),
  ...label,
  /** A telephone number, or a sip: address. */
  to: z
    .string()
    .regex(/^(\+?[0-9*#]{2,32}|sips?:[^\s<>"]{3,200})$/, "must be a telephone number or a sip: address"),
  prompts: Prompts.default([{ prompt: "transfer" }]),
  onFailure: NodeId,
});

/** The name of a value that set nodes keep, and of a customer's attribute. */
const ValueKey = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, "must start with a letter: letters, digits, _ . -");

export const SetNode = z.strictObject({
  kind: z.literal("set"),
  ...label,
  /** Kept with the call, shown to the agent. */
  key: ValueKey,
  value: z.string().max(500),
  next: NodeId,
});

export const BranchNode = z.strictObject({
  kind: z.literal("branch"),
  ...label,
  /** What is looked at: a customer's attribute, a value that a set node kept, or the caller's language. */
  on: z.discriminatedUnion("what", [
    z.strictObject({ what: z.literal("attribute"), key: ValueKey }),
    z.strictObject({ what: z.literal("value"), key: ValueKey }),
    z.strictObject({ what: z.literal("language") }),
  ]),
  /** The first that is exactly the same decides. */
  cases: z
    .array(z.strictObject({ equals: z.string().max(500), next: NodeId }))
    .min(1)
    .max(50),
  /** Also for what is not known. */
  otherwise: NodeId,
});

/** Offers to call the caller back instead of a wait on the line. Who takes it hears a goodbye, and the call ends. */
export const CallbackNode = z.strictObject({
  kind: z.literal("callback"),
  ...label,
  /** In which queue they wait to be called. */
  queueId: z.string().min(1).max(64),
  priority: z.int().min(0).max(100).default(0),
  /** As in a queue node. */
  requirement: z.string().trim().max(500).optional(),
  ageMs: z.int().min(0).max(3_600_000).optional(),
  /** For who does not want one. */
  next: NodeId,
});

export const FlowNode = z.discriminatedUnion("kind", [
  PlayNode,
  MenuNode,
  HoursNode,
  LanguageNode,
  QueueNode,
  VoicemailNode,
  HangupNode,
  TransferNode,
  SetNode,
  BranchNode,
  CallbackNode,
]);
export type FlowNode = z.infer<typeof FlowNode>;
export type FlowNodeKind = FlowNode["kind"];

/** A whole flow, version 1 of the format. `z.input<typeof Flow>` leaves the defaults out. */
export const Flow = z.strictObject({
  version: z.literal(1),
  /** The language until a language node sets another. */
  language: Language.default("en"),
  start: NodeId,
  /** Where a caller goes after a technical problem; without it the call ends after an apology. */
  fallback: NodeId.optional(),
  nodes: z.record(NodeId, FlowNode),
});
export type Flow = z.infer<typeof Flow>;

/** What the caller pressed and where; `at` is milliseconds since 1970. */
export const PressedDigits = z.strictObject({ node: NodeId, digits: z.string(), at: z.number() });
export type PressedDigits = z.infer<typeof PressedDigits>;
