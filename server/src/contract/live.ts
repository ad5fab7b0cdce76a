import { z } from "zod";
import { AgentState, Desk } from "./agent-desk.ts";
import { Interaction } from "./interactions.ts";

/** A queue right now, and its figures since midnight (server's time zone). */
export const LiveQueue = z.object({
  queueId: z.uuid(),
  waiting: z.number().int(),
  /** Enqueue time of the one who waits longest, or null. */
  longestSince: z.number().nullable(),
  /** Members by state; the sum is the members who are signed in. */
  agents: z.object({
    idle: z.number().int(),
    offered: z.number().int(),
    talking: z.number().int(),
    wrapUp: z.number().int(),
    notReady: z.number().int(),
  }),
  today: z.object({
    offered: z.number().int(),
    answered: z.number().int(),
    answeredInTime: z.number().int(),
    abandoned: z.number().int(),
    shortAbandoned: z.number().int(),
    /** Chose to be called back; neither abandoned nor flowed out. */
    convertedToCallback: z.number().int(),
    /** Calls back of today's callers that came to a talk. */
    calledBack: z.number().int(),
    flowedOut: z.number().int(),
    /** Definition 4 of docs/metrics.md: A_T / (A + B - B_s); null before the first call. */
    serviceLevel: z.number().nullable(),
    averageWaitMs: z.number().nullable(),
    longestWaitMs: z.number().nullable(),
  }),
  /** What the router itself says of the queue. */
  router: z.object({
    /** What somebody who came now would wait; null when unknown or nobody works. */
    estimatedWaitMs: z.number().nullable(),
    /** How far off the first estimates that were told have been on average, over so many callers. */
    estimateErrorMs: z.number().nullable(),
    estimatesJudged: z.number().int(),
    /** From the event that made an offer possible to the INVITE on the wire, over the last offers; null: none yet. */
    timeToOfferMs: z.object({ p50: z.number(), p99: z.number(), offers: z.number().int() }).nullable(),
    /** Who waits beyond the queue's alarm now: the starvation alarm. */
    late: z.number().int(),
    /** Of `waiting`, those who will be called back. */
    callbacks: z.number().int(),
  }),
});
export type LiveQueue = z.infer<typeof LiveQueue>;

export const LiveAgent = z.object({
  personId: z.uuid(),
  state: AgentState,
  since: z.number(),
  notReadyReason: z.string().nullable(),
  interactionId: z.uuid().nullable(),
  queueId: z.uuid().nullable(),
  /** The caller's number while offered, talking or in wrap-up. */
  from: z.string().nullable(),
});
export type LiveAgent = z.infer<typeof LiveAgent>;

/** A waiting caller, for the supervisor's list. */
export const LiveWaiting = z.object({
  interactionId: z.uuid(),
  queueId: z.uuid(),
  from: z.string(),
  enqueuedAt: z.number(),
  priority: z.number(),
  /** What the caller requires, or null. */
  requirement: z.string().nullable(),
  /** To be called back: nobody is on the line. */
  callback: z.boolean(),
  /** Waits beyond the queue's alarm. */
  late: z.boolean(),
});
export type LiveWaiting = z.infer<typeof LiveWaiting>;

/** What the router says of all queues together. */
export const LiveRouter = z.object({
  /** As in a queue's row, over the offers of all queues. */
  timeToOfferMs: LiveQueue.shape.router.shape.timeToOfferMs,
});
export type LiveRouter = z.infer<typeof LiveRouter>;

/** A change. Each carries the whole new value of its thing, so that applying one twice does no harm. */
export const LiveEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("desk"), desk: Desk }),
  z.object({ kind: z.literal("queue"), queue: LiveQueue }),
  z.object({ kind: z.literal("queue-removed"), queueId: z.uuid() }),
  z.object({ kind: z.literal("agent"), agent: LiveAgent }),
  z.object({ kind: z.literal("agent-removed"), personId: z.uuid() }),
  z.object({ kind: z.literal("waiting"), waiting: LiveWaiting }),
  z.object({ kind: z.literal("waiting-left"), interactionId: z.uuid() }),
  z.object({ kind: z.literal("router"), router: LiveRouter }),
  z.object({ kind: z.literal("interaction"), interaction: Interaction }),
  /** Configuration changed: what was fetched under this name is stale. */
  z.object({
    kind: z.literal("changed"),
    what: z.enum([
      "people",
      "queues",
      "numbers",
      "flows",
      "trunks",
      "prompts",
      "labels",
      "routing", // skills, teams, schedules, the draft or the versions of the routing configuration
      "callbacks",
      "customers",
      "emergency",
    ]),
  }),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;

/**
 * Server to browser over `/api/realtime` (WebSocket, session cookie, same origin). First a snapshot, then events
 * numbered without gaps from `seq + 1`. After a reconnect the browser sends `resume` with the last number it has
 * and the stream's id: it gets the missing events if they are still kept, else a new snapshot.
 * Agents get `desk` and their own interactions; supervisors and administrators also queues, agents, waiting.
 */
export const ServerMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("snapshot"),
    stream: z.string(),
    seq: z.number().int(),
    now: z.number(),
    desk: Desk,
    queues: z.array(LiveQueue),
    agents: z.array(LiveAgent),
    waiting: z.array(LiveWaiting),
    /** For those who get queues. */
    router: LiveRouter.optional(),
  }),
  z.object({ type: z.literal("event"), seq: z.number().int(), event: LiveEvent }),
  z.object({ type: z.literal("resumed"), stream: z.string(), seq: z.number().int(), now: z.number() }),
  z.object({ type: z.literal("pong"), now: z.number() }),
  z.object({ type: z.literal("signed-out") }),
  /** The server is draining or stopping: come back after this time. */
  z.object({ type: z.literal("going-away"), retryAfterMs: z.number() }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

export const ClientMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello") }).strict(),
  z.object({ type: z.literal("resume"), stream: z.string().max(100), seq: z.number().int() }).strict(),
  z.object({ type: z.literal("ping") }).strict(),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;
