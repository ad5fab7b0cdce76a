import type { Effect } from "./core/effect.ts";
import type { LogEntry } from "./core/event.ts";

/** A line of the log at its place: positions are 1, 2, 3... without holes. */
export interface StoredEntry {
  position: number;
  entry: LogEntry;
}

/** What came of one line. */
export interface Outcome {
  position: number;
  /** The board's time. */
  at: number;
  effects: Effect[];
}

/** The outcomes of the lines after `after` up to `position`, made final together by one router. */
export interface Batch {
  after: number;
  position: number;
  epoch: number;
  outcomes: Outcome[];
}

export interface Snapshot {
  /** The board after this line. */
  position: number;
  text: string;
}

/** The right to be the router: the epoch grows with each change of holder. */
export interface Lease {
  epoch: number;
  /** The last line whose effects are final. */
  committed: number;
}

/** All that a router knows, to give a store that lost its memory. */
export interface Memory extends Snapshot {
  committed: number;
  epoch: number;
}

/** Who stands by when the store lost its memory (a Redis without persistence that started again). */
export interface Attendant {
  /** The router restores at once; the others wait for it first. */
  isLeading(): boolean;
  recall(): Memory;
  /** Another node restored the store: take its snapshot. */
  onReplaced(): void;
}

/**
 * The ordered log that the router consumes, and the effects that are final. In one process it is an array, with
 * several nodes a Redis Stream; event-log.case.ts says what both do. Every method retries through an outage of
 * the store and rejects with a Failure "unavailable" once the log is closed. Listeners hear in order and must
 * not throw.
 */
export interface EventLog {
  /** Stores lines in the order of the calls; resolves when stored. A retry may store one twice. */
  append(entry: LogEntry): Promise<void>;
  /** Names who remembers, should the store forget; before anything else. */
  attend(attendant: Attendant): void;
  /** The newest snapshot, and up to where effects are final. */
  read(): Promise<{ snapshot: Snapshot | null; committed: number }>;
  /** Lines after a position, now and from now on. `onGap`: they are trimmed away; take a snapshot. */
  followEntries(after: number, onEntries: (entries: StoredEntry[]) => void, onGap: () => void): () => void;
  /** Final effects after a position, now and from now on. `onGap`: some are trimmed away. */
  followBatches(after: number, onBatch: (batch: Batch) => void, onGap: () => void): () => void;
  /** Becomes or stays the router for so long; null while another node holds the lease. */
  lead(session: string, leaseMs: number): Promise<Lease | null>;
  /** Gives the lease up at once, if it is held. */
  resign(session: string): Promise<void>;
  /** Makes effects final, together with the position. "stale": the epoch is over or the position moved on. */
  commit(batch: Batch): Promise<"committed" | "stale">;
  /** Keeps the board as of a final position and trims what came before. False when the epoch is over. */
  saveSnapshot(epoch: number, snapshot: Snapshot): Promise<boolean>;
  /** Says that the session lives, for so long. */
  heartbeat(session: string, forMs: number): Promise<void>;
  /** Those of the sessions that have not said so in time. */
  silentOf(sessions: string[]): Promise<string[]>;
  /** Idempotent. Waiting calls are rejected. */
  close(): Promise<void>;
}
