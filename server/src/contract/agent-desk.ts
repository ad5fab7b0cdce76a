import { z } from "zod";
import { endpoint } from "./endpoint.ts";

export const AgentStatus = z.enum(["ready", "not-ready"]);
export type AgentStatus = z.infer<typeof AgentStatus>;

/**
 * What an agent is doing, one word for screens and reports:
 * offline (no realtime connection) · not-ready · unreachable (ready, but no phone registered) · idle ·
 * offered (it rings) · talking · holding · wrap-up
 */
export const AgentState = z.enum([
  "offline",
  "not-ready",
  "unreachable",
  "idle",
  "offered",
  "talking",
  "holding",
  "wrap-up",
]);
export type AgentState = z.infer<typeof AgentState>;

export const NotReadyReason = z.object({ id: z.uuid(), label: z.string() });
export type NotReadyReason = z.infer<typeof NotReadyReason>;
export const Disposition = z.object({ id: z.uuid(), label: z.string() });
export type Disposition = z.infer<typeof Disposition>;

/** Earlier calls of the same caller, newest first, for the offer and the call. */
const EarlierCall = z.object({
  interactionId: z.uuid(),
  at: z.number(),
  queueId: z.uuid().nullable(),
  agentId: z.uuid().nullable(),
  outcome: z.string().nullable(),
  dispositionId: z.uuid().nullable(),
  note: z.string(),
});

/** Why the router chose this agent, in short; the whole reason is in the ledger. */
const CardWhy = z.object({
  strategy: z.string(),
  idleMs: z.number(),
  /** What the caller requires, as it stood; null when nothing. */
  requirement: z.string().nullable(),
  /** Less than what was required on entry: a ring had relaxed it. */
  relaxed: z.boolean(),
  /** The queue that the agent was borrowed from. */
  borrowedFrom: z.string().nullable(),
  /** Set when the agent is the caller's own. */
  sticky: z.enum(["last-agent", "owner"]).nullable(),
});

/** Who calls and how they came here; shown while it rings and during the call. */
export const CallCard = z.object({
  interactionId: z.uuid(),
  number: z.number().int(),
  from: z.string(),
  /** Who has this number, as of the beginning of the call. */
  customer: z
    .object({ id: z.uuid(), name: z.string(), attributes: z.record(z.string(), z.string()) })
    .nullable()
    .optional(),
  to: z.string(),
  source: z.enum(["trunk", "web", "phone", "callback"]),
  /** A call back: when it was asked for, and how often it was tried before. */
  callback: z
    .object({
      callbackId: z.uuid(),
      originalInteractionId: z.uuid(),
      askedAt: z.number(),
      tries: z.number().int(),
      /** Whom the system calls first. */
      first: z.enum(["agent", "customer"]),
    })
    .nullable()
    .optional(),
  queueId: z.uuid(),
  language: z.string().nullable(),
  enqueuedAt: z.number(),
  pressed: z.array(z.object({ node: z.string(), digits: z.string(), at: z.number() })),
  earlier: z.array(EarlierCall),
  why: CardWhy.nullable().optional(),
});
export type CallCard = z.infer<typeof CallCard>;

/** Everything that the agent's own screen shows, sent whole at each change. Times in epoch milliseconds. */
export const Desk = z.object({
  personId: z.uuid(),
  status: AgentStatus,
  /** `not-responding` and `connection-lost` are set by the system, ids by the agent. */
  notReadyReason: z.string().nullable(),
  state: AgentState,
  stateSince: z.number(),
  /** A registered softphone or desk phone. */
  phone: z.object({ registered: z.boolean(), kind: z.enum(["softphone", "desk-phone"]).nullable() }),
  queueIds: z.array(z.uuid()),
  offer: z
    .object({
      offerId: z.string(),
      card: CallCard,
      offeredAt: z.number(),
      expiresAt: z.number(),
      /** A call back: the customer's telephone is being called now, since when. */
      callingSince: z.number().nullable().optional(),
    })
    .nullable(),
  call: z
    .object({
      card: CallCard,
      answeredAt: z.number(),
      held: z.boolean(),
      heldSince: z.number().nullable(),
      recording: z.boolean(),
    })
    .nullable(),
  wrapUp: z
    .object({
      card: CallCard,
      startedAt: z.number(),
      /** Null: no limit. */
      endsAt: z.number().nullable(),
      dispositionId: z.uuid().nullable(),
      note: z.string(),
    })
    .nullable(),
  today: z.object({
    handled: z.number().int(),
    missed: z.number().int(),
    talkMs: z.number(),
    holdMs: z.number(),
    wrapUpMs: z.number(),
    averageHandleMs: z.number().nullable(),
  }),
});
export type Desk = z.infer<typeof Desk>;

export const readDesk = endpoint({
  method: "GET",
  path: "/api/desk",
  access: "agent",
  summary: "One's own desk; the realtime connection keeps it current",
  result: z.object({
    desk: Desk,
    notReadyReasons: z.array(NotReadyReason),
    dispositions: z.array(Disposition),
  }),
});
export const setStatus = endpoint({
  method: "PUT",
  path: "/api/desk/status",
  access: "agent",
  summary: "Become ready or not ready (with a reason)",
  body: z
    .object({ status: AgentStatus, reasonId: z.uuid().nullable().default(null) })
    .strict()
    .refine((body) => body.status === "ready" || body.reasonId !== null, {
      message: "not ready needs a reason",
      path: ["reasonId"],
    }),
  result: Desk,
});
export const SipCredential = z.object({
  username: z.string(),
  password: z.string(),
  /** The SIP domain (realm). */
  domain: z.string(),
  /** Path on this origin, or a whole wss: URL of the SIP edge. */
  socket: z.string(),
  expiresAt: z.number(),
  iceServers: z.array(
    z.object({
      urls: z.array(z.string()),
      username: z.string().optional(),
      credential: z.string().optional(),
    }),
  ),
  /** When the relays' credential among `iceServers` ends; null: none of them needs one. */
  iceExpiresAt: z.number().nullable(),
});
export type SipCredential = z.infer<typeof SipCredential>;
export const issueSipCredential = endpoint({
  method: "POST",
  path: "/api/desk/sip-credential",
  access: "agent",
  summary: "A short-lived SIP credential for this person's softphone; earlier ones end when it registers",
  result: SipCredential,
});
export const declineOffer = endpoint({
  method: "POST",
  path: "/api/desk/offers/:offerId/decline",
  access: "agent",
  summary: "Decline the offer that rings (the same as a 486 or 603 from the phone)",
  params: z.object({ offerId: z.string().max(100) }),
});
const call = z.object({ interactionId: z.uuid() });
export const setHold = endpoint({
  method: "PUT",
  path: "/api/desk/calls/:interactionId/hold",
  access: "agent",
  summary: "Hold (the customer hears music) or resume",
  params: call,
  body: z.object({ held: z.boolean() }).strict(),
  result: Desk,
});
export const hangUpCall = endpoint({
  method: "DELETE",
  path: "/api/desk/calls/:interactionId",
  access: "agent",
  summary: "End the call with the customer",
  params: call,
});
export const saveWrapUp = endpoint({
  method: "PUT",
  path: "/api/desk/wrap-up/:interactionId",
  access: "agent",
  summary: "Disposition and note; may be saved during the call, and again; `finish` ends the wrap-up",
  params: call,
  body: z
    .object({
      dispositionId: z.uuid().nullable(),
      note: z.string().max(10_000),
      finish: z.boolean().default(false),
    })
    .strict(),
  result: Desk,
});
export const extendWrapUp = endpoint({
  method: "POST",
  path: "/api/desk/wrap-up/:interactionId/extend",
  access: "agent",
  summary: "One more minute of wrap-up",
  params: call,
  result: Desk,
});

const label = z.string().trim().min(1).max(60);
export const createNotReadyReason = endpoint({
  method: "POST",
  path: "/api/not-ready-reasons",
  access: "administrator",
  summary: "Add a reason for not being ready",
  body: z.object({ label }).strict(),
  result: NotReadyReason,
});
export const deleteNotReadyReason = endpoint({
  method: "DELETE",
  path: "/api/not-ready-reasons/:reasonId",
  access: "administrator",
  summary: "Retire a reason; history keeps it",
  params: z.object({ reasonId: z.uuid() }),
});
export const createDisposition = endpoint({
  method: "POST",
  path: "/api/dispositions",
  access: "administrator",
  summary: "Add a disposition",
  body: z.object({ label }).strict(),
  result: Disposition,
});
export const deleteDisposition = endpoint({
  method: "DELETE",
  path: "/api/dispositions/:dispositionId",
  access: "administrator",
  summary: "Retire a disposition; history keeps it",
  params: z.object({ dispositionId: z.uuid() }),
});
export const listLabels = endpoint({
  method: "GET",
  path: "/api/labels",
  access: "agent",
  summary: "Names for the ids on screens, retired ones included",
  result: z.object({
    people: z.array(z.object({ id: z.uuid(), name: z.string() })),
    queues: z.array(z.object({ id: z.uuid(), name: z.string() })),
    flows: z.array(z.object({ id: z.uuid(), name: z.string() })),
    dispositions: z.array(z.object({ id: z.uuid(), label: z.string(), retired: z.boolean() })),
    notReadyReasons: z.array(z.object({ id: z.uuid(), label: z.string(), retired: z.boolean() })),
  }),
});
