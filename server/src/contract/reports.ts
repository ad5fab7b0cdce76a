import { z } from "zod";
import { endpoint } from "./endpoint.ts";

const Range = z
  .object({
    from: z.coerce.number().int(),
    to: z.coerce.number().int(),
    interval: z.enum(["quarter-hour", "hour", "day"]).default("hour"),
    queueId: z.uuid().optional(),
  })
  .strict();

/** Figures of a queue in an interval; definitions in docs/metrics.md. The interval is that of the queue entry. */
export const QueueFigures = z.object({
  queueId: z.uuid(),
  from: z.number(),
  to: z.number(),
  offered: z.number().int(),
  answered: z.number().int(),
  answeredInTime: z.number().int(),
  abandoned: z.number().int(),
  shortAbandoned: z.number().int(),
  /** Chose to be called back; neither abandoned nor flowed out. */
  convertedToCallback: z.number().int(),
  flowedOut: z.number().int(),
  serviceLevel: z.number().nullable(),
  abandonRate: z.number().nullable(),
  averageWaitMs: z.number().nullable(),
  averageHandleMs: z.number().nullable(),
  /** Percentiles (nearest rank) over the offers of these visits; null when there was none. */
  /** What became of the calls back that these callers asked for; they sum to `asked`. */
  callbacks: z.object({
    asked: z.number().int(),
    served: z.number().int(),
    expired: z.number().int(),
    failed: z.number().int(),
    cancelled: z.number().int(),
    open: z.number().int(),
    /** From the request to the talk, over the served; null when there was none. */
    averageMs: z.number().nullable(),
  }),
  timeToOfferMs: z.object({ p50: z.number(), p99: z.number(), offers: z.number().int() }).nullable(),
});
export type QueueFigures = z.infer<typeof QueueFigures>;
export const AgentFigures = z.object({
  personId: z.uuid(),
  handled: z.number().int(),
  missed: z.number().int(),
  talkMs: z.number(),
  holdMs: z.number(),
  wrapUpMs: z.number(),
  availableMs: z.number(),
  notReadyMs: z.number(),
  averageHandleMs: z.number().nullable(),
  occupancy: z.number().nullable(),
});
export type AgentFigures = z.infer<typeof AgentFigures>;

export const reportQueues = endpoint({
  method: "GET",
  path: "/api/reports/queues",
  access: "supervisor",
  summary: "Figures by queue and interval; the intervals sum to the total",
  query: Range,
  result: z.object({ intervals: z.array(QueueFigures), totals: z.array(QueueFigures) }),
});
export const reportAgents = endpoint({
  method: "GET",
  path: "/api/reports/agents",
  access: "supervisor",
  summary: "Figures by agent",
  query: Range.omit({ interval: true, queueId: true }),
  result: z.object({ agents: z.array(AgentFigures) }),
});
