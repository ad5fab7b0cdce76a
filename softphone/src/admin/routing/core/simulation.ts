import type { simulation } from "@ringdown/contract";

type Figures = simulation.SimulatedFigures;
type Result = simulation.SimulationResult;
type Side = simulation.SimulatedSide;

/** Figures that are compared, and which way is better; null: neither. */
export const comparedFigures = [
  { name: "serviceLevel", kind: "share", better: "higher" },
  { name: "averageWaitMs", kind: "time", better: "lower" },
  { name: "longestWaitMs", kind: "time", better: "lower" },
  { name: "abandonRate", kind: "share", better: "lower" },
  { name: "occupancy", kind: "share", better: null },
  { name: "offered", kind: "count", better: null },
  { name: "answered", kind: "count", better: "higher" },
  { name: "abandoned", kind: "count", better: "lower" },
  { name: "flowedOut", kind: "count", better: null },
] as const;
export type ComparedFigure = (typeof comparedFigures)[number];
export type FigureName = ComparedFigure["name"];

/** What the chart can show by interval. */
export const chartedFigures = [
  "serviceLevel",
  "averageWaitMs",
  "longestWaitMs",
  "abandonRate",
  "occupancy",
  "offered",
] as const;
export type ChartedFigure = (typeof chartedFigures)[number];

/** How a difference is to be read: its 95 % interval tells whether it can be chance. */
export type Verdict = "better" | "worse" | "more" | "less" | "noise" | "same" | "one-run";

export function verdictOf(
  difference: simulation.Estimate,
  better: ComparedFigure["better"],
  replications: number,
): Verdict {
  const { mean, low, high } = difference;
  if (mean === 0 && low === 0 && high === 0) return "same";
  if (replications < 2) return "one-run";
  if (low <= 0 && high >= 0) return "noise";
  if (better === null) return mean > 0 ? "more" : "less";
  return mean > 0 === (better === "higher") ? "better" : "worse";
}

/** One row of the comparison. `difference` is null where the two can't be told apart run by run. */
export interface ComparedRow {
  figure: ComparedFigure;
  recorded: number | null;
  current: simulation.Estimate | null;
  proposed: simulation.Estimate | null;
  difference: simulation.Estimate | null;
}

/** The comparison of everything together (`queueId` null) or of one queue; null when the result has no such queue. */
export function compare(result: Result, queueId: string | null): ComparedRow[] | null {
  const [current, proposed] = [lineOf(result.current, queueId), lineOf(result.proposed, queueId)];
  if (current === null && proposed === null) return null;
  const recorded =
    queueId === null
      ? result.recorded.overall
      : result.recorded.queues.find((one) => one.queueId === queueId)?.figures;
  const difference =
    queueId === null
      ? result.difference.overall
      : result.difference.queues.find((one) => one.queueId === queueId)?.difference;
  return comparedFigures.map((figure) => ({
    figure,
    recorded: recorded?.[figure.name] ?? null,
    current: current?.total[figure.name] ?? null,
    proposed: proposed?.total[figure.name] ?? null,
    difference:
      (difference as Partial<Record<FigureName, simulation.Estimate | null>> | undefined)?.[figure.name] ??
      null,
  }));
}

export function lineOf(side: Side, queueId: string | null): simulation.SimulatedLine | null {
  if (queueId === null) return side.overall;
  return side.queues.find((one) => one.queueId === queueId)?.line ?? null;
}

/** A point of the chart: the interval's beginning, and both sides there. */
export interface ChartPoint {
  from: number;
  current: number | null;
  proposed: number | null;
}

/** Both sides by interval, in order of time; an interval that one side leaves out is null there. */
export function pointsOf(result: Result, queueId: string | null, figure: ChartedFigure): ChartPoint[] {
  const values = (side: Side) =>
    new Map(lineOf(side, queueId)?.intervals.map(({ from, figures }) => [from, valueOf(figures, figure)]));
  const [current, proposed] = [values(result.current), values(result.proposed)];
  return [...new Set([...current.keys(), ...proposed.keys()])]
    .toSorted((one, other) => one - other)
    .map((from) => ({ from, current: current.get(from) ?? null, proposed: proposed.get(from) ?? null }));
}

function valueOf(figures: Figures, figure: ChartedFigure): number | null {
  return figures[figure];
}

/** The top of an axis and its steps: 1, 2 or 5 times a power of ten, four steps or fewer. */
export function axisOf(most: number, atMost = Infinity): { top: number; step: number } {
  if (most <= 0) return { top: 1, step: 1 };
  const rough = Math.min(most, atMost) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((times) => times * power >= rough * 0.999) ?? 10);
  return { top: Math.ceil((Math.min(most, atMost) / step) * 0.999) * step, step };
}

/** Last week, Monday to Monday, local. */
export function lastWeek(now: number): { fromDay: Date; toDay: Date } {
  const monday = new Date(now);
  monday.setHours(0, 0, 0, 0);
  monday.setDate(monday.getDate() - ((monday.getDay() + 6) % 7) - 7);
  const sunday = new Date(monday);
  sunday.setDate(sunday.getDate() + 6);
  return { fromDay: monday, toDay: sunday };
}
