/** The door of the ledger: everything that happened to an interaction, append-only. */
import { randomUUID } from "node:crypto";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import type { AgentState } from "../contract/agent-desk.ts";
import type { Interaction } from "../contract/interactions.ts";
import type { LedgerEntry, LedgerEvent } from "../contract/ledger.ts";
import type { Postgres } from "../store/postgres.ts";
import { closeStory } from "./core/close-story.ts";
import { LedgerBuffer } from "./ledger-buffer.ts";
import { LedgerNumbers } from "./ledger-numbers.ts";
import { makeStorable, type AgentStateChange, type LedgerRecord } from "./ledger-record.ts";
import { LedgerStories } from "./ledger-stories.ts";
import { LedgerWriter } from "./ledger-writer.ts";
import { closeAgentIntervals, loadUnsettled, signLife } from "./ledger.postgres.ts";

export type { AgentStateChange } from "./ledger-record.ts";
export type InteractionStarted = Extract<LedgerEvent, { type: "interaction.started" }>;

/** Hears each entry at append time, with the interaction as it stands after it. Must be quick; a throw is logged. */
export type LedgerListener = (entry: LedgerEntry, interaction: Interaction) => void;

/**
 * What happened, in order, kept for good. Nothing here blocks or fails a call: entries are numbered and told to
 * the listeners at once, and written to PostgreSQL in the background, in order and in batches, again and again
 * while the database is away.
 */
export interface Ledger {
  /**
   * Opens an interaction; its id is the call's, if there is a call. `number` is the short readable number: it usually resolves at once from a reserve, and
   * waits (without limit) only if the database was away so long that the reserve ran out. Never rejects: it stays
   * pending when the ledger closes first.
   */
  begin(event: InteractionStarted, id?: string): { interactionId: string; number: Promise<number> };
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

export interface LedgerOptions {
  postgres: Postgres;
  clock: Clock;
  log: Log;
  /** Whose interactions `recover` closes. */
  nodeId: string;
  /** For the spool file and for entries that PostgreSQL refuses for good (`ledger-refused.jsonl`). */
  dataDir: string;
  /** Entries kept in memory while the database is away, before the disk is used. Default 200,000. */
  maximumInMemory?: number;
}

const lifeSignEveryMs = 5_000;
const closePatienceMs = 5_000;

/** Opens the ledger; entries that a former life spooled to the disk are written first. */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const { dataDir, log, maximumInMemory = 200_000 } = options;
  const buffer = await LedgerBuffer.open(join(dataDir, "ledger-spool.jsonl"), maximumInMemory, log);
  const ledger = new PostgresLedger(options, buffer);
  await ledger.start();
  return ledger;
}

class PostgresLedger implements Ledger {
  readonly #postgres: Postgres;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #nodeId: string;
  readonly #dataDir: string;
  readonly #writer: LedgerWriter;
  readonly #numbers: LedgerNumbers;
  readonly #stories: LedgerStories;
  readonly #listeners = new Set<LedgerListener>();
  readonly #agentListeners = new Set<(change: AgentStateChange) => void>();
  readonly #agents = new Map<string, AgentStateChange>();
  #stopLifeSigns = () => {};
  #closing: Promise<void> | null = null;

  constructor(options: LedgerOptions, buffer: LedgerBuffer) {
    this.#postgres = options.postgres;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#nodeId = options.nodeId;
    this.#dataDir = options.dataDir;
    this.#numbers = new LedgerNumbers(options.postgres, options.log);
    this.#writer = new LedgerWriter({
      ...options,
      buffer,
      onNumber: (interactionId, number) => {
        this.#stories.setNumber(interactionId, number);
        this.#numbers.resolve(interactionId, number);
      },
      onRefused: (record, sentence) => this.#refuse(record, sentence),
    });
    this.#stories = new LedgerStories(options.postgres, () => this.#writer.flush(), options.log);
  }

  async start(): Promise<void> {
    this.#writer.start();
    await this.#numbers.fill();
    this.#armLifeSigns();
  }

  begin(
    event: InteractionStarted,
    interactionId: string = randomUUID(),
  ): { interactionId: string; number: Promise<number> } {
    const number = this.#numbers.take(interactionId);
    const clean = makeStorable(event);
    const entry: LedgerEntry = { interactionId, seq: 1, at: this.#clock.now(), event: clean };
    this.#stories.begin(entry, number.now ?? 0);
    this.#commit({ kind: "entry", entry, number: number.now ?? 0 });
    return { interactionId, number: number.later };
  }

  append(interactionId: string, event: LedgerEvent): void {
    this.#appendAt(interactionId, event, this.#clock.now());
  }

  #appendAt(interactionId: string, event: LedgerEvent, at: number): void {
    const clean = makeStorable(event);
    this.#stories.withStory(interactionId, (lastSeq) => {
      const entry: LedgerEntry = { interactionId, seq: lastSeq + 1, at, event: clean };
      this.#stories.continue(entry);
      this.#commit({ kind: "entry", entry });
    });
  }

  #commit(record: Extract<LedgerRecord, { kind: "entry" }>): void {
    this.#writer.push(record);
    const interaction = this.#stories.get(record.entry.interactionId);
    if (interaction === null) return;
    for (const listener of this.#listeners) this.#tell(() => listener(record.entry, interaction));
  }

  appendAgentState(agentId: string, state: AgentState, reason: string | null, at: number): void {
    const before = this.#agents.get(agentId);
    if (before?.state === state && before.reason === reason) return;
    // A clock that was set back must not make an interval end before it began.
    const change = { agentId, state, reason, at: Math.max(at, before?.at ?? at) };
    this.#agents.set(agentId, change);
    this.#writer.push({ kind: "agent-state", change });
    for (const listener of this.#agentListeners) this.#tell(() => listener(change));
  }

  #tell(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#log.error({ error: describeError(error) }, "a listener of the ledger threw");
    }
  }

  live(interactionId: string): Interaction | null {
    return this.#stories.get(interactionId);
  }

  on(listener: LedgerListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onAgentState(listener: (change: AgentStateChange) => void): () => void {
    this.#agentListeners.add(listener);
    return () => this.#agentListeners.delete(listener);
  }

  async flush(): Promise<void> {
    await this.#stories.settled();
    await this.#writer.flush();
  }

  async recover(): Promise<{ interactions: number; agents: number }> {
    await this.#writer.flush();
    const { stories, seenAt } = await loadUnsettled(this.#postgres, this.#nodeId);
    let closed = 0;
    for (const story of stories) {
      if (this.#stories.get(story.interaction.id) !== null) continue; // of this life
      const at = Math.max(seenAt ?? story.lastAt, story.lastAt);
      this.#stories.adopt(story);
      for (const event of closeStory(story, at, "restart")) this.#appendAt(story.interaction.id, event, at);
      closed += 1;
    }
    const agents = await closeAgentIntervals(this.#postgres, this.#nodeId, seenAt);
    await this.#writer.flush();
    await signLife(this.#postgres, this.#nodeId, this.#clock.now());
    if (closed > 0) this.#log.warn({ interactions: closed, agents }, "closed what a former life left open");
    return { interactions: closed, agents };
  }

  backlog(): { entries: number; failingSince: number | null } {
    return this.#writer.backlog();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#stopLifeSigns();
    await this.#stories.close(this.#writer.backlog().failingSince === null ? closePatienceMs : 0);
    await this.#writer.close(closePatienceMs);
    await this.#numbers.close();
    await this.#signLife();
  }

  #armLifeSigns(): void {
    this.#stopLifeSigns = this.#clock.setTimer(this.#clock.now() + lifeSignEveryMs, () => {
      void this.#signLife().finally(() => {
        if (this.#closing === null) this.#armLifeSigns();
      });
    });
  }

  /** Never rejects: without a sign, recovery takes the last entry's time. */
  async #signLife(): Promise<void> {
    try {
      await signLife(this.#postgres, this.#nodeId, this.#clock.now());
    } catch (error) {
      this.#log.debug({ error: describeError(error) }, "no sign of life could be written");
    }
  }

  async #refuse(record: LedgerRecord, sentence: string): Promise<void> {
    const path = join(this.#dataDir, "ledger-refused.jsonl");
    this.#log.error(
      { sentence, path, record: describeRecord(record) },
      "the ledger refused an entry for good",
    );
    await appendFile(path, `${JSON.stringify({ sentence, record })}\n`).catch((error: unknown) => {
      this.#log.error({ error: describeError(error), path }, "a refused ledger entry could not be kept");
    });
  }
}

function describeRecord(record: LedgerRecord): object {
  if (record.kind === "agent-state") return { agentId: record.change.agentId, state: record.change.state };
  const { interactionId, seq, event } = record.entry;
  return { callId: interactionId, seq, type: event.type };
}
