import type { AgentProfile, EnqueueRequest, QueueSettings } from "../../acd/acd.ts";
import type { Distribution } from "./distribution.ts";
import type { IntervalMinutes } from "./intervals.ts";
import type { Leaving, Patience } from "./patience.ts";

/** Everything that a run needs to know: data only, so that it can go to another thread. Times: epoch ms. */
export interface Scenario {
  /** What entered a queue from `from` on and before `to` is counted. */
  from: number;
  to: number;
  /** The simulated time before `from`, so that the period does not begin with empty queues. */
  warmUpMs: number;
  zone: string;
  intervalMinutes: IntervalMinutes;
  queues: readonly SimulatedQueue[];
  agents: readonly SimulatedAgent[];
  arrivals: Arrivals;
}

/** A queue as the router knows it, and how its callers and agents behave. */
export interface SimulatedQueue extends ConfiguredQueue {
  behaviour: QueueBehaviour;
}

/** A queue as configured; `settings` goes to the router as it is, the rest is what the callers' story does with it. */
export interface ConfiguredQueue {
  name: string;
  settings: QueueSettings;
  /** Added to every caller. */
  priority: number;
  /** How long a caller waits for the agent whom they should have; null: for nobody in particular. */
  stickyPatienceMs: number | null;
  /** Where callers go who leave for a cause (the router's word): another queue's id. */
  overflow: Readonly<Record<string, string>>;
  serviceLevelMs: number;
  shortAbandonMs: number;
}

/** What is compared: how calls are routed, apart from who calls and who works. */
export interface Configuration {
  queues: readonly ConfiguredQueue[];
  agents: ReadonlyMap<string, StaticProfile>;
}

export interface QueueBehaviour {
  /** Talk and hold together. */
  talk: Distribution;
  /** Agents end wrap-up by themselves after so long; the router's timer ends it if that is sooner. Null: always. */
  wrapUp: Distribution | null;
  /** Null: nobody hangs up. */
  patience: Patience | null;
  answering: Answering;
}

/** What agents do when it rings. */
export interface Answering {
  /** From the ring to the answer. */
  delay: Distribution;
  /** The share of offers that ring until the router takes them back; the agent is held until they return. */
  noAnswer: number;
  /** The share that agents decline, after the same delay. */
  decline: number;
  /** How long an agent who did not answer stays away. */
  returnAfter: Distribution;
}

/** What the router is told of an agent, without what changes during the day. Passed through as it is. */
export type StaticProfile = Omit<AgentProfile, "routable" | "cause">;

export interface SimulatedAgent {
  profile: StaticProfile;
  name: string;
  /** When the agent is signed in and ready, calls and wrap-up included. Sorted, apart from one another. */
  shifts: readonly Shift[];
}

export interface Shift {
  from: number;
  to: number;
}

/** What the flow tells the router of a caller, without who and when. Passed through, with the queue's own added. */
export type EntryProfile = Omit<EnqueueRequest, "interactionId" | "enqueuedAt">;

export interface Arrivals {
  /** Callers who are known one by one, from the ledger or a file. In order of `at`. */
  known: readonly KnownVisit[];
  /** Callers who come by chance: a Poisson process with a rate per period. */
  streams: readonly ArrivalStream[];
}

/** A visit that comes only if the one before ended in this way. */
export interface Following<V> {
  after: "answered" | "not-answered";
  /** From the end of the visit before. */
  gapMs: number;
  /** Sent on by the queue: the wait goes on from the first entry. */
  keepsPlace: boolean;
  visit: V;
}

/** Null: drawn from the queue's behaviour. */
export interface KnownVisit {
  at: number;
  entry: EntryProfile;
  talkMs: number | null;
  /** Infinity: until the router's timer ends it. */
  wrapUpMs: number | null;
  leaving: Leaving | null;
  /** With `leaving` null: waited so long for certain, and would have gone on. */
  waitedMs: number;
  /** The same caller in a queue again, after this visit ended likewise. */
  next: Following<KnownVisit> | null;
}

export interface ArrivalStream {
  entry: EntryProfile;
  /** Null: as usual in the queue. */
  talk: Distribution | null;
  periods: readonly { from: number; to: number; calls: number }[];
}
