import { z } from "zod";
import { AgentState } from "./agent-desk.ts";
import { endpoint } from "./endpoint.ts";
import { Staffing } from "./ledger.ts";

const PersonRef = z.object({ personId: z.string(), name: z.string() });
const QueueRef = z.object({ queueId: z.string(), name: z.string() });
const count = z.number().int();
/** Epoch milliseconds; null: not at all. */
const moment = z.number().nullable();

/** The one thing that keeps a caller waiting: the first that holds, in this order. */
export const WhyWaiting = z.enum([
  "ringing", // at somebody, now
  "no-members", // the queue has no agents at all
  "nobody-works", // it has, but none of them is ready
  "own-agent", // waits for the caller's own agent alone, until timers.stickyUntil
  "nobody-suits", // nobody who works meets the requirement as it stands
  "not-yet", // who would do is of a level or with a delay that the caller has not reached
  "left-out", // the free agents declined or did not answer this caller a moment ago
  "all-busy", // everybody who would do has something else to do
]);
export type WhyWaiting = z.infer<typeof WhyWaiting>;

/** Why a caller waits, as the router sees it at this moment. Times in epoch milliseconds. */
export const WaitingAnswer = z.object({
  at: z.number(),
  interactionId: z.string(),
  /** The caller's number; null when this node does not hold the call. */
  from: z.string().nullable(),
  queue: QueueRef,
  because: WhyWaiting,
  /** 1 is the head of the queue. */
  position: count,
  waiting: count,
  /** Since the original entry. */
  waitedMs: z.number(),
  priority: z.number(),
  /** Artificial age in the caller's place. */
  ageMs: z.number(),
  callback: z.boolean(),
  staffing: Staffing,
  /** What is asked of an agent now, and what was on entry (contract/requirement.ts); null when nothing. */
  requirement: z.string().nullable(),
  requirementOnEntry: z.string().nullable(),
  /** How many rings have been passed, of how many. */
  ring: count,
  rings: count,
  /** Members, and agents borrowed at this ring, who meet all of it: at all, working, and free now. */
  suited: z.object({ members: count, working: count, free: count }),
  /** Members who work and would do but for their level or delay. */
  notYet: count,
  sticky: PersonRef.extend({ because: z.enum(["last-agent", "owner"]) }).nullable(),
  leftOut: z.array(PersonRef.extend({ untilMs: z.number() })),
  offeredTo: z.array(PersonRef),
  timers: z.object({
    /** The next ring or delay that lets more agents in. */
    widensAt: moment,
    stickyUntil: moment,
    announceAt: moment,
    maxWaitAt: moment,
    alarmAt: moment,
  }),
  /** One sentence in English, for logs and scripts. */
  sentence: z.string(),
});
export type WaitingAnswer = z.infer<typeof WaitingAnswer>;

/** The one thing that keeps an agent from getting a caller: the first that holds, in this order. */
export const WhyIdle = z.enum([
  "engaged", // is offered a call, talks, or is in wrap-up
  "not-routable", // gets no offers: `cause` says why
  "no-queues",
  "nobody-waits",
  "left-out", // declined or did not answer those who wait a moment ago
  "lacks-skills",
  "not-yet", // those who wait have not reached the agent's level or delay
  "reserved", // those who wait do so for their own agents
  "ringing-elsewhere",
  "at-capacity", // no room for another of the channels that wait
]);
export type WhyIdle = z.infer<typeof WhyIdle>;

/** Why an agent gets no caller, as the router sees it at this moment. Times in epoch milliseconds. */
export const AgentAnswer = z.object({
  at: z.number(),
  agent: PersonRef,
  /** As on the wallboard. */
  state: AgentState,
  because: WhyIdle,
  routable: z.boolean(),
  /** Why not routable: a not-ready reason's id, or a word of the system's. */
  cause: z.string(),
  idleSince: z.number(),
  skills: z.record(z.string(), z.number()),
  /** The agent's queues and those that may borrow the agent: who waits there, and why not for this agent. */
  queues: z.array(
    z.object({
      queue: QueueRef,
      /** False for a queue that the router does not know. */
      exists: z.boolean(),
      /** The queue of the agent's own that lends them here; null for a member. */
      borrowedFrom: QueueRef.nullable(),
      level: count,
      delayMs: z.number(),
      waiting: count,
      ringing: count,
      leftOutOf: count,
      lacksSkillsFor: count,
      notYetFor: count,
      reservedForOthers: count,
    }),
  ),
  /** Callers who wait for this agent alone. */
  reserved: count,
  /** One sentence in English, for logs and scripts. */
  sentence: z.string(),
});
export type AgentAnswer = z.infer<typeof AgentAnswer>;

export const explainWaiting = endpoint({
  method: "GET",
  path: "/api/why/waiting/:interactionId",
  access: "supervisor",
  summary: "Why this caller waits, now; 404 says what became of who does not wait any more",
  params: z.object({ interactionId: z.uuid() }),
  result: WaitingAnswer,
});
export const explainAgent = endpoint({
  method: "GET",
  path: "/api/why/agent/:personId",
  access: "agent",
  summary: "Why this agent gets no caller, now; agents may ask about themselves",
  params: z.object({ personId: z.uuid() }),
  result: AgentAnswer,
});
