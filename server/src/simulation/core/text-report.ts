import type { EstimatedFigures, SimulatedDifference, SimulatedLine } from "../../contract/simulation.ts";
import type { Report } from "./report.ts";
import { sayChange, sayCount, sayDuration, sayEstimate, sayPercent, sayPoints, sayTime } from "./wording.ts";

const headings = [
  "offered",
  "answered",
  "abandoned",
  "flowed out",
  "service level",
  "ASA",
  "longest",
  "AHT",
  "occupancy",
];
const barWidth = 24;

/** The report for a terminal: totals as a table, and each side's intervals with bars. */
export function renderText(report: Report): string {
  const { from, to, zone, replications, basis, recorded, current, proposed } = report;
  const period = `${sayTime(from, zone, "ccc d LLL yyyy HH:mm")} to ${sayTime(to, zone, "ccc d LLL yyyy HH:mm")} (${zone})`;
  const runs = replications === 1 ? "1 run" : `${replications} runs, means with 95 % confidence`;
  const rows = [["", ...headings]];
  for (const subject of subjectsOf(report)) {
    if (rows.length > 1 && proposed) rows.push([]);
    rows.push(...subject);
  }
  return [
    `${period}: ${sayCount(basis.visits)} calls, ${basis.agents} agents; ${runs}`,
    ...basis.remarks.map((remark) => `Note: ${remark}`),
    "",
    ...table(rows),
    ...(recorded ? ["", "Recorded: what really happened in the period."] : []),
    ...plot(proposed ? "As now" : "", current.overall, report),
    ...(proposed ? plot("As proposed", proposed.overall, report) : []),
    "",
  ].join("\n");
}

/** For each queue and overall: as recorded, as now, as proposed, and the difference, as far as there are. */
function subjectsOf({ current, proposed, difference, recorded }: Report): string[][][] {
  const subject = (
    name: string,
    parts: {
      recorded: string[] | null;
      current: SimulatedLine | null;
      proposed: SimulatedLine | null;
      difference: SimulatedDifference | null;
    },
  ) => {
    const isPlain = !parts.recorded && !proposed;
    return [
      ...(parts.recorded ? [[`${name}, recorded`, ...parts.recorded]] : []),
      ...(parts.current
        ? [
            [
              isPlain ? name : `${name}, ${proposed ? "as now" : "simulated"}`,
              ...figureCells(parts.current.total),
            ],
          ]
        : []),
      ...(parts.proposed ? [[`${name}, as proposed`, ...figureCells(parts.proposed.total)]] : []),
      ...(parts.difference ? [["  difference", ...differenceCells(parts.difference)]] : []),
    ];
  };
  const queueIds = new Map(
    [...current.queues, ...(proposed?.queues ?? [])].map(({ queueId, name }) => [queueId, name]),
  );
  const find = <T extends { queueId: string }>(list: readonly T[] | undefined, queueId: string) =>
    list?.find((each) => each.queueId === queueId);
  const queues = [...queueIds].map(([queueId, name]) => {
    const figures = find(recorded?.queues, queueId)?.figures;
    return subject(name, {
      recorded: figures ? recordedCells(figures) : null,
      current: find(current.queues, queueId)?.line ?? null,
      proposed: find(proposed?.queues, queueId)?.line ?? null,
      difference: find(difference?.queues, queueId)?.difference ?? null,
    });
  });
  const overall = subject("Overall", {
    recorded: recorded ? recordedCells(recorded.overall) : null,
    current: current.overall,
    proposed: proposed?.overall ?? null,
    difference: difference?.overall ?? null,
  });
  return queues.length > 1 ? [...queues, overall] : queues;
}

function figureCells(total: EstimatedFigures): string[] {
  return [
    sayEstimate(total.offered, sayCount),
    sayEstimate(total.answered, sayCount),
    sayEstimate(total.abandoned, sayCount),
    sayEstimate(total.flowedOut, sayCount),
    sayEstimate(total.serviceLevel, sayPercent),
    sayEstimate(total.averageWaitMs, sayDuration),
    total.longestWaitMs ? sayDuration(total.longestWaitMs.mean) : sayDuration(null),
    total.averageHandleMs ? sayDuration(total.averageHandleMs.mean) : sayDuration(null),
    sayEstimate(total.occupancy, sayPercent),
  ];
}

function recordedCells(figures: NonNullable<Report["recorded"]>["overall"]): string[] {
  return [
    ...[figures.offered, figures.answered, figures.abandoned, figures.flowedOut].map(sayCount),
    sayPercent(figures.serviceLevel),
    ...[figures.averageWaitMs, figures.longestWaitMs, figures.averageHandleMs].map(sayDuration),
    sayPercent(figures.occupancy),
  ];
}

function differenceCells(difference: SimulatedDifference): string[] {
  return [
    "",
    sayChange(difference.answered, sayCount),
    sayChange(difference.abandoned, sayCount),
    sayChange(difference.flowedOut, sayCount),
    sayChange(difference.serviceLevel, sayPoints),
    sayChange(difference.averageWaitMs, sayDuration),
    "",
    "",
    sayChange(difference.occupancy, sayPoints),
  ];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_none, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** The overall intervals with a bar for the calls and one for the service level. A long period is cut short. */
function plot(title: string, { intervals }: SimulatedLine, { zone }: Report): string[] {
  const most = Math.max(0, ...intervals.map(({ figures }) => figures.offered));
  const shown = intervals.slice(0, mostPlotted);
  if (most === 0) return [];
  const rows = shown.map(({ from, figures }) => [
    sayTime(from, zone),
    bar(figures.offered / most),
    sayCount(figures.offered),
    bar(figures.serviceLevel ?? 0),
    sayPercent(figures.serviceLevel),
    sayDuration(figures.averageWaitMs),
    sayPercent(figures.occupancy),
  ]);
  const header = [
    title,
    "offered".padEnd(barWidth),
    "",
    "service level".padEnd(barWidth),
    "",
    "ASA",
    "occupancy",
  ];
  const rest = intervals.length - shown.length;
  return [
    "",
    ...table([header, ...rows]),
    ...(rest > 0 ? [`… and ${rest} more intervals: --json or --html has them all`] : []),
  ];
}

const mostPlotted = 96;
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

function bar(share: number): string {
  const parts = Math.round(Math.max(0, Math.min(1, share)) * barWidth * 8);
  return ("█".repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? "")).padEnd(barWidth);
}
