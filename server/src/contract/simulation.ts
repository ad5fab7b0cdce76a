import { z } from "zod";
import { endpoint } from "./endpoint.ts";
import { QueueMember, SettingsChange } from "./queues.ts";
import { RoutingDocument } from "./routing.ts";

/*
 * "What would that week have been with these settings?" The production router runs the calls of a past period
 * again, once as configured now and once as proposed. It takes seconds, so that it is a job: start, look, cancel.
 */

const ProposedQueue = z
  .object({
    queueId: z.uuid(),
    settings: SettingsChange.optional(),
    /** Who would work in the queue; left out: as now. */
    members: z.array(QueueMember).max(10_000).optional(),
  })
  .strict();

const Proposal = z.discriminatedUnion("type", [
  /** Some queues otherwise, everything else as now. */
  z.object({ type: z.literal("queues"), queues: z.array(ProposedQueue).min(1).max(1_000) }).strict(),
  /** The whole configuration otherwise: a draft's document, or one from a file. */
  z.object({ type: z.literal("document"), document: RoutingDocument }).strict(),
]);

export const SimulationRequest = z
  .object({
    /** Epoch milliseconds; calls that entered a queue from `from` on and before `to`. At most 31 days. */
    from: z.number().int(),
    to: z.number().int(),
    /** A long period gets coarser ones: quarters up to 8 days, halves up to 15. */
    interval: z.enum(["quarter-hour", "half-hour", "hour"]).default("half-hour"),
    /** Runs with different chance (patience of those who were answered, ring times), for the confidence interval. */
    replications: z.number().int().min(1).max(20).default(5),
    proposed: Proposal,
  })
  .strict();
export type SimulationRequest = z.infer<typeof SimulationRequest>;

/** A mean over the replications with its 95 % confidence interval; equal to the mean when there was one run. */
export const Estimate = z.object({ mean: z.number(), low: z.number(), high: z.number() });
export type Estimate = z.infer<typeof Estimate>;

/**
 * The figures of docs/metrics.md; each a mean over the replications, so that counts need not be whole. Null: there
 * was nothing to divide by. `V` is a number, or an estimate with its interval.
 */
function figures<V extends z.ZodType>(value: V) {
  return z.object({
    /** Visits that began; offered = answered + abandoned + flowed out + still waiting at the end. */
    offered: value,
    answered: value,
    answeredInTime: value,
    abandoned: value,
    shortAbandoned: value,
    flowedOut: value,
    /** `flowedOut` by cause, in the ledger's words: "maximum-wait", "no-agents", "exit-key"... */
    flowedOutBy: z.record(z.string(), value),
    stillWaiting: value,
    /** Talks that ended, wrap-up included. */
    handled: value,
    serviceLevel: value.nullable(),
    abandonRate: value.nullable(),
    averageWaitMs: value.nullable(),
    longestWaitMs: value.nullable(),
    averageHandleMs: value.nullable(),
    /** Of the members of the queue over all of their work; overall: of all agents. */
    occupancy: value.nullable(),
    /** Time in the queue of all who left it, whichever way. */
    waitMs: z.object({ p50: value, p90: value, p95: value, p99: value }).nullable(),
  });
}

export const SimulatedFigures = figures(z.number());
export type SimulatedFigures = z.infer<typeof SimulatedFigures>;
export const EstimatedFigures = figures(Estimate);
export type EstimatedFigures = z.infer<typeof EstimatedFigures>;

/** Figures by interval, those without any offered call and without agents left out, and in total. */
export const SimulatedLine = z.object({
  total: EstimatedFigures,
  intervals: z.array(z.object({ from: z.number(), to: z.number(), figures: SimulatedFigures })),
});
export type SimulatedLine = z.infer<typeof SimulatedLine>;

export const SimulatedQueue = z.object({
  queueId: z.string(),
  name: z.string(),
  line: SimulatedLine,
});

/** One side of the comparison. */
export const SimulatedSide = z.object({ overall: SimulatedLine, queues: z.array(SimulatedQueue) });
export type SimulatedSide = z.infer<typeof SimulatedSide>;

/** Proposed minus current, run by run with the same chance, which makes the interval much narrower. */
export const SimulatedDifference = z.object({
  serviceLevel: Estimate.nullable(),
  abandonRate: Estimate.nullable(),
  averageWaitMs: Estimate.nullable(),
  occupancy: Estimate.nullable(),
  answered: Estimate,
  abandoned: Estimate,
  flowedOut: Estimate,
});
export type SimulatedDifference = z.infer<typeof SimulatedDifference>;

export const SimulationResult = z.object({
  from: z.number(),
  to: z.number(),
  interval: z.enum(["quarter-hour", "half-hour", "hour"]),
  /** The time zone of the intervals. */
  zone: z.string(),
  replications: z.number().int(),
  /** What it was made from, and what to keep in mind (few calls, agents who are in no queue...). */
  basis: z.object({
    visits: z.number().int(),
    agents: z.number().int(),
    remarks: z.array(z.string()),
  }),
  /** What really happened in the period, by the thresholds of now; null where nothing is known. */
  recorded: z.object({
    overall: SimulatedFigures,
    queues: z.array(z.object({ queueId: z.string(), name: z.string(), figures: SimulatedFigures })),
  }),
  current: SimulatedSide,
  proposed: SimulatedSide,
  difference: z.object({
    overall: SimulatedDifference,
    queues: z.array(z.object({ queueId: z.string(), name: z.string(), difference: SimulatedDifference })),
  }),
  tookMs: z.number(),
});
export type SimulationResult = z.infer<typeof SimulationResult>;

export const SimulationJob = z.object({
  id: z.uuid(),
  /** One runs at a time; the others wait their turn. */
  state: z.enum(["waiting", "running", "done", "failed", "cancelled"]),
  /** Jobs before this one. */
  ahead: z.number().int(),
  /** 0 to 1. */
  progress: z.number().min(0).max(1),
  startedAt: z.number().nullable(),
  /** Once done. */
  result: SimulationResult.nullable(),
  /** Once failed: what is wrong, as a sentence. */
  problem: z.string().nullable(),
});
export type SimulationJob = z.infer<typeof SimulationJob>;

const simulationId = z.object({ simulationId: z.uuid() });

export const startSimulation = endpoint({
  method: "POST",
  path: "/api/simulations",
  access: "administrator",
  summary:
    "Run the calls of a past period again under the current and the proposed settings; answers at once with a job",
  body: SimulationRequest,
  result: SimulationJob,
});
export const readSimulation = endpoint({
  method: "GET",
  path: "/api/simulations/:simulationId",
  access: "administrator",
  summary: "How far a simulation is, and its result; kept for an hour after it ended",
  params: simulationId,
  result: SimulationJob,
});
export const cancelSimulation = endpoint({
  method: "DELETE",
  path: "/api/simulations/:simulationId",
  access: "administrator",
  summary: "Stop a simulation; one that has ended is forgotten",
  params: simulationId,
});
