import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { PromptRef } from "./flow.ts";
import { Language, PersonName } from "./people.ts";

/**
 * `closed`: callers hear the message and go where `ending` says. `message`: they hear it and everything goes on as
 * usual.
 */
export const EmergencyMode = z.enum(["closed", "message"]);
export type EmergencyMode = z.infer<typeof EmergencyMode>;

/** Where callers go once they have heard that it is closed. */
export const EmergencyThen = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("hang-up") }).strict(),
  z.object({ kind: z.literal("voicemail"), queueId: z.uuid() }).strict(),
  z
    .object({
      kind: z.literal("number"),
      number: z.string().regex(/^\+?[0-9*#]{2,32}$/, "a telephone number"),
    })
    .strict(),
  z.object({ kind: z.literal("flow"), flowId: z.uuid() }).strict(),
]);
export type EmergencyThen = z.infer<typeof EmergencyThen>;

/** Whose calls: all, those to some numbers, or those that reach some queues. */
export const EmergencyScope = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("all") }).strict(),
  z.object({ kind: z.literal("numbers"), numberIds: z.array(z.uuid()).min(1).max(1_000) }).strict(),
  z.object({ kind: z.literal("queues"), queueIds: z.array(z.uuid()).min(1).max(1_000) }).strict(),
]);
export type EmergencyScope = z.infer<typeof EmergencyScope>;

/** What is said, by language. Who has not chosen a language yet hears all of them, one after the other. */
export const EmergencyPrompts = z
  .partialRecord(Language, z.array(PromptRef).max(10))
  .refine((prompts) => Object.values(prompts).some((list) => list.length > 0), {
    message: "callers must hear something: choose at least one prompt",
  });
export type EmergencyPrompts = z.infer<typeof EmergencyPrompts>;

const EmergencyMessage = {
  mode: EmergencyMode,
  prompts: EmergencyPrompts,
  /** Counts when it is closed. */
  ending: EmergencyThen.default({ kind: "hang-up" }),
  /** Those who wait in a queue already: they stay, or leave at once (cause "closed") and hear the message. */
  waiting: z.enum(["stay", "leave"]).default("stay"),
};

/** The emergency switch, on: what happens, for whom, since when, by whom. Times in epoch milliseconds. */
export const Emergency = z.object({
  ...EmergencyMessage,
  scope: EmergencyScope,
  /** The name of the preset that it was switched on with, or what the supervisor called it. */
  name: z.string(),
  note: z.string(),
  since: z.number(),
  /** Ends by itself then; null: when somebody switches it off. */
  until: z.number().nullable(),
  by: z.object({ id: z.uuid(), name: z.string() }),
});
export type Emergency = z.infer<typeof Emergency>;

/** Whether a switch that was put on is on at a moment: it may have ended by itself. */
export function isEmergencyOn(emergency: Emergency | null, at: number): emergency is Emergency {
  return emergency !== null && (emergency.until === null || at < emergency.until);
}

/** A message that administrators have prepared. */
export const EmergencyPreset = z.object({ id: z.uuid(), name: z.string(), ...EmergencyMessage });
export type EmergencyPreset = z.infer<typeof EmergencyPreset>;

export const readEmergency = endpoint({
  method: "GET",
  path: "/api/emergency",
  access: "agent",
  summary: "The emergency switch: null while it is off. Every screen shows it",
  result: z.object({
    emergency: Emergency.nullable(),
    /** What callers hear, in words, by language; the name of a prompt that was uploaded. */
    heard: z.partialRecord(Language, z.string()),
  }),
});
const yearMs = 365 * 86_400_000;
export const switchEmergency = endpoint({
  method: "PUT",
  path: "/api/emergency",
  access: "supervisor",
  summary: "Switch the emergency on (or change it), or off with null. Takes effect at once",
  body: z
    .object({
      emergency: z
        .object({
          ...EmergencyMessage,
          scope: EmergencyScope,
          name: PersonName,
          note: z.string().trim().max(500).default(""),
          /** Milliseconds from now after which it ends by itself; null: never. */
          forMs: z.number().int().min(60_000).max(yearMs).nullable().default(null),
        })
        .strict()
        .nullable(),
    })
    .strict(),
  result: z.object({ emergency: Emergency.nullable() }),
});

export type SwitchBody = z.output<(typeof switchEmergency)["body"]>;

const presetId = z.object({ presetId: z.uuid() });
const PresetParts = z.object({ name: PersonName, ...EmergencyMessage }).strict();
export const listEmergencyPresets = endpoint({
  method: "GET",
  path: "/api/emergency/presets",
  access: "supervisor",
  summary: "Messages that are prepared for the emergency switch",
  result: z.object({ presets: z.array(EmergencyPreset) }),
});
export const createEmergencyPreset = endpoint({
  method: "POST",
  path: "/api/emergency/presets",
  access: "administrator",
  summary: "Prepare a message for the emergency switch",
  body: PresetParts,
  result: EmergencyPreset,
});
export const updateEmergencyPreset = endpoint({
  method: "PUT",
  path: "/api/emergency/presets/:presetId",
  access: "administrator",
  summary: "Change a prepared message; a switch that is on with it stays as it is",
  params: presetId,
  body: PresetParts,
  result: EmergencyPreset,
});
export const deleteEmergencyPreset = endpoint({
  method: "DELETE",
  path: "/api/emergency/presets/:presetId",
  access: "administrator",
  summary: "Remove a prepared message",
  params: presetId,
});
