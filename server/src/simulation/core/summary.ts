import type {
  EstimatedFigures,
  Estimate,
  SimulatedDifference,
  SimulatedFigures,
  SimulatedLine,
  SimulatedSide,
} from "../../contract/simulation.ts";
import type { RunFigures, RunLine } from "./figures.ts";

/** Two-sided 95 % quantiles of Student's t for 1, 2, 3... degrees of freedom; beyond, that of the normal. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** The mean of independent runs with its 95 % confidence interval. */
export function estimate(values: readonly number[]): Estimate {
  const mean = meanOf(values);
  if (values.length < 2) return { mean, low: mean, high: mean };
  const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (values.length - 1);
  const half = (quantiles[values.length - 2] ?? 1.96) * Math.sqrt(variance / values.length);
  return { mean, low: mean - half, high: mean + half };
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, each) => sum + each, 0) / values.length;
}

const counts = [
  "offered",
  "answered",
  "answeredInTime",
  "abandoned",
  "shortAbandoned",
  "flowedOut",
  "stillWaiting",
  "handled",
] as const;
const ratios = [
  "serviceLevel",
  "abandonRate",
  "averageWaitMs",
  "longestWaitMs",
  "averageHandleMs",
  "occupancy",
] as const;
const percentiles = ["p50", "p90", "p95", "p99"] as const;

/** One figure of several runs becomes one value: `combine` sees those of the runs that have it. */
function combineFigures<V>(runs: readonly SimulatedFigures[], combine: (values: number[]) => V) {
  const orNull = (values: (number | null | undefined)[]) => {
    const known = values.flatMap((value) => value ?? []);
    return known.length === 0 ? null : combine(known);
  };
  const causes = [...new Set(runs.flatMap(({ flowedOutBy }) => Object.keys(flowedOutBy)))].sort();
  const hasWaits = runs.some(({ waitMs }) => waitMs !== null);
  const waits = runs.flatMap(({ waitMs }) => waitMs ?? []);
  return {
    ...record(counts, (name) => combine(runs.map((run) => run[name]))),
    ...record(ratios, (name) => orNull(runs.map((run) => run[name]))),
    flowedOutBy: record(causes, (cause) => combine(runs.map((run) => run.flowedOutBy[cause] ?? 0))),
    waitMs: hasWaits ? record(percentiles, (name) => combine(waits.map((each) => each[name]))) : null,
  };
}

function record<K extends string, V>(names: readonly K[], valueOf: (name: K) => V): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<K, V>;
}

/** The runs of one configuration as the contract has them; empty intervals are left out. */
export function summarise(
  runs: readonly RunFigures[],
  edges: readonly number[],
  queues: readonly { queueId: string; name: string }[],
): SimulatedSide {
  return {
    overall: summariseLine(
      runs.map(({ overall }) => overall),
      edges,
    ),
    queues: queues.map(({ queueId, name }) => ({
      queueId,
      name,
      line: summariseLine(
        runs.flatMap((run) => run.queues.get(queueId) ?? []),
        edges,
      ),
    })),
  };
}

function summariseLine(lines: readonly RunLine[], edges: readonly number[]): SimulatedLine {
  const total: EstimatedFigures = combineFigures(
    lines.map((line) => line.total),
    estimate,
  );
  const intervals = edges.slice(1).map((to, index) => ({
    from: edges[index] ?? to,
    to,
    figures: combineFigures(
      lines.flatMap((line) => line.intervals[index] ?? []),
      meanOf,
    ),
  }));
  const isBusy = ({ figures }: { figures: SimulatedFigures }) =>
    figures.offered > 0 || figures.occupancy !== null;
  return { total, intervals: intervals.filter(isBusy) };
}

/** Proposed minus current, run by run: the runs of one seed met the same callers. */
export function compareRuns(current: readonly RunLine[], proposed: readonly RunLine[]): SimulatedDifference {
  const pairs = current.flatMap((line, index) => {
    const other = proposed[index];
    return other ? [{ before: line.total, after: other.total }] : [];
  });
  const difference = (name: (typeof counts)[number]) =>
    estimate(pairs.map(({ before, after }) => after[name] - before[name]));
  const orNull = (name: (typeof ratios)[number]) => {
    const known = pairs.flatMap(({ before, after }) => {
      const [one, other] = [before[name], after[name]];
      return one === null || other === null ? [] : [other - one];
    });
    return known.length === 0 ? null : estimate(known);
  };
  return {
    ...record(["serviceLevel", "abandonRate", "averageWaitMs", "occupancy"] as const, orNull),
    ...record(["answered", "abandoned", "flowedOut"] as const, difference),
  };
}
