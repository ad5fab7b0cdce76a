/** A kind of interaction. Weights and limits are per channel, so a new channel is a new name. */
export const channels = ["voice", "chat", "email", "message"] as const;
export type Channel = (typeof channels)[number];

/** How a queue chooses among the agents that are free; see strategies.ts for what each one orders by. */
export const strategies = [
  "longest-idle",
  "fewest-interactions",
  "round-robin",
  "most-proficient",
  "least-proficient",
  "linear",
  "weighted-random",
] as const;
export type Strategy = (typeof strategies)[number];

/**
 * A step by which the search widens for a caller who has waited `afterMs` in this queue (a return to it after the
 * agent's leg was lost goes on counting from the original entry).
 */
export interface Ring {
  /** Above 0 and above that of the ring before. */
  afterMs: number;
  /** Minimum proficiencies are lowered by so many from here on (not on top of the ring before). */
  lowerBy: number;
  /** Skills that are no longer asked for: keys, `key=value`, or "*" for all. */
  drop: string[];
  /** Members up to this level may be asked; without rings, and before the first, level 1. */
  level: number;
  /** Agents of these queues may be asked, too, whatever their level there. They don't count as staff here. */
  borrowFrom: string[];
}

/** What an administrator sets per queue. Times are milliseconds; `null` means "not at all". */
export interface QueueSettings {
  queueId: string;
  strategy: Strategy;
  /** How many agents ring at once for one caller; 1 is the usual. */
  ringAtOnce: number;
  ringTimeoutMs: number;
  /** How long the agent stays in wrap-up after a talk from this queue; 0 is none. */
  wrapUpMs: number;
  /**
   * What one step of priority is worth in waiting time. A caller of priority p is ordered as if they had come
   * p * ageingMs earlier, so that nobody can be overtaken by anyone who came more than 10 * ageingMs later.
   */
  ageingMs: number;
  /** After declining or failing to answer a caller, the agent is left out for that caller for so long. */
  leaveOutMs: number;
  /** The caller leaves the queue with cause "max-wait" after so long in this stay. */
  maxWaitMs: number | null;
  /** A caller beyond so many waiting leaves at once with cause "queue-full". */
  maxWaiting: number | null;
  /** Callers leave with cause "no-agents" when nobody has staffed the queue for so long; 0 is at once. */
  noAgentsAfterMs: number | null;
  /** A position step comes on entry and then every so often. */
  announceEveryMs: number | null;
  /** A wait beyond this raises a "late" notice (the breach of the bound); the caller keeps waiting. */
  alarmWaitMs: number | null;
  /** Who would wait longer than this, by the estimate, leaves on entry with cause "estimated-wait". */
  maxEstimatedWaitMs: number | null;
  /** In order of `afterMs`; empty: everybody of level 1 from the start, and the others never. */
  rings: Ring[];
  /** What every caller of the queue needs of the agent, beside what they need by themselves; null is nothing. */
  requirement: string | null;
}

/** An agent's place in one queue. */
export interface Membership {
  queueId: string;
  /** 0 to 10: which queue's caller this agent gets first; a step is worth the queue's ageingMs. */
  priority: number;
  /** For "linear": lower is asked first. Default 0. */
  order?: number;
  /** For "weighted-random": the share. Default 1. */
  weight?: number;
  /** 1 (default) is asked from the start, higher ones from the ring on that reaches them. */
  level?: number;
  /** The agent gets callers of this queue only when they have waited there for so long, as a ring. Default 0. */
  delayMs?: number;
}

/**
 * What an agent can do at a time: every interaction weighs `weights[channel]` (default: all of `total`), the sum
 * stays within `total`, and no channel exceeds its limit; a channel without a limit is not for this agent. One call: `{ total: 100, weights: { voice: 100 },
 * limits: { voice: 1 } }`.
 */
export interface Capacity {
  total: number;
  weights: Partial<Record<Channel, number>>;
  limits: Partial<Record<Channel, number>>;
  /**
   * What an interaction of a channel may interrupt: those of the named channels don't count against its weight
   * (`{ voice: ["email"] }`: a call may interrupt mail). They go on, and count, when it is over.
   */
  interrupts?: Partial<Record<Channel, Channel[]>>;
}

/** One voice call and nothing else. */
export const oneCall: Capacity = { total: 100, weights: { voice: 100 }, limits: { voice: 1 } };

export const highestPriority = 10;

/** What a queue does unless told otherwise. */
export const defaultQueueSettings: Omit<QueueSettings, "queueId"> = {
  strategy: "longest-idle",
  ringAtOnce: 1,
  ringTimeoutMs: 20_000,
  wrapUpMs: 30_000,
  ageingMs: 30_000,
  leaveOutMs: 10_000,
  maxWaitMs: null,
  maxWaiting: null,
  noAgentsAfterMs: null,
  announceEveryMs: null,
  alarmWaitMs: null,
  maxEstimatedWaitMs: null,
  rings: [],
  requirement: null,
};
