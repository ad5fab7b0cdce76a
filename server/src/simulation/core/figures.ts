import type { SimulatedFigures } from "../../contract/simulation.ts";
import {
  abandonRate,
  addCounts,
  averageHandleMs,
  averageWaitMs,
  noCounts,
  occupancy,
  serviceLevel,
} from "../../reports/core/queue-counts.ts";
import type { AgentIntervals, QueueInterval, Tally } from "./tally.ts";

/** The figures of one run, in total and by interval. */
export interface RunLine {
  total: SimulatedFigures;
  intervals: SimulatedFigures[];
}

export interface RunFigures {
  overall: RunLine;
  queues: Map<string, RunLine>;
}

interface AgentTime {
  busyMs: number;
  availableMs: number;
}

/** Agents of several queues count in each of them with all of their work, and once overall. */
export function figuresOfRun(tally: Tally): RunFigures {
  const agents = [...tally.agents.values()];
  const queues = new Map<string, RunLine>();
  const all: QueueInterval[][] = [];
  for (const [queueId, { intervals }] of tally.queues) {
    const members = agents.filter(({ queueIds }) => queueIds.has(queueId));
    queues.set(queueId, lineOf(intervals, members));
    all.push(intervals);
  }
  const together = tally.edges
    .slice(1)
    .map((_end, index) => joinIntervals(all.flatMap((intervals) => intervals[index] ?? [])));
  return { overall: lineOf(together, agents), queues };
}

function lineOf(intervals: readonly QueueInterval[], agents: readonly AgentIntervals[]): RunLine {
  const times = intervals.map((_interval, index) => timeOf(agents, index));
  const total = times.reduce(
    (sum, each) => ({
      busyMs: sum.busyMs + each.busyMs,
      availableMs: sum.availableMs + each.availableMs,
    }),
    { busyMs: 0, availableMs: 0 },
  );
  return {
    total: figuresOf(joinIntervals(intervals), total),
    intervals: intervals.map((each, index) => figuresOf(each, times[index] ?? { busyMs: 0, availableMs: 0 })),
  };
}

function timeOf(agents: readonly AgentIntervals[], index: number): AgentTime {
  let [busyMs, availableMs] = [0, 0];
  for (const agent of agents) {
    busyMs += agent.busyMs[index] ?? 0;
    availableMs += agent.availableMs[index] ?? 0;
  }
  return { busyMs, availableMs };
}

/** Sums: of the intervals of a queue, or of the queues in an interval. */
export function joinIntervals(intervals: readonly QueueInterval[]): QueueInterval {
  const flowedOutBy = new Map<string, number>();
  for (const interval of intervals)
    for (const [cause, count] of interval.flowedOutBy)
      flowedOutBy.set(cause, (flowedOutBy.get(cause) ?? 0) + count);
  return {
    counts: intervals.reduce((sum, { counts }) => addCounts(sum, counts), noCounts),
    flowedOutBy,
    waitsMs: intervals.flatMap(({ waitsMs }) => waitsMs),
    stillWaiting: intervals.reduce((sum, { stillWaiting }) => sum + stillWaiting, 0),
  };
}

export function figuresOf(interval: QueueInterval, { busyMs, availableMs }: AgentTime): SimulatedFigures {
  const { counts, waitsMs, stillWaiting, flowedOutBy } = interval;
  const { offered, answered, answeredInTime, abandoned, shortAbandoned, flowedOut, handled } = counts;
  return {
    offered,
    answered,
    answeredInTime,
    abandoned,
    shortAbandoned,
    flowedOut,
    flowedOutBy: Object.fromEntries(flowedOutBy),
    stillWaiting,
    handled,
    serviceLevel: serviceLevel(counts),
    abandonRate: abandonRate(counts),
    averageWaitMs: averageWaitMs(counts),
    longestWaitMs: waitsMs.length === 0 ? null : counts.longestWaitMs,
    averageHandleMs: averageHandleMs(counts),
    occupancy: occupancy(busyMs, availableMs),
    waitMs: percentilesOf(waitsMs),
  };
}

/** The smallest wait that at least so many percent did not exceed. */
function percentilesOf(waitsMs: readonly number[]): SimulatedFigures["waitMs"] {
  if (waitsMs.length === 0) return null;
  const sorted = Float64Array.from(waitsMs).sort();
  const at = (percent: number) => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0;
  return { p50: at(50), p90: at(90), p95: at(95), p99: at(99) };
}
