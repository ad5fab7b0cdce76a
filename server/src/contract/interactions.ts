import { z } from "zod";
import { Customer } from "./customers.ts";
import { endpoint } from "./endpoint.ts";
import { LedgerEntry, Outcome } from "./ledger.ts";

/** One row per interaction, projected from its ledger. Times in epoch milliseconds. */
export const Interaction = z.object({
  id: z.uuid(),
  /** Short and readable, for people to tell each other: counts up. */
  number: z.number().int(),
  channel: z.enum(["voice"]),
  direction: z.enum(["inbound", "outbound"]),
  source: z.enum(["trunk", "web", "phone", "callback"]),
  from: z.string(),
  to: z.string(),
  language: z.string().nullable(),
  queueId: z.uuid().nullable(),
  agentId: z.uuid().nullable(),
  startedAt: z.number(),
  enqueuedAt: z.number().nullable(),
  answeredAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  waitMs: z.number().nullable(),
  talkMs: z.number().nullable(),
  holdMs: z.number().nullable(),
  outcome: Outcome.nullable(),
  endedBy: z.enum(["customer", "agent", "system"]).nullable(),
  endCause: z.string().nullable(),
  dispositionId: z.uuid().nullable(),
  note: z.string(),
  /** A call back's own interaction: which one, and the call in which it was asked for. */
  callback: z.object({ id: z.string(), originalId: z.string() }).nullable().optional(),
  /** The call back that was asked for in this call. */
  askedCallbackId: z.string().nullable().optional(),
  recordings: z.array(
    z.object({
      id: z.uuid(),
      kind: z.enum(["talk", "voicemail"]),
      startedAt: z.number(),
      durationMs: z.number().nullable(),
      bytes: z.number().nullable(),
      sha256: z.string().nullable(),
      state: z.enum(["recording", "stored", "mismatch", "failed"]),
    }),
  ),
});
export type Interaction = z.infer<typeof Interaction>;

export const searchInteractions = endpoint({
  method: "GET",
  path: "/api/interactions",
  access: "agent",
  summary: "Interactions, newest first; an agent sees only their own",
  query: z
    .object({
      /** A part of the caller's or the called number, or the interaction's number. */
      text: z.string().trim().max(100).optional(),
      from: z.coerce.number().optional(),
      to: z.coerce.number().optional(),
      queueId: z.uuid().optional(),
      agentId: z.uuid().optional(),
      outcome: Outcome.optional(),
      hasRecording: z.stringbool().optional(),
      cursor: z.string().max(200).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    })
    .strict(),
  result: z.object({ interactions: z.array(Interaction), nextCursor: z.string().nullable() }),
});
export const readInteraction = endpoint({
  method: "GET",
  path: "/api/interactions/:interactionId",
  access: "agent",
  summary: "One interaction with its ledger; an agent sees only their own",
  params: z.object({ interactionId: z.uuid() }),
  result: z.object({
    interaction: Interaction,
    ledger: z.array(LedgerEntry),
    /** Who the customer with the caller's number is now. */
    customer: Customer.nullable().optional(),
  }),
});
export const readRecording = endpoint({
  method: "GET",
  path: "/api/recordings/:recordingId",
  access: "agent",
  summary: "The recording as WAV, with ranges; `download=true` names the file. Every access is audited",
  params: z.object({ recordingId: z.uuid() }),
  query: z.object({ download: z.stringbool().optional() }).strict(),
  resultType: "audio/wav",
});
