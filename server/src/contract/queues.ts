import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { Digit } from "./flow.ts";
import { PersonName } from "./people.ts";

export const Strategy = z.enum([
  "longest-idle",
  "fewest-interactions", // today, whatever the queue
  "round-robin",
  "most-proficient", // in what the caller requires; then the longest idle
  "least-proficient", // that suffices; keeps the experts free
  "linear", // by the members' order
  "weighted-random", // by the members' weight
]);
export type Strategy = z.infer<typeof Strategy>;

/** A step by which the search widens for somebody who has waited `afterMs` in this queue. */
export const Ring = z
  .object({
    afterMs: z.number().int().min(1_000).max(3_600_000),
    /** Minimum proficiencies are lowered by so many from here on (not on top of the ring before). */
    lowerBy: z.number().int().min(0).max(9).default(0),
    /** Skills that are no longer asked for: keys, `key=value`, or "*" for all. */
    drop: z.array(z.string().max(90)).max(20).default([]),
    /** Members up to this level may be asked. */
    level: z.number().int().min(1).max(10).default(1),
    /** Agents of these queues may be asked, too. They don't count as staff of this queue. */
    borrowFrom: z.array(z.uuid()).max(10).default([]),
  })
  .strict();
export type Ring = z.infer<typeof Ring>;

/** What makes a caller leave for somewhere else: queue.left's causes that are not the caller's own doing. */
export const OverflowCause = z.enum(["max-wait", "full", "estimated-wait", "no-agents", "closed"]);
export type OverflowCause = z.infer<typeof OverflowCause>;

/** Where they go. A cause without a target goes on at the flow's own exit. */
export const OverflowTarget = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("queue"), queueId: z.uuid() }).strict(),
  z.object({ kind: z.literal("flow"), flowId: z.uuid() }).strict(),
  z.object({ kind: z.literal("voicemail") }).strict(),
  z.object({ kind: z.literal("number"), number: z.string().regex(/^\+?[0-9*#]{2,32}$/) }).strict(),
  /** Offered as a call back; who does not want one goes on at the flow's exit. */
  z.object({ kind: z.literal("callback") }).strict(),
]);
export type OverflowTarget = z.infer<typeof OverflowTarget>;

/** Customers with this attribute have priority here, on top of the queue's and the flow's (10 at most in all). */
export const Boost = z
  .object({
    attribute: z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/),
    value: z.string().max(200),
    priority: z.number().int().min(0).max(10).default(0),
    /** Artificial age: moves the place, never the reported wait. */
    ageMs: z.number().int().min(0).max(3_600_000).default(0),
  })
  .strict();
export type Boost = z.infer<typeof Boost>;

export const CallbackSettings = z
  .object({
    /** Waiting callers may choose to be called back, with `key`. */
    offered: z.boolean().default(false),
    key: Digit.default("2"),
    /** Whom to call first: the agent is reserved, then sees and hears the call; or the customer, who then has an agent at once. */
    first: z.enum(["agent", "customer"]).default("agent"),
    tries: z.number().int().min(1).max(10).default(3),
    retryAfterMs: z.number().int().min(60_000).max(86_400_000).default(900_000),
    /** Not called after so long since it was asked for. */
    expiresAfterMs: z.number().int().min(600_000).max(604_800_000).default(28_800_000),
    /** How long the customer's telephone rings. */
    ringMs: z.number().int().min(10_000).max(120_000).default(30_000),
    /** Numbers that may be called, as patterns: `+1555*`, `0?????`; `*` is any rest, `?` one digit. Empty: all. */
    allowed: z
      .array(
        z
          .string()
          .regex(/^\+?[0-9?]*\*?$/, "digits and ?, with a + before and a * at the end if need be")
          .max(32),
      )
      .max(100)
      .default([]),
  })
  .strict();
export type CallbackSettings = z.infer<typeof CallbackSettings>;

/** Settings of a queue; times in milliseconds. */
export const QueueSettings = z
  .object({
    strategy: Strategy.default("longest-idle"),
    /** How many agents ring at once for one caller; the first to answer has them. */
    ringAtOnce: z.number().int().min(1).max(20).default(1),
    /** What every caller of this queue needs of the agent (contract/requirement.ts), or null. */
    requirement: z.string().trim().min(1).max(500).nullable().default(null),
    rings: z.array(Ring).max(10).default([]),
    /** Opening hours, or null for always; a schedule's id. */
    scheduleId: z.uuid().nullable().default(null),
    /** 0: no limit. Who comes when so many wait leaves at once. */
    maximumWaiting: z.number().int().min(0).max(100_000).default(0),
    /** 0: no limit. Who would wait longer than this, by the estimate, leaves at once. */
    maximumEstimatedWaitMs: z.number().int().min(0).max(14_400_000).default(0),
    overflow: z.partialRecord(OverflowCause, OverflowTarget).default({}),
    boosts: z.array(Boost).max(20).default([]),
    /** The agent who had the customer last (within `withinMs`) is waited for, alone, for `patienceMs`. */
    sticky: z
      .object({
        lastAgent: z.boolean().default(false),
        withinMs: z.number().int().min(60_000).max(31_536_000_000).default(604_800_000),
        patienceMs: z.number().int().min(1_000).max(600_000).default(20_000),
      })
      .strict()
      .default({ lastAgent: false, withinMs: 604_800_000, patienceMs: 20_000 }),
    callback: CallbackSettings.default({
      offered: false,
      key: "2",
      first: "agent",
      tries: 3,
      retryAfterMs: 900_000,
      expiresAfterMs: 28_800_000,
      ringMs: 30_000,
      allowed: [],
    }),
    /** The estimated wait is said with the position, when it is known. */
    announceEstimate: z.boolean().default(false),
    /** A wait beyond this raises the alarm on the wallboard; 0: none. */
    alarmWaitMs: z.number().int().min(0).max(14_400_000).default(300_000),
    /** After declining or not answering, an agent is left out for that caller for so long. */
    leaveOutMs: z.number().int().min(0).max(600_000).default(10_000),
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
  /** 1 is asked from the start, higher ones from the ring on that reaches them. */
  level: z.number().int().min(1).max(10).default(1),
  /** Gets callers of this queue only when they have waited so long. */
  delayMs: z.number().int().min(0).max(3_600_000).default(0),
  /** For "linear": lower is asked first. */
  order: z.number().int().min(0).max(10_000).default(0),
  /** For "weighted-random": the share. */
  weight: z.number().int().min(0).max(1_000).default(1),
});
export type QueueMember = z.infer<typeof QueueMember>;
/** How somebody belongs to a queue unless told otherwise. */
export const plainMembership = { priority: 0, level: 1, delayMs: 0, order: 0, weight: 1 } as const;

export const Queue = z.object({
  id: z.uuid(),
  name: z.string(),
  settings: QueueSettings,
  members: z.array(QueueMember),
  createdAt: z.iso.datetime(),
});
export type Queue = z.infer<typeof Queue>;

/** A changed queue carries only the settings that change. */
export const SettingsChange = z
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
