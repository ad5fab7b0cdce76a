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
import { restoreStore } from "./redis/restore.ts";
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
  /** Stored, but not read back yet: a store that loses its memory loses these. */
  private unread: LogEntry[] = [];
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
    this.unread.push(...entries);
    for (const { resolve } of batch) resolve();
  }

  /** Before anything new, what the store forgot: the lines of a session keep their order. */
  private async storeAgain(): Promise<void> {
    if (this.unread.length === 0) return;
    const lines = this.unread.map((entry) => JSON.stringify(entry));
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
      this.forget(entries);
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

  commit(batch: Batch): Promise<"committed" | "stale"> {
    return this.unlessLost((client) => commitBatch(client, this.keys, this.known, batch));
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

  /** Reads that were stored come back here: from then on every replica remembers them. */
  private forget(entries: StoredEntry[]): void {
    if (this.unread.length === 0) return;
    const last = new Map(entries.map(({ entry }) => [entry.session, entry.line]));
    this.unread = this.unread.filter(({ session, line }) => line > (last.get(session) ?? 0));
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
    const { isRestored, generation } = await this.run((client) =>
      restoreStore(client, this.keys, this.known, randomUUID(), memory),
    );
    this.known = { generation, position: isRestored ? memory.position : 0 };
    this.journal.warn({ generation, isRestored }, "The router's log was restored from memory");
    await this.storeAgain();
    if (!isRestored) attendant?.onReplaced();
  }

  private run<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    return this.persistence.run(this.redis.client, work);
  }
}
