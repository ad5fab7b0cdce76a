import type { AgentState } from "../contract/agent-desk.ts";
import type { Interaction } from "../contract/interactions.ts";
import type { LedgerEntry, LedgerEvent } from "../contract/ledger.ts";

export type InteractionStarted = Extract<LedgerEvent, { type: "interaction.started" }>;

/** Hears each entry at append time, with the interaction as it stands after it. Must be quick; a throw is logged. */
export type LedgerListener = (entry: LedgerEntry, interaction: Interaction) => void;

/** An agent's new state. `at` is epoch milliseconds; `reason` is a not-ready reason's id or a system word. */
export interface AgentStateChange {
  agentId: string;
  state: AgentState;
  reason: string | null;
  at: number;
}

/**
 * What happened, in order, kept for good. Nothing here blocks or fails a call: entries are numbered and told to
 * the listeners at once, and written to PostgreSQL in the background, in order and in batches, again and again
 * while the database is away.
 */
export interface Ledger {
  /**
   * Opens an interaction. `number` is the short readable number: it usually resolves at once from a reserve, and
   * waits (without limit) only if the database was away so long that the reserve ran out.
   */
  begin(event: InteractionStarted): { interactionId: string; number: Promise<number> };
  /** Adds an entry at the clock's now. Never throws, never waits. Also after `interaction.ended` (wrap-up). */
  append(interactionId: string, event: LedgerEvent): void;
  /** Adds to the agents' own timeline (occupancy). The same state and reason again is ignored. */
  appendAgentState(agentId: string, state: AgentState, reason: string | null, at: number): void;
  /** The interaction as the entries appended so far tell it; null when this process does not hold it (any more). */
  live(interactionId: string): Interaction | null;
  /** Calls `listener` for each entry from now on; returns the function that stops it. */
  on(listener: LedgerListener): () => void;
  /** The same for agents' states. */
  onAgentState(listener: (change: AgentStateChange) => void): () => void;
  /** Resolves when everything appended so far is in PostgreSQL; rejects with Failure "unavailable" at close. */
  flush(): Promise<void>;
  /**
   * To be called once at start, before the first call: what this node's former life left open (interactions,
   * queue visits, wrap-ups, agents' states) is closed as of its last sign of life, cause "restart".
   */
  recover(): Promise<{ interactions: number; agents: number }>;
  /** How many entries wait to be written, and since when the database has not answered (null: it answers). */
  backlog(): { entries: number; failingSince: number | null };
  /** Writes what is left, or spools it to the data directory if the database is away. Idempotent. */
  close(): Promise<void>;
}
