import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { Flow } from "./flow.ts";
import { Language, PersonName } from "./people.ts";

/** E.164 (`+15550100`) or a short internal number (`1000`). */
export const DialedNumber = z
  .string()
  .regex(/^(\+[1-9]\d{4,14}|\d{2,8})$/, "+ and 5 to 15 digits, or 2 to 8 digits");

export const PhoneNumber = z.object({
  id: z.uuid(),
  number: DialedNumber,
  label: z.string(),
  flowId: z.uuid(),
  /** Whether `/call/<number>` lets anyone with a browser call it. */
  openToWeb: z.boolean(),
});
export type PhoneNumber = z.infer<typeof PhoneNumber>;
const numberId = z.object({ numberId: z.uuid() });

export const listNumbers = endpoint({
  method: "GET",
  path: "/api/numbers",
  access: "supervisor",
  summary: "Numbers and the flows behind them",
  result: z.object({ numbers: z.array(PhoneNumber) }),
});
export const createNumber = endpoint({
  method: "POST",
  path: "/api/numbers",
  access: "administrator",
  summary: "Add a number",
  body: z
    .object({
      number: DialedNumber,
      label: z.string().trim().max(120).default(""),
      flowId: z.uuid(),
      openToWeb: z.boolean().default(false),
    })
    .strict(),
  result: PhoneNumber,
});
export const updateNumber = endpoint({
  method: "PATCH",
  path: "/api/numbers/:numberId",
  access: "administrator",
  summary: "Change a number's label, flow or web access",
  params: numberId,
  body: z
    .object({
      label: z.string().trim().max(120).optional(),
      flowId: z.uuid().optional(),
      openToWeb: z.boolean().optional(),
    })
    .strict(),
  result: PhoneNumber,
});
export const deleteNumber = endpoint({
  method: "DELETE",
  path: "/api/numbers/:numberId",
  access: "administrator",
  summary: "Remove a number; calls to it get 404 from now on",
  params: numberId,
});

export const FlowRecord = z.object({
  id: z.uuid(),
  name: z.string(),
  publishedVersion: z.number().int().nullable(),
  versions: z.array(
    z.object({ version: z.number().int(), createdAt: z.iso.datetime(), createdBy: z.string().nullable() }),
  ),
});
export type FlowRecord = z.infer<typeof FlowRecord>;
export const FlowProblem = z.object({ path: z.string(), message: z.string() });
export type FlowProblem = z.infer<typeof FlowProblem>;
const flowId = z.object({ flowId: z.uuid() });
const FlowWithBody = FlowRecord.extend({
  version: z.number().int(),
  flow: Flow,
  problems: z.array(FlowProblem),
});

export const listFlows = endpoint({
  method: "GET",
  path: "/api/flows",
  access: "supervisor",
  summary: "Flows with their versions",
  result: z.object({ flows: z.array(FlowRecord) }),
});
export const readFlow = endpoint({
  method: "GET",
  path: "/api/flows/:flowId",
  access: "supervisor",
  summary: "One flow at one version (default: the newest), with its problems",
  params: flowId,
  query: z.object({ version: z.coerce.number().int().positive().optional() }).strict(),
  result: FlowWithBody,
});
export const createFlow = endpoint({
  method: "POST",
  path: "/api/flows",
  access: "administrator",
  summary: "Add a flow as version 1, unpublished",
  body: z.object({ name: PersonName, flow: Flow }).strict(),
  result: FlowWithBody,
});
export const saveFlow = endpoint({
  method: "PUT",
  path: "/api/flows/:flowId",
  access: "administrator",
  summary: "Save a new version; refused with 409 if `basedOn` is no longer the newest",
  params: flowId,
  body: z.object({ name: PersonName.optional(), basedOn: z.number().int(), flow: Flow }).strict(),
  result: FlowWithBody,
});
export const publishFlow = endpoint({
  method: "POST",
  path: "/api/flows/:flowId/publish",
  access: "administrator",
  summary: "Make a version the one that new calls run; refused while it has problems. Also rolls back",
  params: flowId,
  body: z.object({ version: z.number().int().positive() }).strict(),
  result: FlowRecord,
});
export const deleteFlow = endpoint({
  method: "DELETE",
  path: "/api/flows/:flowId",
  access: "administrator",
  summary: "Remove a flow that no number uses",
  params: flowId,
});

export const PromptRecord = z.object({
  id: z.uuid(),
  name: z.string(),
  language: Language,
  durationMs: z.number(),
  bytes: z.number().int(),
  createdAt: z.iso.datetime(),
});
export type PromptRecord = z.infer<typeof PromptRecord>;
const promptId = z.object({ promptId: z.uuid() });
export const listPrompts = endpoint({
  method: "GET",
  path: "/api/prompts",
  access: "supervisor",
  summary: "Uploaded prompts and the ids of the shipped ones",
  result: z.object({
    prompts: z.array(PromptRecord),
    shipped: z.array(z.object({ id: z.string(), languages: z.array(Language), text: z.string() })),
  }),
});
export const uploadPrompt = endpoint({
  method: "POST",
  path: "/api/prompts",
  access: "administrator",
  summary: "Upload a WAV (PCM 16 bit, mono or stereo, 8 to 48 kHz, at most 10 MB)",
  query: z.object({ name: PersonName, language: Language }).strict(),
  body: z.unknown(),
  requestType: "audio/wav",
  result: PromptRecord,
});
export const readPromptAudio = endpoint({
  method: "GET",
  path: "/api/prompts/:promptId/audio",
  access: "supervisor",
  summary: "Listen to an uploaded prompt, or to a shipped one by its id (`welcome`) and language",
  params: z.object({ promptId: z.string().regex(/^[a-z0-9-]{1,64}$/) }),
  query: z.object({ language: Language.default("en") }).strict(),
  resultType: "audio/wav",
});
export const deletePrompt = endpoint({
  method: "DELETE",
  path: "/api/prompts/:promptId",
  access: "administrator",
  summary: "Remove an uploaded prompt that no flow and no queue uses",
  params: promptId,
});
