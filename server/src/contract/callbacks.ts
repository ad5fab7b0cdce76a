/** Calls back to customers who asked for one instead of waiting on the line: members of the queue like everybody else. */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";

/**
 *   waiting ◄──► calling ──► done
 *      │ ▲          │          │ ("voicemail reached": again later)
 *      │ └──────────┴──────────┘
 *      └──► expired · failed · cancelled
 */
export const CallbackState = z.enum(["waiting", "calling", "done", "expired", "failed", "cancelled"]);
export type CallbackState = z.infer<typeof CallbackState>;

/** Why a try did not come to a talk. */
export const CallbackTryCause = z.enum([
  "busy", // engaged, or the call was rejected at the customer's telephone
  "no-answer",
  "wrong-number", // the network does not know the number
  "unreachable", // no way there now
  "forbidden", // we may not call this number (no longer)
  "customer-left", // answered, and hung up before an agent was there
  "voicemail", // an agent said so
  "failed", // a fault of ours
  "restart", // the server went away in the middle of it
]);
export type CallbackTryCause = z.infer<typeof CallbackTryCause>;

/** Why one ended without a talk. A cause of a try: the last one allowed ended so. */
export const CallbackEndReason = z.enum([
  ...CallbackTryCause.options,
  "expired",
  "queue-removed",
  "supervisor",
  "customer", // called again and took it back
  "agent-answered", // an agent took the call in the moment of the request
]);
export type CallbackEndReason = z.infer<typeof CallbackEndReason>;

/** What is called: `+15550100` or digits as the telephone network here takes them. */
export const CallbackNumber = z
  .string()
  .regex(/^\+?[0-9]{5,15}$/, "5 to 15 digits, with or without a + before");

/** Times in epoch milliseconds. */
export const Callback = z.object({
  id: z.uuid(),
  state: CallbackState,
  queueId: z.uuid(),
  number: z.string(),
  language: z.string(),
  priority: z.number(),
  ageMs: z.number(),
  requirement: z.string().nullable(),
  /** The call in which it was asked for. */
  originalInteractionId: z.uuid(),
  /** The callback's own interaction, of the present or last time that it waited; null before the first. */
  interactionId: z.uuid().nullable(),
  /** The original entry into the queue: the place is that of it. */
  enqueuedAt: z.number(),
  askedAt: z.number(),
  /** How often the customer's telephone was called without a talk. */
  tries: z.number().int(),
  lastCause: CallbackTryCause.nullable(),
  /** Not in the queue before this; null: as soon as it is its turn. */
  nextTryAt: z.number().nullable(),
  /** Waits for the queue's opening hours. */
  closed: z.boolean(),
  expiresAt: z.number(),
  /** When the agent and the customer talked. */
  servedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  endReason: CallbackEndReason.nullable(),
  note: z.string(),
  /** What the flow knew of the customer. */
  values: z.record(z.string(), z.string()),
  /** Before everybody else, by a supervisor. */
  first: z.boolean(),
});
export type Callback = z.infer<typeof Callback>;

const callbackId = z.object({ callbackId: z.uuid() });
const reason = z.string().trim().min(1).max(500);

export const listCallbacks = endpoint({
  method: "GET",
  path: "/api/callbacks",
  access: "supervisor",
  summary: "Calls back: the open ones by their place, or the ended ones, newest first",
  query: z
    .object({
      state: z.enum(["open", "ended"]).default("open"),
      queueId: z.uuid().optional(),
      cursor: z.string().max(100).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(100),
    })
    .strict(),
  result: z.object({ callbacks: z.array(Callback), nextCursor: z.string().nullable() }),
});
export const readCallback = endpoint({
  method: "GET",
  path: "/api/callbacks/:callbackId",
  access: "supervisor",
  summary: "One call back, with its own interactions, oldest first",
  params: callbackId,
  result: z.object({
    callback: Callback,
    interactions: z.array(
      z.object({
        interactionId: z.uuid(),
        number: z.number().int(),
        startedAt: z.number(),
        outcome: z.string().nullable(),
      }),
    ),
  }),
});
export const cancelCallback = endpoint({
  method: "POST",
  path: "/api/callbacks/:callbackId/cancel",
  access: "supervisor",
  summary: "Give a call back up, with a reason; refused while the customer is being called",
  params: callbackId,
  body: z.object({ reason }).strict(),
  result: Callback,
});
export const hastenCallback = endpoint({
  method: "POST",
  path: "/api/callbacks/:callbackId/hasten",
  access: "supervisor",
  summary: "Due now instead of at the next try's time; with `first` before everybody else who waits",
  params: callbackId,
  body: z.object({ first: z.boolean().default(false) }).strict(),
  result: Callback,
});
export const changeCallbackNumber = endpoint({
  method: "PUT",
  path: "/api/callbacks/:callbackId/number",
  access: "supervisor",
  summary: "Call another number, with a reason; the tries begin anew",
  params: callbackId,
  body: z.object({ number: CallbackNumber, reason }).strict(),
  result: Callback,
});
export const callAgainLater = endpoint({
  method: "POST",
  path: "/api/desk/wrap-up/:interactionId/call-again",
  access: "agent",
  summary:
    "The call back reached a voicemail box: it counts as a try, and the customer is called again later",
  params: z.object({ interactionId: z.uuid() }),
  result: Callback,
});
