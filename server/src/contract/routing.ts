/**
 * The routing configuration as one document: what `ringdown config export` writes, what a draft holds, what a
 * version keeps. Things are known by id; names are labels and may change.
 */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { PersonName } from "./people.ts";
import { QueueMember, QueueSettings } from "./queues.ts";
import { isSkill } from "./requirement.ts";
import { Schedule } from "./schedules.ts";

/** The key of a skill in requirements; never changes once it is used. */
export const SkillKey = z
  .string()
  .refine(
    (key) => isSkill(key) && !key.includes("="),
    "small letters, digits, _ and -, beginning with a letter",
  );

/** Something that agents are good at. */
export const Skill = z
  .object({
    id: z.uuid(),
    key: SkillKey,
    name: PersonName,
    /** For a skill that comes in kinds, such as languages: zh, en. Agents have `key=value` then. Empty: just the key. */
    values: z
      .array(
        z.object({ value: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/), name: PersonName }).strict(),
      )
      .max(100)
      .default([]),
  })
  .strict();
export type Skill = z.infer<typeof Skill>;

/** People who are put into queues together. */
export const Team = z
  .object({ id: z.uuid(), name: PersonName, personIds: z.array(z.uuid()).max(10_000) })
  .strict();
export type Team = z.infer<typeof Team>;

/** A whole team in a queue, with what its members get there; a person's own membership goes before the team's. */
export const TeamMember = QueueMember.omit({ personId: true }).extend({ teamId: z.uuid() });
export type TeamMember = z.infer<typeof TeamMember>;

export const RoutedQueue = z
  .object({
    id: z.uuid(),
    name: PersonName,
    settings: QueueSettings,
    members: z.array(QueueMember).max(10_000),
    teams: z.array(TeamMember).max(100).default([]),
  })
  .strict();
export type RoutedQueue = z.infer<typeof RoutedQueue>;

const Channel = z.enum(["voice", "chat", "email", "message"]);
/** What an agent can do at a time; see acd/core/settings.ts. */
export const AgentCapacity = z
  .object({
    total: z.number().int().min(1).max(1_000),
    weights: z.partialRecord(Channel, z.number().int().min(0).max(1_000)),
    limits: z.partialRecord(Channel, z.number().int().min(0).max(100)),
    /** `{ voice: ["email"] }`: a call may interrupt mail. */
    interrupts: z.partialRecord(Channel, z.array(Channel).max(4)).default({}),
  })
  .strict();
export type AgentCapacity = z.infer<typeof AgentCapacity>;

export const RoutedAgent = z
  .object({
    personId: z.uuid(),
    /** Proficiencies 1 to 10: `billing`, `language=zh`. */
    skills: z.record(z.string().refine(isSkill, "not a skill"), z.number().int().min(1).max(10)),
    /** Null: one call at a time. */
    capacity: AgentCapacity.nullable().default(null),
  })
  .strict();
export type RoutedAgent = z.infer<typeof RoutedAgent>;

export const RoutingDocument = z
  .object({
    format: z.literal("ringdown-routing/1"),
    skills: z.array(Skill).max(1_000),
    schedules: z.array(Schedule).max(200),
    teams: z.array(Team).max(1_000),
    queues: z.array(RoutedQueue).max(1_000),
    /** Only agents who have skills or a capacity of their own. */
    agents: z.array(RoutedAgent).max(10_000),
  })
  .strict();
export type RoutingDocument = z.infer<typeof RoutingDocument>;

/** What is wrong, where (`queues.Sales.settings.rings.1.afterMs`), in a sentence. Warnings don't stop a publication. */
export const RoutingProblem = z.object({
  severity: z.enum(["error", "warning"]),
  /** A path into the document, by position: `queues.0.settings.requirement`. */
  path: z.string(),
  /** What it is about, as people know it: `Queue Sales`. */
  subject: z.string(),
  message: z.string(),
});
export type RoutingProblem = z.infer<typeof RoutingProblem>;

/** One difference between two documents. Things are matched by id, so that a new name is a change, not a new thing. */
export const RoutingDifference = z.object({
  kind: z.enum(["added", "removed", "changed"]),
  what: z.enum(["skill", "schedule", "team", "queue", "agent"]),
  id: z.string(),
  name: z.string(),
  /** For "changed": which field (`settings.rings`), and its values before and after. */
  field: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
});
export type RoutingDifference = z.infer<typeof RoutingDifference>;

export const RoutingVersion = z.object({
  version: z.number().int(),
  at: z.iso.datetime(),
  personName: z.string().nullable(),
  note: z.string(),
  /** How it came about. */
  source: z.enum(["screen", "file", "rollback", "direct"]),
  /** How many differences to the version before. */
  differences: z.number().int(),
});
export type RoutingVersion = z.infer<typeof RoutingVersion>;

/** The one draft that everybody works on, and the version that it began from. */
export const RoutingDraft = z.object({
  baseVersion: z.number().int(),
  document: RoutingDocument,
  changedAt: z.iso.datetime(),
  changedBy: z.string().nullable(),
  /** Counts up with each save: a save names the one it saw, and is refused ("conflict") when it is behind. */
  revision: z.number().int(),
});
export type RoutingDraft = z.infer<typeof RoutingDraft>;

const Checked = z.object({ problems: z.array(RoutingProblem), differences: z.array(RoutingDifference) });

export const readRouting = endpoint({
  method: "GET",
  path: "/api/routing",
  access: "supervisor",
  summary:
    "The published routing configuration, and the draft if there is one, with its differences and problems",
  result: z.object({
    version: z.number().int(),
    document: RoutingDocument,
    draft: RoutingDraft.nullable(),
    ...Checked.shape,
  }),
});
export const checkRouting = endpoint({
  method: "POST",
  path: "/api/routing/check",
  access: "administrator",
  largeBody: true,
  summary: "What is wrong with a document, and what it would change; nothing is kept",
  body: z.object({ document: RoutingDocument }).strict(),
  result: Checked,
});
export const saveRoutingDraft = endpoint({
  method: "PUT",
  path: "/api/routing/draft",
  access: "administrator",
  largeBody: true,
  summary: "Keep a draft; takes effect when it is published. May have problems",
  body: z
    .object({
      document: RoutingDocument,
      /** The draft's revision that was edited, or null when there was none. */
      revision: z.number().int().nullable(),
      /** When there was no draft: the published version that this was made from. Default: the newest. */
      baseVersion: z.number().int().min(0).optional(),
    })
    .strict(),
  result: z.object({ draft: RoutingDraft, ...Checked.shape }),
});
export const discardRoutingDraft = endpoint({
  method: "DELETE",
  path: "/api/routing/draft",
  access: "administrator",
  summary: "Throw the draft away",
});
export const publishRouting = endpoint({
  method: "POST",
  path: "/api/routing/publish",
  access: "administrator",
  largeBody: true,
  summary:
    "Publish the draft, or a whole document from a file; refused when it has errors, or when somebody published since",
  body: z
    .object({
      note: z.string().trim().max(500).default(""),
      /** The draft's revision that was looked at. */
      revision: z.number().int().optional(),
      /** Instead of the draft: a document, and the version that it was made from. */
      document: RoutingDocument.optional(),
      baseVersion: z.number().int().optional(),
    })
    .strict(),
  result: z.object({ version: z.number().int(), differences: z.array(RoutingDifference) }),
});
export const listRoutingVersions = endpoint({
  method: "GET",
  path: "/api/routing/versions",
  access: "supervisor",
  summary: "What was published, newest first",
  query: z
    .object({
      before: z.coerce.number().int().positive().optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    })
    .strict(),
  result: z.object({ versions: z.array(RoutingVersion) }),
});
export const readRoutingVersion = endpoint({
  method: "GET",
  path: "/api/routing/versions/:version",
  access: "supervisor",
  summary: "A version, with its differences to the one before and to what is published now",
  params: z.object({ version: z.coerce.number().int().positive() }),
  result: z.object({
    version: RoutingVersion,
    document: RoutingDocument,
    toBefore: z.array(RoutingDifference),
    toNow: z.array(RoutingDifference),
  }),
});
export const rollBackRouting = endpoint({
  method: "POST",
  path: "/api/routing/versions/:version/rollback",
  access: "administrator",
  summary: "Publish an earlier version again, as a new one",
  params: z.object({ version: z.coerce.number().int().positive() }),
  result: z.object({ version: z.number().int(), differences: z.array(RoutingDifference) }),
});
