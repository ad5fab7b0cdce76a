import { z } from "zod";

/** Who ended something. */
export const Party = z.enum(["customer", "agent", "system"]);
export type Party = z.infer<typeof Party>;

/** How an interaction came out; one word per interaction, told by the ledger's last lines. */
export const Outcome = z.enum([
  "answered", // talked with an agent
  "abandoned", // left while waiting in a queue or while it rang
  "left-in-flow", // hung up in the IVR, before any queue
  "voicemail", // left a message
  "completed-in-flow", // the flow itself ended the call
  "transferred-out",
  "callback", // asked to be called back
  "not-reached", // a call back that the customer did not answer
  "not-served", // the queue gave up: nobody there, maximum wait, and the flow had nothing more
  "failed", // a fault of ours or of the network ended it
]);
export type Outcome = z.infer<typeof Outcome>;

export const QueueLeftCause = z.enum([
  "answered",
  "abandoned",
  "maximum-wait",
  "exit-key",
  "no-agents",
  "queue-closed", // the queue was removed, or full (before "queue-full" had its own word)
  "queue-full",
  "estimated-wait", // the wait would have been too long
  "closed", // outside opening hours, a holiday, or the emergency switch
  "callback", // became a call back: keeps the place
  // A call back's own visits, which are counted apart:
  "not-reached", // the customer did not answer, or left again before an agent was there
  "cancelled", // by a supervisor or by the customer
  "expired",
  "re-entered", // the same call back enters again at once, at another place or with another number
  "system",
]);
export type QueueLeftCause = z.infer<typeof QueueLeftCause>;

export const OfferEndCause = z.enum([
  "accepted",
  "declined",
  "no-answer", // the ring timeout passed
  "unreachable", // the INVITE could not be delivered, or the phone answered with an error
  "failed", // a fault of ours: the media or the SIP side could not ring; nobody missed anything
  "agent-gone", // registration or realtime connection lost while it rang
  "customer-left",
  "moved", // the router took the offer back for another reason (takeover, queue closed)
]);
export type OfferEndCause = z.infer<typeof OfferEndCause>;

/** How the members of a queue stand, as counts. They sum to `members`. */
export const Staffing = z.object({
  members: z.number().int(),
  available: z.number().int(),
  offered: z.number().int(),
  busy: z.number().int(),
  wrapUp: z.number().int(),
  notRoutable: z.number().int(),
});
const score = z.number();

/** Why the router chose this agent for this caller, as the router gives it. Bounded in size. */
export const OfferReason = z.object({
  trigger: z.enum([
    "caller-entered",
    "caller-returned",
    "agent-freed",
    "left-out-ended",
    "settings-changed",
    "widened", // the caller passed a ring or a delay
    "sticky-ended", // the patience for the caller's own agent was over
    "agent-changed", // skills or queues of the agent changed
  ]),
  strategy: z.string(),
  /** The chosen agent's value under the strategy (lowest is chosen): for longest-idle, since when idle. */
  score,
  idleMs: z.number(),
  /** Since the original entry. */
  waitedMs: z.number(),
  priority: z.number(),
  /** 1 is the head of the queue. */
  position: z.number().int(),
  waiting: z.number().int(),
  staffing: Staffing,
  /** Who would have come next, in order. */
  nextBest: z.array(z.object({ agentId: z.string(), score })),
  /** Agents who were free but not for this caller: they declined or did not answer a moment ago. */
  leftOut: z.object({
    count: z.number().int(),
    named: z.array(z.object({ agentId: z.string(), untilMs: z.number() })),
  }),
  /** Free agents or waiting callers that were passed over before this pair was found. */
  passedOver: z.number().int(),
  /** When an agent of several queues was freed: the heads that competed, best first. */
  competing: z.array(z.object({ queueId: z.string(), interactionId: z.string(), effectiveAt: z.number() })),
  // Since skills and rings; lines that are older lack these.
  /** What was asked of the agent at this moment, after rings (contract/requirement.ts); null when nothing. */
  requirement: z.string().nullable().optional(),
  requirementOnEntry: z.string().nullable().optional(),
  /** The chosen agent's proficiency in each skill that was asked for. */
  skills: z.record(z.string(), z.number()).optional(),
  /** How many rings the caller had passed. */
  ring: z.number().int().optional(),
  level: z.number().int().optional(),
  delayMs: z.number().optional(),
  /** The queue that the agent was borrowed from. */
  borrowedFrom: z.string().nullable().optional(),
  /** Set when the agent was this caller's own. */
  sticky: z.enum(["last-agent", "owner"]).nullable().optional(),
  /** Artificial age in the caller's place; the reported wait is without it. */
  ageMs: z.number().optional(),
  /** Members who were free but not for this caller, by why. */
  unsuited: z
    .object({
      skills: z.number().int(),
      notYet: z.number().int(),
      named: z.array(z.object({ agentId: z.string(), because: z.enum(["skills", "not-yet"]) })),
    })
    .optional(),
});
export type OfferReason = z.infer<typeof OfferReason>;

const ms = z.number().nonnegative();
const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ...shape });

/** Which call back an interaction belongs to, and the call in which that was asked for. */
const CallbackLink = z.object({ id: z.string(), originalId: z.string() });

/** What may happen to an interaction. Append-only; ids never change, names are looked up when shown. */
export const LedgerEvent = z.discriminatedUnion("type", [
  event("interaction.started", {
    channel: z.enum(["voice"]),
    direction: z.enum(["inbound", "outbound"]),
    /** The customer, also when we call them: `to` is then the number that they had called. */
    from: z.string(),
    to: z.string(),
    source: z.enum(["trunk", "web", "phone", "callback"]),
    trunkId: z.string().nullable(),
    sipCallId: z.string(),
    callback: CallbackLink.optional(),
  }),
  /** The emergency switch: what this caller heard of it, where they were, and where they went if it was closed. */
  event("emergency.met", {
    name: z.string(),
    mode: z.enum(["closed", "message"]),
    where: z.enum(["entry", "queue", "waiting"]),
    queueId: z.string().nullable(),
    ending: z.enum(["hang-up", "voicemail", "number", "flow"]).nullable(),
  }),
  event("flow.entered", { flowId: z.string(), version: z.number().int() }),
  event("flow.language", { language: z.string() }),
  event("flow.pressed", { node: z.string(), digits: z.string() }),
  event("flow.invalid", { node: z.string(), digits: z.string() }),
  event("flow.timeout", { node: z.string() }),
  event("flow.left", { node: z.string(), cause: z.string() }),
  event("queue.entered", {
    queueId: z.string(),
    priority: z.number(),
    enqueuedAt: z.number(),
    requirement: z.string().nullable().optional(),
    ageMs: ms.optional(),
    sticky: z.object({ agentId: z.string(), because: z.enum(["last-agent", "owner"]) }).optional(),
    /** A call back: the customer is not on the line, and was counted as offered when they were. */
    callback: z.boolean().optional(),
  }),
  event("queue.announced", {
    position: z.number().int(),
    waiting: z.number().int(),
    /** What was said, null when nothing of the wait was. */
    estimatedWaitMs: ms.nullable().optional(),
  }),
  /** Where the queue sent a caller who left it for a cause; before the next queue, flow, message or number begins. */
  event("queue.overflowed", {
    queueId: z.string(),
    cause: z.string(),
    to: z.enum(["queue", "flow", "voicemail", "number", "callback"]),
    target: z.string().nullable(),
  }),
  event("queue.returned", { queueId: z.string(), cause: z.string(), enqueuedAt: z.number() }),
  event("queue.left", { queueId: z.string(), cause: QueueLeftCause, waitMs: ms }),
  event("offer.made", {
    offerId: z.string(),
    agentId: z.string(),
    queueId: z.string(),
    reason: OfferReason,
    /** From the event that made the offer possible (enqueue or an agent freed) to the INVITE on the wire. */
    timeToOfferMs: ms.nullable(),
  }),
  event("offer.ringing", { offerId: z.string(), agentId: z.string() }),
  event("offer.ended", {
    offerId: z.string(),
    agentId: z.string(),
    queueId: z.string(),
    cause: OfferEndCause,
    ringMs: ms,
  }),
  event("talk.started", {
    agentId: z.string(),
    queueId: z.string(),
    /** From the agent's 200 OK to the bridge. */
    answerToBridgeMs: ms.nullable(),
  }),
  event("hold.started", { agentId: z.string() }),
  event("hold.ended", { agentId: z.string(), holdMs: ms }),
  /** `talkMs` leaves the hold out; both together are the time from bridge to end. */
  event("talk.ended", { agentId: z.string(), by: Party, cause: z.string(), talkMs: ms, holdMs: ms }),
  event("agent.lost", { agentId: z.string(), cause: z.string() }),
  event("recording.started", { recordingId: z.string(), kind: z.enum(["talk", "voicemail"]) }),
  event("recording.stopped", {
    recordingId: z.string(),
    kind: z.enum(["talk", "voicemail"]),
    durationMs: ms,
    bytes: z.number().int(),
    sha256: z.string(),
  }),
  event("recording.mismatch", { recordingId: z.string(), durationMs: ms, expectedMs: ms }),
  event("recording.failed", { recordingId: z.string(), sentence: z.string() }),
  event("voicemail.left", { recordingId: z.string(), queueId: z.string().nullable(), durationMs: ms }),
  event("wrap-up.started", { agentId: z.string(), queueId: z.string(), limitMs: ms.nullable() }),
  event("wrap-up.saved", {
    agentId: z.string(),
    dispositionId: z.string().nullable(),
    note: z.string(),
  }),
  event("wrap-up.ended", { agentId: z.string(), wrapUpMs: ms, cause: z.enum(["agent", "timer", "system"]) }),
  event("transfer.started", { to: z.string() }),
  event("transfer.ended", { to: z.string(), connected: z.boolean(), cause: z.string() }),
  /** In the call in which it was asked for. */
  event("callback.asked", { callbackId: z.string(), queueId: z.string(), number: z.string() }),
  /** The dialogue about a call back came to none. */
  event("callback.not-asked", {
    queueId: z.string(),
    cause: z.enum(["gave-up", "hung-up", "agent-free", "exists", "taken-back", "failed"]),
  }),
  /** The customer's telephone is being called, for the `try`th time (from 1). */
  event("callback.calling", {
    number: z.string(),
    try: z.number().int(),
    first: z.enum(["agent", "customer"]),
  }),
  event("callback.called", {
    number: z.string(),
    try: z.number().int(),
    /** "answered", or why not (contract/callbacks.ts). */
    cause: z.string(),
    ringMs: ms,
  }),
  /** Tried again at `until`; null: at its turn. */
  event("callback.postponed", { until: z.number().nullable(), cause: z.string() }),
  event("fault", { where: z.string(), sentence: z.string() }),
  event("interaction.ended", { by: Party, cause: z.string(), outcome: Outcome, durationMs: ms }),
]);
export type LedgerEvent = z.infer<typeof LedgerEvent>;
export type LedgerEventType = LedgerEvent["type"];

/** One line of the ledger as it is stored: numbered without gaps within its interaction, from 1. */
export const LedgerEntry = z.object({
  interactionId: z.uuid(),
  seq: z.number().int().positive(),
  at: z.number(),
  event: LedgerEvent,
});
export type LedgerEntry = z.infer<typeof LedgerEntry>;
