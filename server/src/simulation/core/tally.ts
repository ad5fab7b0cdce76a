import { countVisit, noCounts, type QueueCounts, type Thresholds } from "../../reports/core/queue-counts.ts";
import { indexOfInterval } from "./intervals.ts";

/** What one queue's visits of one interval came to. */
export interface QueueInterval {
  counts: QueueCounts;
  flowedOutBy: Map<string, number>;
  /** The waits of all who left, whichever way. */
  waitsMs: number[];
  stillWaiting: number;
}

/** How one agent's ready time of each interval was spent. */
export interface AgentIntervals {
  queueIds: ReadonlySet<string>;
  busyMs: Float64Array;
  availableMs: Float64Array;
}

interface QueueTally {
  thresholds: Thresholds;
  intervals: QueueInterval[];
}

/**
 * Counts one run by interval, with the very definitions of the reports: a visit, and the talk that came of it,
 * belong to the interval in which the visit began. Agents' time is cut at the edges. What lies outside of the
 * period (warm-up) is not counted.
 */
export class Tally {
  readonly edges: readonly number[];
  readonly queues = new Map<string, QueueTally>();
  readonly agents = new Map<string, AgentIntervals>();

  constructor(edges: readonly number[]) {
    this.edges = edges;
  }

  addQueue(queueId: string, thresholds: Thresholds): void {
    const intervals = this.edges.slice(1).map(() => ({
      counts: { ...noCounts },
      flowedOutBy: new Map<string, number>(),
      waitsMs: [],
      stillWaiting: 0,
    }));
    this.queues.set(queueId, { thresholds, intervals });
  }

  addAgent(agentId: string, queueIds: ReadonlySet<string>): void {
    const count = this.edges.length - 1;
    const times = { busyMs: new Float64Array(count), availableMs: new Float64Array(count) };
    this.agents.set(agentId, { queueIds, ...times });
  }

  visitBegan(queueId: string, enteredAt: number): void {
    const interval = this.intervalOf(queueId, enteredAt);
    if (interval) interval.counts.offered += 1;
  }

  /** The queue's cause, in the reports' words: "answered", "abandoned", or a way of flowing out. */
  visitEnded(queueId: string, enteredAt: number, cause: string, waitMs: number): void {
    const interval = this.intervalOf(queueId, enteredAt);
    const thresholds = this.queues.get(queueId)?.thresholds;
    if (!interval || !thresholds) return;
    interval.counts = countVisit(interval.counts, { cause, waitMs }, thresholds);
    interval.waitsMs.push(waitMs);
    if (cause !== "answered" && cause !== "abandoned")
      interval.flowedOutBy.set(cause, (interval.flowedOutBy.get(cause) ?? 0) + 1);
  }

  visitWaitsOn(queueId: string, enteredAt: number): void {
    const interval = this.intervalOf(queueId, enteredAt);
    if (interval) interval.stillWaiting += 1;
  }

  talkEnded(queueId: string, enteredAt: number, talkMs: number): void {
    const interval = this.intervalOf(queueId, enteredAt);
    if (!interval) return;
    interval.counts.handled += 1;
    interval.counts.handleMs += talkMs;
  }

  wrapUpEnded(queueId: string, enteredAt: number, wrapUpMs: number): void {
    const interval = this.intervalOf(queueId, enteredAt);
    if (interval) interval.counts.handleMs += wrapUpMs;
  }

  agentSpent(agentId: string, state: "busy" | "available", from: number, to: number): void {
    const agent = this.agents.get(agentId);
    const [first = 0, last = 0] = [this.edges[0], this.edges.at(-1)];
    const begin = Math.max(from, first);
    const end = Math.min(to, last);
    let index = indexOfInterval(this.edges, begin);
    if (!agent || index === null) return;
    const times = state === "busy" ? agent.busyMs : agent.availableMs;
    for (let at = begin; at < end; index += 1) {
      const until = Math.min(end, this.edges[index + 1] ?? end);
      times[index] = (times[index] ?? 0) + until - at;
      at = until;
    }
  }

  private intervalOf(queueId: string, enteredAt: number): QueueInterval | null {
    const index = indexOfInterval(this.edges, enteredAt);
    return index === null ? null : (this.queues.get(queueId)?.intervals[index] ?? null);
  }
}
