import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describeError, type Log } from "../base/log.ts";
import type { Redis, RedisClient } from "../store/redis.ts";
import type { LogEntry } from "./core/event.ts";
import type { Attendant, Batch, EventLog, Lease, Snapshot, StoredEntry } from "./event-log.ts";
import { appendLines } from "./redis/append.ts";
import { commitBatch } from "./redis/commit.ts";
import { Persistence } from "./redis/connection.ts";
import { takeLease } from "./redis/lead.ts";
import { openStore } from "./redis/open.ts";
import { readStore } from "./redis/read.ts";
import { type StreamItem, StreamReader } from "./redis/reader.ts";
import { giveLeaseUp } from "./redis/resign.ts";
import { restoreStore, type StoredBatch } from "./redis/restore.ts";
import { keepSnapshot } from "./redis/save-snapshot.ts";
import { type Keys, keysOf, type Known } from "./redis/script.ts";

export interface RedisLogOptions {
  /** Stays the caller's: close it after the log. */
  redis: Redis;
  journal: Log;
  /** Begins the names of the keys; default "ringdown:acd". */
  prefix?: string;
}

const linesPerAppend = 500;
/** How many of the last batches are remembered, for a store that forgets them before all nodes have read them. */
const rememberedBatches = 500;
/** Who is not the router lets the router be the first to restore the store. */
const courtesyMs = 1_500;

/** The log as two Redis Streams, for several nodes. Resolves once Redis has answered. */
export async function openRedisLog(options: RedisLogOptions): Promise<EventLog> {
  const log = new RedisLog(options);
  await log.open();
  return log;
}

interface Pending {
  entry: LogEntry;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

class RedisLog implements EventLog {
  private readonly redis: Redis;
  private readonly journal: Log;
  private readonly keys: Keys;
  private readonly prefix: string;
  private readonly persistence: Persistence;
  private readonly reading = new Set<Promise<void>>();
  private known: Known = { generation: "", position: 0 };
  private queue: Pending[] = [];
  /**
   * Stored, but what came of them is not final yet, as far as is known here: a store that loses its memory may lose
   * these, since the router that fills it again may not have read them. With their positions, once they are read.
   */
  private unsettled: { entry: LogEntry; position: number | null }[] = [];
  private lastBatches: StoredBatch[] = [];
  /** How often another node filled the store again. */
  private replacements = 0;
  private isAppending = false;
  private attendant: Attendant | null = null;
  private recovering: Promise<void> | null = null;

  constructor({ redis, journal, prefix = "ringdown:acd" }: RedisLogOptions) {
    this.redis = redis;
    this.journal = journal;
    this.prefix = prefix;
    this.keys = keysOf(prefix);
    this.persistence = new Persistence(journal);
  }

  async open(): Promise<void> {
    this.known = await this.run((client) => openStore(client, this.keys, randomUUID()));
  }

  attend(attendant: Attendant): void {
    this.attendant = attendant;
  }

  append(entry: LogEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.queue.push({ entry, resolve, reject });
      void this.drain();
    });
  }

  /** One command at a time, so that the order is the callers'; what comes meanwhile goes with the next. */
  private async drain(): Promise<void> {
    if (this.isAppending) return;
    this.isAppending = true;
    for (let batch = this.queue.slice(0, linesPerAppend); batch.length > 0;) {
      try {
        await this.store(batch);
      } catch (error) {
        for (const { reject } of this.queue.splice(0)) reject(error);
        break;
      }
      batch = this.queue.slice(0, linesPerAppend);
    }
    this.isAppending = false;
  }

  private async store(batch: Pending[]): Promise<void> {
    const entries = batch.map(({ entry }) => entry);
    const lines = entries.map((entry) => JSON.stringify(entry));
    const position = await this.unlessLost((client) => appendLines(client, this.keys, this.known, lines));
    this.see(position);
    this.queue.splice(0, batch.length);
    this.unsettled.push(...entries.map((entry) => ({ entry, position: null })));
    for (const { resolve } of batch) resolve();
  }

  /** Before anything new, what the store forgot beyond what was remembered: a session's lines keep their order. */
  private async storeAgain(remembered: number): Promise<void> {
    this.unsettled = this.unsettled.filter(({ position }) => position === null || position > remembered);
    if (this.unsettled.length === 0) return;
    const lines = this.unsettled.map(({ entry }) => JSON.stringify(entry));
    for (const each of this.unsettled) each.position = null;
    const position = await this.run((client) => appendLines(client, this.keys, this.known, lines));
    if (position !== "lost") this.see(position);
  }

  read(): Promise<{ snapshot: Snapshot | null; committed: number }> {
    return this.unlessLost((client) => readStore(client, this.keys, this.known));
  }

  followEntries(after: number, onEntries: (entries: StoredEntry[]) => void, onGap: () => void): () => void {
    let last = after;
    const stop = this.follow(this.keys.lines, "line", after, (items) => {
      const entries = items.map(({ position, text }) => ({ position, entry: JSON.parse(text) as LogEntry }));
      this.place(entries);
      this.see(entries.at(-1)?.position ?? 0);
      if (entries[0]?.position !== last + 1) {
        stop();
        return onGap();
      }
      last = entries.at(-1)?.position ?? last;
      onEntries(entries);
    });
    return stop;
  }

  followBatches(after: number, onBatch: (batch: Batch) => void, onGap: () => void): () => void {
    let last = after;
    const stop = this.follow(this.keys.batches, "batch", after, (items) => {
      for (const { text } of items) {
        const batch = JSON.parse(text) as Batch;
        if (batch.after !== last) {
          stop();
          return onGap();
        }
        last = batch.position;
        this.settle(batch.position, text);
        onBatch(batch);
      }
    });
    return stop;
  }

  /** On a connection of its own, since a blocking read holds up whatever comes after it. */
  private follow(
    key: string,
    field: string,
    after: number,
    onItems: (items: StreamItem[]) => void,
  ): () => void {
    const reader = new StreamReader(this.redis.client.duplicate(), this.persistence, {
      key,
      field,
      journal: this.journal,
    });
    const reading = reader.read(after, onItems).catch((error: unknown) => {
      this.journal.error({ error: describeError(error), key }, "The router's log cannot be followed");
    });
    this.reading.add(reading);
    void reading.finally(() => this.reading.delete(reading));
    return () => {
      reader.stop();
    };
  }

  async lead(session: string, leaseMs: number): Promise<Lease | null> {
    const lease = await this.unlessLost((client) =>
      takeLease(client, this.keys, this.known, session, leaseMs),
    );
    return lease === "taken" ? null : lease;
  }

  async resign(session: string): Promise<void> {
    await this.run((client) => giveLeaseUp(client, this.keys, session));
  }

  /** A batch that was reckoned from a memory that another node's has replaced since is not for this store. */
  async commit(batch: Batch): Promise<"committed" | "stale"> {
    const { replacements } = this;
    const result = await this.unlessLost((client) =>
      this.replacements === replacements
        ? commitBatch(client, this.keys, this.known, batch)
        : Promise.resolve("stale" as const),
    );
    if (result === "committed") this.settle(batch.position, JSON.stringify(batch));
    return result;
  }

  async saveSnapshot(epoch: number, snapshot: Snapshot): Promise<boolean> {
    const result = await this.unlessLost((client) =>
      keepSnapshot(client, this.keys, this.known, epoch, snapshot),
    );
    return result === "saved";
  }

  async heartbeat(session: string, forMs: number): Promise<void> {
    await this.run((client) => client.set(this.aliveKey(session), "1", { PX: forMs }));
  }

  async silentOf(sessions: string[]): Promise<string[]> {
    if (sessions.length === 0) return [];
    const signs = await this.run((client) => client.mGet(sessions.map((session) => this.aliveKey(session))));
    return sessions.filter((_session, index) => signs[index] === null);
  }

  private aliveKey(session: string): string {
    return `{${this.prefix}}:alive:${session}`;
  }

  async close(): Promise<void> {
    this.persistence.close();
    await Promise.all(this.reading);
  }

  /** Lines that were stored come back here, and so it is known where they stand. */
  private place(entries: StoredEntry[]): void {
    if (this.unsettled.length === 0) return;
    const last = new Map(
      entries.map(({ entry, position }) => [entry.session, { line: entry.line, position }]),
    );
    for (const each of this.unsettled) {
      const read = last.get(each.entry.session);
      if (each.position === null && read && each.entry.line <= read.line) each.position = read.position;
    }
  }

  /** What came of the lines up to this one is final: every replica that is asked remembers them. */
  private settle(position: number, text: string): void {
    if (position <= (this.lastBatches.at(-1)?.position ?? 0)) return;
    this.lastBatches.push({ position, text });
    if (this.lastBatches.length > 2 * rememberedBatches)
      this.lastBatches = this.lastBatches.slice(-rememberedBatches);
    if (this.unsettled.length === 0) return;
    this.unsettled = this.unsettled.filter((each) => each.position === null || each.position > position);
  }

  private see(position: number): void {
    if (position > this.known.position) this.known = { ...this.known, position };
  }

  /** Runs a script; when the store turns out to have lost its memory, restores it and runs the script again. */
  private async unlessLost<T>(work: (client: RedisClient) => Promise<T | "lost">): Promise<T> {
    for (;;) {
      if (this.recovering) await this.recovering;
      const { generation } = this.known;
      const result = await this.run(work);
      if (result !== "lost") return result;
      if (generation === this.known.generation) await this.recover();
    }
  }

  private recover(): Promise<void> {
    this.recovering ??= this.recall().finally(() => {
      this.recovering = null;
    });
    return this.recovering;
  }

  private async recall(): Promise<void> {
    const { attendant } = this;
    this.journal.warn({ position: this.known.position }, "Redis has lost the router's log");
    if (attendant && !attendant.isLeading()) await sleep(courtesyMs, undefined, { ref: false });
    const memory = attendant?.recall() ?? { position: 0, committed: 0, epoch: 0, text: "" };
    const batches = this.lastBatches.filter(({ position }) => position <= memory.committed);
    const newGeneration = randomUUID();
    const { isRestored, generation } = await this.run((client) =>
      restoreStore(client, this.keys, this.known, newGeneration, memory, batches),
    );
    // An answer that was lost: it was this node after all.
    const isReplaced = !isRestored && generation !== newGeneration;
    if (isReplaced) {
      this.replacements += 1;
      this.lastBatches = [];
    }
    this.known = { generation, position: isReplaced ? 0 : memory.position };
    this.journal.warn({ generation, isRestored }, "The router's log was restored from memory");
    await this.storeAgain(isReplaced ? 0 : memory.position);
    if (isReplaced) attendant?.onReplaced();
  }

  private run<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    return this.persistence.run(this.redis.client, work);
  }
}
