import type { Clock } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import type { Board } from "./core/board.ts";
import { createBoard, nextDeadline } from "./core/board.ts";
import type { Effect } from "./core/effect.ts";
import type { AcdEvent, LogEntry } from "./core/event.ts";
import { reduce } from "./core/reduce.ts";
import { openSnapshot } from "./open-snapshot.ts";
import { SteadyTime } from "./steady-time.ts";
import { saveBoard } from "./core/snapshot.ts";
import type { RoutingStanding } from "./interface.ts";
import type { Batch, EventLog, Memory, Outcome, StoredEntry } from "./event-log.ts";

const leaseMs = 2_000;
const renewEveryMs = 500;
const heartbeatForMs = 4_000;
/** A session is lost after so many silent looks in a row, so that an outage of the store blames nobody. */
const silentLooks = 4;
const outcomesPerBatch = 256;
const resignWithinMs = 500;

export interface RouterOptions {
  session: string;
  log: EventLog;
  clock: Clock;
  journal: Log;
  snapshotEvery: number;
  /** Appends a line on behalf of this session. */
  append: (event: AcdEvent) => Promise<unknown>;
  /** Hears what became final, in order. */
  onOutcome: (outcome: Outcome) => void;
  /** Effects were trimmed away before this node heard them. */
  onGap: () => void;
}

/**
 * This node's replica of the board, and, while it holds the lease, the router. Every node reduces every line, so
 * that each can show the board and take over at once; only the holder makes effects final. Its epoch fences it:
 * a holder that was paused beyond its lease is told "stale" and is a mere replica from then on.
 */
export class Router {
  board: Board = createBoard();
  private readonly options: RouterOptions;
  private readonly time: SteadyTime;
  private position = 0;
  /** How far the board's time is ahead of this node's clock. */
  private aheadMs = 0;
  /** The last line whose effects are final, as far as this node knows. */
  private committed = 0;
  /** The last line whose effects this node was told. */
  private delivered = 0;
  private unfinal: Outcome[] = [];
  private epoch: number | null = null;
  private isCommitting = false;
  private isTicking = false;
  private isClosed = false;
  private wake: { atMs: number; cancel: () => void } | null = null;
  /** The line that the loaded snapshot stood for. */
  private base = 0;
  private lastEpoch = 0;
  private snapshotAt = 0;
  private snapshot: { position: number; text: string } | null = null;
  /** Sessions of a snapshot that could not be read: once this node is the router, they say again what they hold. */
  private strangers: string[] = [];
  private readonly silences = new Map<string, number>();
  private stopEntries: () => void = () => undefined;
  private stopBatches: () => void = () => undefined;
  private stopRenewing: () => void = () => undefined;

  constructor(options: RouterOptions) {
    this.options = options;
    this.time = new SteadyTime(options.clock);
  }

  /**
   * The time that this node stamps on its lines: its clock without jumps, but never behind the board. So time goes on
   * at its usual pace for those who wait when a clock is set, or when another node's clock is ahead.
   */
  now(): number {
    const steadyNow = this.time.now();
    this.aheadMs = Math.max(this.aheadMs, this.board.now - steadyNow);
    return steadyNow + this.aheadMs;
  }

  get isLeading(): boolean {
    return this.epoch !== null;
  }

  standing(): RoutingStanding {
    const oldest = this.unfinal[0]?.at;
    return {
      isLeading: this.isLeading,
      epoch: this.lastEpoch,
      unfinalLines: this.unfinal.length,
      lagMs: oldest === undefined ? 0 : Math.max(0, this.now() - oldest),
    };
  }

  async start(): Promise<void> {
    const { log } = this.options;
    log.attend({
      isLeading: () => this.isLeading,
      recall: () => this.recall(),
      onReplaced: () => {
        this.inBackground(this.rejoin(), "The router's log could not be joined again");
      },
    });
    const committed = await this.load();
    this.delivered = committed;
    this.followBatches(committed);
    await this.renew();
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.wake?.cancel();
    this.stopEntries();
    this.stopBatches();
    this.stopRenewing();
    if (this.isLeading) await this.resign();
    this.epoch = null;
  }

  /** A courtesy: without it, the others wait for the lease to end. So nobody waits for a store that is away. */
  private async resign(): Promise<void> {
    const { log, session, clock } = this.options;
    let cancel: () => void = () => undefined;
    const inVain = new Promise<void>((resolve) => {
      cancel = clock.setTimer(clock.now() + resignWithinMs, resolve);
    });
    const resigned = log.resign(session).catch((error: unknown) => {
      this.options.journal.warn({ error: describeError(error) }, "The router's lease could not be given up");
    });
    await Promise.race([resigned, inVain]);
    cancel();
  }

  private recall(): Memory {
    const { position, committed, lastEpoch: epoch } = this;
    return { position, committed, epoch, text: saveBoard(this.board) };
  }

  /** Another node gave the store its memory back: what it remembers counts from now on. */
  private async rejoin(): Promise<void> {
    this.stepDown();
    this.stopBatches();
    this.committed = 0;
    await this.load();
    if (!this.isClosed) this.followBatches(this.delivered);
  }

  /** The board from the newest snapshot, and the lines since. Returns up to where effects are final. */
  private async load(): Promise<number> {
    const { snapshot, committed } = await this.options.log.read();
    if (this.isClosed) return committed;
    this.stopEntries();
    this.board = snapshot ? this.restore(snapshot.text) : createBoard();
    this.position = snapshot?.position ?? 0;
    this.base = this.position;
    this.snapshotAt = this.position;
    this.snapshot = null;
    this.unfinal = [];
    this.committed = Math.max(this.committed, committed);
    this.stopEntries = this.options.log.followEntries(
      this.position,
      (entries) => {
        this.take(entries);
      },
      () => {
        this.reload();
      },
    );
    return committed;
  }

  private restore(text: string): Board {
    const { board, strangers, problem } = openSnapshot(text);
    this.strangers = strangers;
    if (problem !== null) {
      const sentence = "The router's snapshot cannot be read by this version; it begins anew";
      this.options.journal.error({ error: problem, nodes: strangers }, sentence);
    }
    return board;
  }

  /** The lines that this replica needs are gone: it was away for too long. */
  private reload(): void {
    this.options.journal.warn(
      { position: this.position },
      "The router's replica was left behind and reloads",
    );
    this.inBackground(this.load(), "The router's replica could not be loaded again");
  }

  private followBatches(after: number): void {
    const { log, onGap } = this.options;
    this.stopBatches = log.followBatches(
      after,
      (batch) => {
        this.hear(batch);
      },
      () => {
        onGap();
        this.inBackground(this.skipBatches(), "The router's effects could not be followed again");
      },
    );
  }

  private async skipBatches(): Promise<void> {
    this.stopBatches();
    const { committed } = await this.options.log.read();
    this.delivered = Math.max(this.delivered, committed);
    this.settle(committed);
    if (!this.isClosed) this.followBatches(this.delivered);
  }

  private take(entries: StoredEntry[]): void {
    for (const { position, entry } of entries) {
      if (position !== this.position + 1) {
        this.reload();
        return;
      }
      const effects = this.reduce(entry);
      this.position = position;
      if (entry.event.type === "tick" && entry.session === this.options.session) this.isTicking = false;
      if (position > this.committed) this.unfinal.push({ position, at: this.board.now, effects });
    }
    this.pump();
    this.arm();
  }

  /** A line that trips the reducer is a bug; it must not stop the queue, here or on the node that takes over. */
  private reduce(entry: LogEntry): Effect[] {
    try {
      return reduce(this.board, entry);
    } catch (error) {
      const stack = error instanceof Error ? error.stack : undefined;
      this.options.journal.error(
        { error: describeError(error), stack, entry },
        "The router failed on a line",
      );
      const sentence = `The router failed on "${entry.event.type}"`;
      return [
        { type: "reply", session: entry.session, line: entry.line, result: { code: "internal", sentence } },
      ];
    }
  }

  /** Makes the next outcomes final, one batch at a time. */
  private pump(): void {
    if (this.epoch === null || this.isCommitting || this.isClosed) return;
    const batch = this.nextBatch(this.epoch);
    if (!batch) return;
    this.isCommitting = true;
    this.inBackground(this.commit(batch), "The router's effects could not be made final");
  }

  private nextBatch(epoch: number): Batch | null {
    const after = this.committed;
    if (after < this.base) return { after, position: this.base, epoch, outcomes: [] };
    const outcomes = this.unfinal.slice(0, outcomesPerBatch);
    const last = outcomes.at(-1);
    if (!last || outcomes[0]?.position !== after + 1) return null;
    return { after, position: last.position, epoch, outcomes };
  }

  private async commit(batch: Batch): Promise<void> {
    try {
      const result = await this.options.log.commit(batch);
      if (result === "stale") this.stepDown(batch.epoch);
      else {
        this.hear(batch);
        this.settle(batch.position);
      }
    } finally {
      this.isCommitting = false;
    }
    this.keepSnapshot();
    this.pump();
  }

  /** Another router is in charge; what this one reckoned stays its own. Old news if it leads again in a new epoch. */
  private stepDown(epoch = this.epoch): void {
    if (this.epoch === null || this.epoch !== epoch) return;
    this.options.journal.warn({ epoch: this.epoch }, "Another node has become the router");
    this.epoch = null;
  }

  private settle(committed: number): void {
    this.committed = Math.max(this.committed, committed);
    let settled = 0;
    while ((this.unfinal[settled]?.position ?? Infinity) <= this.committed) settled += 1;
    if (settled > 0) this.unfinal = this.unfinal.slice(settled);
  }

  /** A batch is final. Told once and in order, whether it comes from the store or from this router itself. */
  private hear(batch: Batch): void {
    if (batch.after !== this.delivered || this.isClosed) return;
    this.delivered = batch.position;
    this.lastEpoch = Math.max(this.lastEpoch, batch.epoch);
    this.settle(batch.position);
    for (const outcome of batch.outcomes) this.options.onOutcome(outcome);
  }

  private keepSnapshot(): void {
    const { log, snapshotEvery } = this.options;
    if (this.epoch === null) return;
    if (!this.snapshot && this.position - this.snapshotAt >= snapshotEvery) {
      this.snapshotAt = this.position;
      this.snapshot = { position: this.position, text: saveBoard(this.board) };
    }
    if (!this.snapshot || this.snapshot.position > this.committed) return;
    const saved = log.saveSnapshot(this.epoch, this.snapshot);
    this.snapshot = null;
    this.inBackground(saved, "The router's snapshot could not be saved");
  }

  /** Wakes up for the board's next deadline. A timer that comes too early only looks again. */
  private arm(): void {
    if (this.epoch === null || this.isTicking || this.isClosed) return;
    const atMs = nextDeadline(this.board);
    if (atMs === null || (this.wake && this.wake.atMs <= atMs)) return;
    this.wake?.cancel();
    const { clock } = this.options;
    const cancel = clock.setTimer(clock.now() + Math.max(0, atMs - this.now()), () => {
      this.wake = null;
      this.tick();
    });
    this.wake = { atMs, cancel };
  }

  private tick(): void {
    if (this.epoch === null || this.isTicking || this.isClosed) return;
    const atMs = nextDeadline(this.board);
    if (atMs === null || atMs > this.now()) {
      this.arm();
      return;
    }
    this.isTicking = true;
    this.inBackground(this.options.append({ type: "tick" }), "The router's tick could not be stored");
  }

  private async renew(): Promise<void> {
    const { log, session, clock } = this.options;
    try {
      const alive = log.heartbeat(session, heartbeatForMs);
      const lease = await log.lead(session, leaseMs);
      if (lease) this.takeLease(lease.epoch, lease.committed);
      else this.stepDown();
      await alive;
      if (this.isLeading) await this.lookForSilence();
    } finally {
      if (!this.isClosed) {
        this.stopRenewing = clock.setTimer(clock.now() + renewEveryMs, () => {
          this.inBackground(this.renew(), "The router's lease could not be renewed");
        });
      }
    }
  }

  private takeLease(epoch: number, committed: number): void {
    if (this.isClosed) return;
    if (this.epoch !== epoch) {
      this.options.journal.info({ epoch, committed }, "This node is the router");
      this.epoch = epoch;
      this.lastEpoch = epoch;
      this.isTicking = false;
    }
    for (const session of this.strangers.splice(0)) {
      this.inBackground(
        this.options.append({ type: "node-lost", session }),
        "A node could not be asked again",
      );
    }
    if (!this.isCommitting) this.settle(committed);
    this.pump();
    this.arm();
  }

  private async lookForSilence(): Promise<void> {
    const others = [...this.board.nodes.values()].filter((session) => session !== this.options.session);
    const silent = new Set(others.length > 0 ? await this.options.log.silentOf(others) : []);
    for (const session of this.silences.keys()) if (!silent.has(session)) this.silences.delete(session);
    for (const session of silent) {
      const looks = (this.silences.get(session) ?? 0) + 1;
      this.silences.set(session, looks);
      if (looks < silentLooks) continue;
      this.silences.delete(session);
      this.options.journal.warn({ session }, "A node fell silent; what it held is let go");
      await this.options.append({ type: "node-lost", session });
    }
  }

  private inBackground(work: Promise<unknown>, failing: string): void {
    work.catch((error: unknown) => {
      if (!this.isClosed) this.options.journal.error({ error: describeError(error) }, failing);
    });
  }
}
