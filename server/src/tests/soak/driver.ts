/**
 * An office in compressed time: callers' stories and agents' hands, told to real routers through their door. All waits
 * are timers of one manual clock; whatever a router is asked is awaited before time goes on.
 */
import { type Acd, oneCall, startAcd, type Waiting, type WaitingStep } from "../../acd/acd.ts";
import { GatedLog } from "../../acd/gated-log.case.ts";
import type { Clock } from "../../base/clock.ts";
import type { ManualClock } from "../../base/clock.manual.ts";
import { openLog } from "../../base/log.ts";
import type { EventLog } from "../../acd/acd.ts";

/** Somebody who calls: what they do is decided before. Milliseconds. */
export interface SoakCaller {
  interactionId: string;
  queueId: string;
  at: number;
  talkMs: number;
  patienceMs: number;
  /** What happens at each ring: answered after so long, declined, or nothing. */
  rings: { afterMs: number; does: "accept" | "decline" | "nothing" }[];
}

export interface SoakNode {
  readonly nodeId: string;
  readonly acd: Acd;
  readonly log: GatedLog;
  readonly session: { isOver: boolean };
}

const journal = openLog("silent");
/** How an agent who did not answer comes back. */
const backAfterMs = 30_000;

export class SoakDriver {
  readonly clock: ManualClock;
  /** Enqueues that a router confirmed. */
  readonly entered = new Set<string>();
  readonly ended = new Map<string, string>();
  /** Who called by which node. */
  readonly callersOf = new Map<SoakNode, Set<string>>();
  private readonly pending = new Set<Promise<unknown>>();
  private readonly nodeOf = new Map<string, SoakNode>();
  private readonly queuesOf: ReadonlyMap<string, string[]>;

  constructor(clock: ManualClock, queuesOf: ReadonlyMap<string, string[]>) {
    this.clock = clock;
    this.queuesOf = queuesOf;
  }

  /** A node whose timers stop when it dies, on a log that can be cut off. */
  async startNode(nodeId: string, log: EventLog): Promise<SoakNode> {
    const session = { isOver: false };
    const clock: Clock = {
      now: () => this.clock.now(),
      setTimer: (atMs, run) => this.clock.setTimer(atMs, () => void (session.isOver || run())),
    };
    const gated = new GatedLog(log);
    const starting = startAcd({ nodeId, log: gated, clock, journal, snapshotEvery: 4_000 });
    const node = { nodeId, acd: await this.until(starting), log: gated, session };
    node.acd.on((notice) => {
      if (notice.type === "held" && this.nodeOf.get(notice.agentId) === node)
        this.later(backAfterMs, node, () => node.acd.ready(notice.agentId));
    });
    return node;
  }

  /** Signs the agents in at the node. */
  async signIn(node: SoakNode, agentIds: readonly string[]): Promise<void> {
    for (const agentId of agentIds) this.nodeOf.set(agentId, node);
    await this.until(Promise.all(agentIds.map((agentId) => this.tellAgent(node, agentId, true))));
  }

  worksAt(agentId: string, node: SoakNode): boolean {
    return this.nodeOf.get(agentId) === node;
  }

  setReady(agentId: string, isReady: boolean): void {
    const node = this.nodeOf.get(agentId);
    if (node && !node.session.isOver) this.track(this.tellAgent(node, agentId, isReady));
  }

  private tellAgent(node: SoakNode, agentId: string, routable: boolean): Promise<void> {
    const queues = (this.queuesOf.get(agentId) ?? []).map((queueId) => ({ queueId, priority: 0 }));
    return node.acd.setAgent({
      agentId,
      routable,
      cause: routable ? "ready" : "break",
      queues,
      capacity: oneCall,
    });
  }

  /** The caller's story on a node, from entry to the end of the talk. */
  call(caller: SoakCaller, node: SoakNode): void {
    const callers = this.callersOf.get(node) ?? new Set();
    this.callersOf.set(node, callers.add(caller.interactionId));
    this.track(this.enter(caller, node));
  }

  private async enter(caller: SoakCaller, node: SoakNode): Promise<void> {
    const { interactionId, queueId, patienceMs } = caller;
    const entry = { interactionId, queueId, channel: "voice" as const, priority: 0 };
    const waiting = await node.acd.enqueue({ ...entry, enqueuedAt: this.clock.now() });
    this.entered.add(interactionId);
    this.later(patienceMs, node, () => node.acd.cancel(interactionId, "abandoned"));
    void this.follow(caller, node, waiting);
  }

  private async follow(caller: SoakCaller, node: SoakNode, waiting: Waiting): Promise<void> {
    let rings = 0;
    for (;;) {
      let step: WaitingStep;
      try {
        step = await waiting.next();
      } catch {
        return; // the node is closed: its callers are gone with it
      }
      if (step.type === "offer") {
        this.ring(caller, node, step, rings);
        rings += 1;
      } else if (step.type === "accepted") {
        const { agentId } = step;
        this.ended.set(caller.interactionId, "answered");
        this.later(caller.talkMs, node, () => node.acd.release(caller.interactionId, agentId));
        return;
      } else if (step.type === "exit") {
        this.ended.set(caller.interactionId, step.cause);
        return;
      }
    }
  }

  /** A telephone at a node that is gone cannot be reached. */
  private ring(
    caller: SoakCaller,
    node: SoakNode,
    { offerId, agentId }: { offerId: string; agentId: string },
    rings: number,
  ): void {
    const isThere = this.nodeOf.get(agentId)?.session.isOver === false;
    const { afterMs, does } = caller.rings[rings % caller.rings.length] ?? { afterMs: 3_000, does: "accept" };
    if (!isThere) this.later(1_000, node, () => node.acd.decline(offerId, "unreachable"));
    else if (does === "accept") this.later(afterMs, node, () => node.acd.accept(offerId));
    else if (does === "decline") this.later(afterMs, node, () => node.acd.decline(offerId, "declined"));
  }

  /** Does something at a node after so long, unless the node is gone by then. */
  private later(afterMs: number, { session }: SoakNode, run: () => Promise<unknown>): void {
    this.clock.setTimer(this.clock.now() + afterMs, () => {
      if (!session.isOver) this.track(run());
    });
  }

  private track(work: Promise<unknown>): void {
    // A node that closes or dies in the middle rejects what it was asked; what came of it the ledger shows.
    const settled = work.catch(() => undefined).finally(() => this.pending.delete(settled));
    this.pending.add(settled);
  }

  /** Time goes on to `atMs` in steps; after each, everything that was asked has its answer. */
  async runTo(atMs: number, stepMs: number): Promise<void> {
    while (this.clock.now() < atMs) {
      this.clock.advanceTo(Math.min(atMs, this.clock.now() + stepMs));
      await this.until(this.settled());
    }
  }

  private async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  /** What hangs when a router is gone needs time to pass: here a little of it for each moment that really does. */
  async until<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const ending = work.finally(() => {
      isOver = true;
    });
    for (let patience = 0; ; patience += 1) {
      const moment = new Promise((resolve) => setTimeout(resolve, patience === 0 ? 200 : 25));
      await Promise.race([ending.catch(() => undefined), moment]);
      if (isOver) return await ending;
      this.clock.advance(50);
    }
  }

  /** The process is gone: no farewell, no timers, nothing sent or heard. */
  kill(node: SoakNode): void {
    node.session.isOver = true;
    node.log.freeze();
    this.forgetPending();
  }

  async close(node: SoakNode): Promise<void> {
    const closing = this.until(node.acd.close());
    await closing;
    node.session.isOver = true;
  }

  /** What a dead node was asked will never be answered. */
  private forgetPending(): void {
    this.pending.clear();
  }
}
