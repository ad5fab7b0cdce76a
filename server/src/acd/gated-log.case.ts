import type { LogEntry } from "./core/event.ts";
import type { Attendant, Batch, EventLog, Lease, Snapshot, StoredEntry } from "./event-log.ts";

/**
 * A real log behind a gate: a frozen node neither sends nor hears anything, as under SIGSTOP or behind a network
 * that is cut, and goes on where it was when thawed.
 */
export class GatedLog implements EventLog {
  staleCommits = 0;
  private readonly log: EventLog;
  private open: Promise<void> | null = null;
  private openGate: () => void = () => undefined;
  private hears = false;
  private missed: (() => void)[] = [];

  constructor(log: EventLog) {
    this.log = log;
  }

  /** `hears`: only what the node sends is held up. */
  freeze({ hears = false } = {}): void {
    this.hears = hears;
    this.open = new Promise((resolve) => {
      this.openGate = resolve;
    });
  }

  thaw(): void {
    this.open = null;
    for (const hear of this.missed.splice(0)) hear();
    this.openGate();
  }

  private async pass<T>(call: () => Promise<T>): Promise<T> {
    if (this.open) await this.open;
    const result = await call();
    if (this.open) await this.open;
    return result;
  }

  private hear(deliver: () => void): void {
    if (this.open && !this.hears) this.missed.push(deliver);
    else deliver();
  }

  attend(attendant: Attendant): void {
    this.log.attend(attendant);
  }

  append(entry: LogEntry): Promise<void> {
    return this.open ? this.pass(() => this.log.append(entry)) : this.log.append(entry);
  }

  read(): Promise<{ snapshot: Snapshot | null; committed: number }> {
    return this.pass(() => this.log.read());
  }

  followEntries(after: number, onEntries: (entries: StoredEntry[]) => void, onGap: () => void): () => void {
    const hear = (entries: StoredEntry[]): void => {
      this.hear(() => {
        onEntries(entries);
      });
    };
    return this.log.followEntries(after, hear, () => {
      this.hear(onGap);
    });
  }

  followBatches(after: number, onBatch: (batch: Batch) => void, onGap: () => void): () => void {
    const hear = (batch: Batch): void => {
      this.hear(() => {
        onBatch(batch);
      });
    };
    return this.log.followBatches(after, hear, () => {
      this.hear(onGap);
    });
  }

  lead(session: string, leaseMs: number): Promise<Lease | null> {
    return this.pass(() => this.log.lead(session, leaseMs));
  }

  resign(session: string): Promise<void> {
    return this.pass(() => this.log.resign(session));
  }

  async commit(batch: Batch): Promise<"committed" | "stale"> {
    const result = await this.pass(() => this.log.commit(batch));
    if (result === "stale") this.staleCommits += 1;
    return result;
  }

  saveSnapshot(epoch: number, snapshot: Snapshot): Promise<boolean> {
    return this.pass(() => this.log.saveSnapshot(epoch, snapshot));
  }

  heartbeat(session: string, forMs: number): Promise<void> {
    return this.pass(() => this.log.heartbeat(session, forMs));
  }

  silentOf(sessions: string[]): Promise<string[]> {
    return this.pass(() => this.log.silentOf(sessions));
  }

  close(): Promise<void> {
    return this.log.close();
  }
}
