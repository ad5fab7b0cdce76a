/** Figures since midnight, told entry by entry. */
import type { LedgerEntry } from "../../contract/ledger.ts";
import { countVisit, noCounts, type QueueCounts, type Thresholds } from "./queue-counts.ts";

/** A visit that has ended, as it is counted. */
export interface EndedVisit {
  cause: string;
  waitMs: number;
}

export interface AgentCounts {
  handled: number;
  /** Offers that came to nothing on the agent's side: not answered, not reachable, gone while it rang. */
  missed: number;
  talkMs: number;
  holdMs: number;
  wrapUpMs: number;
}

export const noAgentCounts: AgentCounts = { handled: 0, missed: 0, talkMs: 0, holdMs: 0, wrapUpMs: 0 };

export const missedCauses: readonly string[] = ["no-answer", "unreachable", "agent-gone"];

interface QueueDay {
  offered: number;
  /** Calls back that came to a talk. */
  calledBack: number;
  ended: EndedVisit[];
  /** The counts of `ended` under these thresholds; counted anew when an administrator changes them. */
  counted: { thresholds: Thresholds; counts: QueueCounts } | null;
}

/** What a day starts with: from the database at a start of the program, nothing at midnight. */
export interface DaySeed {
  queues: Map<string, { offered: number; calledBack: number; ended: EndedVisit[] }>;
  agents: Map<string, AgentCounts>;
}

/**
 * One day's figures. A visit counts on the day of its queue entry, a talk on the day of its start: what began
 * yesterday and ends today is yesterday's.
 */
export class Today {
  readonly startsAt: number;
  readonly #queues = new Map<string, QueueDay>();
  readonly #agents: Map<string, AgentCounts>;
  /** Queue visits and talks under way that began today, by interaction. */
  readonly #visits = new Map<string, string>();
  readonly #callbackVisits = new Map<string, string>();
  readonly #talks = new Map<string, string>();

  constructor(startsAt: number, seed: DaySeed) {
    this.startsAt = startsAt;
    for (const [queueId, { offered, calledBack, ended }] of seed.queues)
      this.#queues.set(queueId, { offered, calledBack, ended: [...ended], counted: null });
    this.#agents = new Map(seed.agents);
  }

  tell({ interactionId, at, event }: LedgerEntry): void {
    switch (event.type) {
      case "queue.entered":
        if (event.enqueuedAt < this.startsAt) return;
        if (event.callback) {
          this.#callbackVisits.set(interactionId, event.queueId);
          return;
        }
        this.#visits.set(interactionId, event.queueId);
        this.#queue(event.queueId).offered += 1;
        return;
      case "queue.left":
        this.#leaveCallback(interactionId, event.cause);
        this.#leave(interactionId, { cause: event.cause, waitMs: event.waitMs });
        return;
      case "offer.ended":
        if (missedCauses.includes(event.cause)) this.#addToAgent(event.agentId, { missed: 1 });
        return;
      case "talk.started":
        if (at >= this.startsAt) this.#talks.set(interactionId, event.agentId);
        return;
      case "talk.ended":
        if (this.#talks.get(interactionId) !== event.agentId) return;
        this.#addToAgent(event.agentId, { handled: 1, talkMs: event.talkMs, holdMs: event.holdMs });
        return;
      case "wrap-up.ended":
        if (this.#talks.get(interactionId) !== event.agentId) return;
        this.#talks.delete(interactionId);
        this.#addToAgent(event.agentId, { wrapUpMs: event.wrapUpMs });
        return;
      default:
    }
  }

  queue(queueId: string, { serviceLevelMs, shortAbandonMs }: Thresholds): QueueCounts {
    const thresholds = { serviceLevelMs, shortAbandonMs };
    const day = this.#queue(queueId);
    const { counted } = day;
    if (counted !== null && isSame(counted.thresholds, thresholds))
      return { ...counted.counts, offered: day.offered };
    const counts = day.ended.reduce((sum, visit) => countVisit(sum, visit, thresholds), noCounts);
    day.counted = { thresholds, counts };
    return { ...counts, offered: day.offered };
  }

  /** How many of those who came today were called back. */
  calledBack(queueId: string): number {
    return this.#queue(queueId).calledBack;
  }

  agent(agentId: string): AgentCounts {
    return this.#agents.get(agentId) ?? noAgentCounts;
  }

  /** The first way out counts; who comes back after a lost agent is in the same visit. */
  #leave(interactionId: string, visit: EndedVisit): void {
    const queueId = this.#visits.get(interactionId);
    if (queueId === undefined) return;
    this.#visits.delete(interactionId);
    const day = this.#queue(queueId);
    day.ended.push(visit);
    if (day.counted === null) return;
    const { thresholds, counts } = day.counted;
    day.counted = { thresholds, counts: countVisit(counts, visit, thresholds) };
  }

  #leaveCallback(interactionId: string, cause: string): void {
    const queueId = this.#callbackVisits.get(interactionId);
    if (queueId === undefined) return;
    this.#callbackVisits.delete(interactionId);
    if (cause === "answered") this.#queue(queueId).calledBack += 1;
  }

  #queue(queueId: string): QueueDay {
    const day = this.#queues.get(queueId) ?? { offered: 0, calledBack: 0, ended: [], counted: null };
    this.#queues.set(queueId, day);
    return day;
  }

  #addToAgent(agentId: string, more: Partial<AgentCounts>): void {
    const sum = { ...this.agent(agentId) };
    for (const key of Object.keys(more) as (keyof AgentCounts)[]) sum[key] += more[key] ?? 0;
    this.#agents.set(agentId, sum);
  }
}

function isSame(a: Thresholds, b: Thresholds): boolean {
  return a.serviceLevelMs === b.serviceLevelMs && a.shortAbandonMs === b.shortAbandonMs;
}
