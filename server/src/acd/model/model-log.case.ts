import type { Attendant, Batch, EventLog, Lease, Snapshot, StoredEntry } from "../event-log.ts";
import type { LogEntry } from "../core/event.ts";
import type { StoreCommand, StoreReply, StoreState } from "./store.case.ts";

/** What all nodes of a world share besides time. */
export interface SharedStore {
  state: StoreState;
  /** Sessions whose sign of life is overdue. */
  silent: Set<string>;
}

/** A command on its way: executed and answered when the search says so. */
export interface InFlight {
  command: StoreCommand;
  answer: (reply: StoreReply) => void;
}

interface Follower<T> {
  last: number;
  hear: (items: T[]) => void;
  onGap: () => void;
}

const known = { generation: "g", position: 0 };

/**
 * The log of one node, as event-log.redis.ts is to Redis: appends go one command at a time, a follower that finds
 * a hole is told of a gap. But nothing happens by itself: commands wait in `inFlight`, lines and batches in the
 * store, until the search delivers them. A command whose answer is lost is sent again.
 */
export class ModelLog implements EventLog {
  readonly inFlight: InFlight[] = [];
  private readonly shared: SharedStore;
  private readonly isHasty: boolean;
  private queue: { entry: LogEntry; resolve: () => void }[] = [];
  private isAppending = false;
  private entries: Follower<StoredEntry> | null = null;
  private batches: Follower<Batch> | null = null;

  /** `isHasty` breaks the protocol: effects are told before the store has them. */
  constructor(shared: SharedStore, isHasty = false) {
    this.shared = shared;
    this.isHasty = isHasty;
  }

  private send<T extends StoreReply>(command: StoreCommand): Promise<T> {
    return new Promise((resolve) => {
      this.inFlight.push({
        command,
        answer: (reply) => {
          resolve(reply as T);
        },
      });
    });
  }

  append(entry: LogEntry): Promise<void> {
    return new Promise((resolve) => {
      this.queue.push({ entry, resolve });
      void this.drain();
    });
  }

  private async drain(): Promise<void> {
    if (this.isAppending || this.queue.length === 0) return;
    this.isAppending = true;
    const batch = this.queue.splice(0);
    await this.send({ type: "append", known, lines: batch.map(({ entry }) => JSON.stringify(entry)) });
    this.isAppending = false;
    for (const { resolve } of batch) resolve();
    void this.drain();
  }

  attend(_attendant: Attendant): void {
    // The model's store never loses its memory.
  }

  read(): Promise<{ snapshot: Snapshot | null; committed: number }> {
    return this.send({ type: "read", known });
  }

  followEntries(after: number, onEntries: (entries: StoredEntry[]) => void, onGap: () => void): () => void {
    const follower = { last: after, hear: onEntries, onGap };
    this.entries = follower;
    return () => {
      if (this.entries === follower) this.entries = null;
    };
  }

  followBatches(after: number, onBatch: (batch: Batch) => void, onGap: () => void): () => void {
    const hear = (items: Batch[]): void => {
      for (const batch of items) {
        if (this.batches !== follower) return;
        if (batch.after !== follower.last) {
          this.batches = null;
          return onGap();
        }
        follower.last = batch.position;
        onBatch(batch);
      }
    };
    const follower: Follower<Batch> = { last: after, hear, onGap };
    this.batches = follower;
    return () => {
      if (this.batches === follower) this.batches = null;
    };
  }

  get hasEntries(): boolean {
    return this.entries !== null && (this.shared.state.lines.at(-1)?.position ?? 0) > this.entries.last;
  }

  get hasBatches(): boolean {
    return this.batches !== null && (this.shared.state.batches.at(-1)?.position ?? 0) > this.batches.last;
  }

  /** What the blocking read brings: all lines that are there. */
  deliverEntries(): void {
    const follower = this.entries;
    if (!follower) return;
    const fresh = this.shared.state.lines.filter(({ position }) => position > follower.last);
    const items = fresh.map(({ position, text }) => ({ position, entry: JSON.parse(text) as LogEntry }));
    if (items[0]?.position !== follower.last + 1) {
      this.entries = null;
      return follower.onGap();
    }
    follower.last = items.at(-1)?.position ?? follower.last;
    follower.hear(items);
  }

  deliverBatches(): void {
    const follower = this.batches;
    const fresh = this.shared.state.batches.filter(({ position }) => position > (follower?.last ?? Infinity));
    follower?.hear(fresh.map(({ text }) => JSON.parse(text) as Batch));
  }

  async lead(session: string, leaseMs: number): Promise<Lease | null> {
    const reply = await this.send<"taken" | Lease>({ type: "lead", known, session, leaseMs });
    return reply === "taken" ? null : reply;
  }

  async resign(session: string): Promise<void> {
    await this.send({ type: "resign", session });
  }

  commit(batch: Batch): Promise<"committed" | "stale"> {
    const sent = this.send<"committed" | "stale">({ type: "commit", known, batch });
    return this.isHasty ? Promise.resolve("committed") : sent;
  }

  async saveSnapshot(epoch: number, snapshot: Snapshot): Promise<boolean> {
    const reply = await this.send<"saved" | "stale">({ type: "save-snapshot", known, epoch, snapshot });
    return reply === "saved";
  }

  heartbeat(session: string, _forMs: number): Promise<void> {
    this.shared.silent.delete(session);
    return Promise.resolve();
  }

  silentOf(sessions: string[]): Promise<string[]> {
    return Promise.resolve(sessions.filter((session) => this.shared.silent.has(session)));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
