import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type { LogEntry } from "./core/event.ts";
import { nodePrefixOf } from "./session.ts";
import type { Batch, EventLog, Lease, Snapshot, StoredEntry } from "./event-log.ts";

/** How many batches are kept for those who are late. */
const keptBatches = 1_000;

interface Follower<T> {
  onItem: (items: T[]) => void;
  onGap: () => void;
}

/** What several logs of one process share: the lines, the batches and who leads. */
export interface MemoryStore {
  entries: StoredEntry[];
  appended: number;
  batches: Batch[];
  committed: number;
  snapshot: Snapshot | null;
  epoch: number;
  holder: string | null;
  leaseUntil: number;
  alive: Map<string, number>;
  entryFollowers: Set<Follower<StoredEntry>>;
  batchFollowers: Set<Follower<Batch>>;
  /** Deliveries in order: one that causes another waits for its end. */
  deliveries: (() => void)[];
  isDelivering: boolean;
}

export function createMemoryStore(): MemoryStore {
  return {
    entries: [],
    appended: 0,
    batches: [],
    committed: 0,
    snapshot: null,
    epoch: 0,
    holder: null,
    leaseUntil: 0,
    alive: new Map(),
    entryFollowers: new Set(),
    batchFollowers: new Set(),
    deliveries: [],
    isDelivering: false,
  };
}

/** The log of a single process: an array. It lives as long as its store. */
export function openMemoryLog(clock: Clock, store: MemoryStore = createMemoryStore()): EventLog {
  let isClosed = false;
  const stops = new Set<() => void>();

  function insistOnOpen(): void {
    if (isClosed) throw new Failure("unavailable", "The router's log is closed");
  }

  function follow<T>(followers: Set<Follower<T>>, follower: Follower<T>, catchUp: () => void): () => void {
    followers.add(follower);
    const stop = (): void => {
      followers.delete(follower);
      stops.delete(stop);
    };
    stops.add(stop);
    deliver(store, () => {
      if (followers.has(follower)) catchUp();
    });
    return stop;
  }

  return {
    // Not async: the line is stored, and followers hear it, before the call returns.
    append(entry) {
      if (isClosed) return Promise.reject(new Failure("unavailable", "The router's log is closed"));
      append(store, entry);
      return Promise.resolve();
    },

    /** This store forgets only with its process. */
    attend: () => undefined,

    async read() {
      insistOnOpen();
      return { snapshot: store.snapshot, committed: store.committed };
    },

    followEntries(after, onItem, onGap) {
      let seen = after;
      const hear = (items: StoredEntry[]): void => {
        const fresh = items.filter(({ position }) => position > seen);
        seen = fresh.at(-1)?.position ?? seen;
        if (fresh.length > 0) onItem(fresh);
      };
      return follow(store.entryFollowers, { onItem: hear, onGap }, () => {
        const first = store.entries[0]?.position ?? store.appended + 1;
        if (first > after + 1) onGap();
        else hear(store.entries);
      });
    },

    followBatches(after, onBatch, onGap) {
      let seen = after;
      const hear = (items: Batch[]): void => {
        for (const batch of items) {
          if (batch.position <= seen) continue;
          seen = batch.position;
          onBatch(batch);
        }
      };
      return follow(store.batchFollowers, { onItem: hear, onGap }, () => {
        const first = store.batches[0]?.after ?? store.committed;
        if (first > after) onGap();
        else hear(store.batches);
      });
    },

    async lead(session, leaseMs) {
      insistOnOpen();
      return lead(store, session, clock.now(), leaseMs);
    },

    async resign(session) {
      if (store.holder === session) store.holder = null;
    },

    async commit(batch) {
      insistOnOpen();
      if (batch.epoch !== store.epoch) return "stale";
      if (batch.position === store.committed) return "committed";
      if (batch.after !== store.committed) return "stale";
      commit(store, batch);
      return "committed";
    },

    async saveSnapshot(epoch, snapshot) {
      insistOnOpen();
      if (epoch !== store.epoch) return false;
      if (snapshot.position <= (store.snapshot?.position ?? 0)) return true;
      store.snapshot = snapshot;
      store.entries = store.entries.filter(({ position }) => position > snapshot.position);
      return true;
    },

    async heartbeat(session, forMs) {
      insistOnOpen();
      store.alive.set(session, clock.now() + forMs);
    },

    async silentOf(sessions) {
      insistOnOpen();
      return sessions.filter((session) => (store.alive.get(session) ?? 0) <= clock.now());
    },

    async close() {
      isClosed = true;
      for (const stop of stops) stop();
    },
  };
}

function append(store: MemoryStore, entry: LogEntry): void {
  store.appended += 1;
  const stored = { position: store.appended, entry };
  store.entries.push(stored);
  deliver(store, () => {
    for (const follower of store.entryFollowers) follower.onItem([stored]);
  });
}

function commit(store: MemoryStore, batch: Batch): void {
  store.committed = batch.position;
  store.batches.push(batch);
  if (store.batches.length > 2 * keptBatches) store.batches = store.batches.slice(-keptBatches);
  deliver(store, () => {
    for (const follower of store.batchFollowers) follower.onItem([batch]);
  });
}

function deliver(store: MemoryStore, delivery: () => void): void {
  store.deliveries.push(delivery);
  if (store.isDelivering) return;
  store.isDelivering = true;
  try {
    for (let next = store.deliveries.shift(); next; next = store.deliveries.shift()) next();
  } finally {
    store.isDelivering = false;
  }
}

function lead(store: MemoryStore, session: string, now: number, leaseMs: number): Lease | null {
  const isFree = store.holder === null || store.leaseUntil <= now;
  if (store.holder !== session) {
    const isOurs = store.holder?.startsWith(nodePrefixOf(session));
    if (!isFree && !isOurs) return null;
    store.epoch += 1;
    store.holder = session;
  }
  store.leaseUntil = now + leaseMs;
  return { epoch: store.epoch, committed: store.committed };
}
