import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { PersonName } from "./people.ts";

/** Settings of a queue; times in milliseconds. */
export const QueueSettings = z
  .object({
    strategy: z.enum(["longest-idle", "round-robin"]).default("longest-idle"),
    /** Added to every caller of this queue; one step of priority counts as `agingMs` of waiting. */
    priority: z.number().int().min(0).max(10).default(0),
    agingMs: z.number().int().min(1_000).max(3_600_000).default(60_000),
    ringTimeoutMs: z.number().int().min(3_000).max(120_000).default(20_000),
    wrapUpMs: z.number().int().min(0).max(3_600_000).default(30_000),
    /** 0: no limit. Then the flow goes on at the queue node's exit. */
    maximumWaitMs: z.number().int().min(0).max(14_400_000).default(900_000),
    /** Leave at once (cause no-agents) when no member is signed in. */
    leaveWhenNoAgents: z.boolean().default(false),
    announcePosition: z.boolean().default(true),
    announceEveryMs: z.number().int().min(10_000).max(600_000).default(45_000),
    /** A digit by which a waiting caller leaves to the flow's exit (voicemail in the demo), or null. */
    exitKey: z
      .string()
      .regex(/^[0-9*#]$/)
      .nullable()
      .default("1"),
    /** A prompt id of hold music, or null for the shipped music. */
    musicPromptId: z.uuid().nullable().default(null),
    record: z.boolean().default(true),
    announceRecording: z.boolean().default(true),
    serviceLevelMs: z.number().int().min(1_000).max(600_000).default(20_000),
    serviceLevelTarget: z.number().min(0).max(1).default(0.8),
    shortAbandonMs: z.number().int().min(0).max(60_000).default(5_000),
  })
  .strict();
export type QueueSettings = z.infer<typeof QueueSettings>;

export const QueueMember = z.object({
  personId: z.uuid(),
  /** Higher is served first by an agent who is in several queues. */
  priority: z.number().int().min(0).max(10).default(0),
});
export type QueueMember = z.infer<typeof QueueMember>;

export const Queue = z.object({
  id: z.uuid(),
  name: z.string(),
  settings: QueueSettings,
  members: z.array(QueueMember),
  createdAt: z.iso.datetime(),
});
export type Queue = z.infer<typeof Queue>;

/** A changed queue carries only the settings that change. */
const SettingsChange = z
  .object(
    Object.fromEntries(
      Object.entries(QueueSettings.shape).map(([key, type]) => [key, type.unwrap().optional()]),
    ) as {
      [K in keyof typeof QueueSettings.shape]: z.ZodOptional<
        ReturnType<(typeof QueueSettings.shape)[K]["unwrap"]>
      >;
    },
  )
  .strict();

const queueId = z.object({ queueId: z.uuid() });

export const listQueues = endpoint({
  method: "GET",
  path: "/api/queues",
  access: "agent",
  summary: "All queues with settings and members",
  result: z.object({ queues: z.array(Queue) }),
});
export const createQueue = endpoint({
  method: "POST",
  path: "/api/queues",
  access: "administrator",
  summary: "Add a queue",
  body: z.object({ name: PersonName, settings: SettingsChange.optional() }).strict(),
  result: Queue,
});
export const updateQueue = endpoint({
  method: "PATCH",
  path: "/api/queues/:queueId",
  access: "administrator",
  summary: "Rename a queue or change settings; takes effect for the next decision",
  params: queueId,
  body: z.object({ name: PersonName.optional(), settings: SettingsChange.optional() }).strict(),
  result: Queue,
});
export const setQueueMembers = endpoint({
  method: "PUT",
  path: "/api/queues/:queueId/members",
  access: "supervisor",
  summary: "Who works in the queue",
  params: queueId,
  body: z.object({ members: z.array(QueueMember).max(10_000) }).strict(),
  result: Queue,
});
export const deleteQueue = endpoint({
  method: "DELETE",
  path: "/api/queues/:queueId",
  access: "administrator",
  summary: "Remove a queue that no flow uses; history keeps its name",
  params: queueId,
});
