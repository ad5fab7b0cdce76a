import type { EstimatedFigures, SimulatedFigures, SimulatedLine } from "../../contract/simulation.ts";
import { escape, type Plot, renderPlot, type Series } from "./plot.ts";
import type { Report } from "./report.ts";
import {
  none,
  sayChange,
  sayCount,
  sayDuration,
  sayEstimate,
  sayPercent,
  sayPoints,
  sayTime,
} from "./wording.ts";

/** The report as a page of its own: no script, nothing loaded from anywhere, light and dark. */
export function renderHtml(report: Report): string {
  const { from, to, zone, basis, replications, proposed } = report;
  const format = "ccc d LLL yyyy HH:mm";
  const period = `${sayTime(from, zone, format)} to ${sayTime(to, zone, format)} (${zone})`;
  const runs =
    replications === 1
      ? "One run; run it several times (--replications) for confidence intervals."
      : `Means of ${replications} runs; ± is the 95 % confidence interval.`;
  const remarks = basis.remarks.map((remark) => `<li>${escape(remark)}</li>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Simulation ${escape(period)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Simulation${proposed ? ": as now and as proposed" : ""}</h1>
<p>${escape(period)}. ${sayCount(basis.visits)} calls, ${sayCount(basis.agents)} agents. ${escape(runs)}</p>
${remarks ? `<ul class="remarks">${remarks}</ul>` : ""}
${sections(report)}
<footer>Made by the production router in compressed time. The figures are defined in docs/metrics.md; what is
modelled and what is not is in docs/simulation.md. Seed ${report.seed}.</footer>
</main>
</body>
</html>
`;
}

interface Subject {
  name: string;
  recorded: SimulatedFigures | null;
  current: SimulatedLine | null;
  proposed: SimulatedLine | null;
  difference: NonNullable<Report["difference"]>["overall"] | null;
}

function sections(report: Report): string {
  const { current, proposed, recorded, difference } = report;
  const names = new Map(
    [...current.queues, ...(proposed?.queues ?? [])].map(({ queueId, name }) => [queueId, name]),
  );
  const find = <T extends { queueId: string }>(list: readonly T[] | undefined, queueId: string) =>
    list?.find((each) => each.queueId === queueId);
  const overall: Subject = {
    name: "Overall",
    recorded: recorded?.overall ?? null,
    current: current.overall,
    proposed: proposed?.overall ?? null,
    difference: difference?.overall ?? null,
  };
  const queues = [...names].map(([queueId, name]): Subject => ({
    name,
    recorded: find(recorded?.queues, queueId)?.figures ?? null,
    current: find(current.queues, queueId)?.line ?? null,
    proposed: find(proposed?.queues, queueId)?.line ?? null,
    difference: find(difference?.queues, queueId)?.difference ?? null,
  }));
  const subjects = queues.length === 1 ? queues : [overall, ...queues];
  return subjects.map((subject) => section(subject, report)).join("\n");
}

function section(subject: Subject, report: Report): string {
  return `<section>
<h2>${escape(subject.name)}</h2>
${legend(subject)}
<div class="wide">${table(subject)}</div>
${plots(subject, report)}
</section>`;
}

function legend({ current, proposed }: Subject): string {
  if (!proposed) return "";
  const key = (colour: string, name: string) =>
    `<span><i style="background:var(${colour})"></i>${name}</span>`;
  return `<p class="legend">${current ? key("--now", "As now") : ""}${key("--then", "As proposed")}</p>`;
}

type Row = [
  name: string,
  of: (figures: EstimatedFigures) => string,
  recorded: (figures: SimulatedFigures) => string,
  change: keyof NonNullable<Subject["difference"]> | null,
];

const rows: Row[] = [
  ["Offered", (f) => sayEstimate(f.offered, sayCount), (f) => sayCount(f.offered), null],
  ["Answered", (f) => sayEstimate(f.answered, sayCount), (f) => sayCount(f.answered), "answered"],
  ["Abandoned", (f) => sayEstimate(f.abandoned, sayCount), (f) => sayCount(f.abandoned), "abandoned"],
  ["Flowed out", (f) => sayEstimate(f.flowedOut, sayCount), (f) => sayCount(f.flowedOut), "flowedOut"],
  [
    "Service level",
    (f) => sayEstimate(f.serviceLevel, sayPercent),
    (f) => sayPercent(f.serviceLevel),
    "serviceLevel",
  ],
  [
    "Abandon rate",
    (f) => sayEstimate(f.abandonRate, sayPercent),
    (f) => sayPercent(f.abandonRate),
    "abandonRate",
  ],
  [
    "Average wait (ASA)",
    (f) => sayEstimate(f.averageWaitMs, sayDuration),
    (f) => sayDuration(f.averageWaitMs),
    "averageWaitMs",
  ],
  [
    "Time in queue, median",
    (f) => sayEstimate(f.waitMs?.p50 ?? null, sayDuration),
    (f) => sayDuration(f.waitMs?.p50 ?? null),
    null,
  ],
  [
    "Time in queue, 95 of 100 below",
    (f) => sayEstimate(f.waitMs?.p95 ?? null, sayDuration),
    (f) => sayDuration(f.waitMs?.p95 ?? null),
    null,
  ],
  [
    "Longest wait",
    (f) => sayEstimate(f.longestWaitMs, sayDuration),
    (f) => sayDuration(f.longestWaitMs),
    null,
  ],
  [
    "Average handling time",
    (f) => sayEstimate(f.averageHandleMs, sayDuration),
    (f) => sayDuration(f.averageHandleMs),
    null,
  ],
  [
    "Occupancy of the agents",
    (f) => sayEstimate(f.occupancy, sayPercent),
    (f) => sayPercent(f.occupancy),
    "occupancy",
  ],
];

function table({ recorded, current, proposed, difference }: Subject): string {
  const heads = [
    ...(recorded ? ["Recorded"] : []),
    ...(current ? [proposed || recorded ? "As now, simulated" : "Simulated"] : []),
    ...(proposed ? ["As proposed, simulated"] : []),
    ...(difference ? ["Difference"] : []),
  ];
  const lines = rows.map(([name, of, ofRecorded, change]) => {
    const cells = [
      ...(recorded ? [ofRecorded(recorded)] : []),
      ...(current ? [of(current.total)] : []),
      ...(proposed ? [of(proposed.total)] : []),
      ...(difference ? [change === null ? "" : sayDifference(change, difference)] : []),
    ];
    return `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`;
  });
  const flows = flowRows({ recorded, current, proposed, difference });
  return `<table><thead><tr><td></td>${heads.map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead><tbody>${lines.join("")}${flows}</tbody></table>`;
}

/** How callers flowed out, by cause, without the differences. */
function flowRows({ recorded, current, proposed, difference }: Omit<Subject, "name">): string {
  const sides = [recorded?.flowedOutBy, current?.total.flowedOutBy, proposed?.total.flowedOutBy];
  const causes = [...new Set(sides.flatMap((side) => Object.keys(side ?? {})))].sort();
  return causes
    .map((cause) => {
      const cells = [
        ...(recorded ? [sayCount(recorded.flowedOutBy[cause] ?? 0)] : []),
        ...[current, proposed].flatMap((side) =>
          side ? [sayEstimate(side.total.flowedOutBy[cause] ?? null, sayCount)] : [],
        ),
        ...(difference ? [""] : []),
      ];
      return `<tr class="minor"><th scope="row">Flowed out: ${escape(cause)}</th>${cells.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`;
    })
    .join("");
}

function sayDifference(
  name: keyof NonNullable<Subject["difference"]>,
  difference: NonNullable<Subject["difference"]>,
): string {
  const value = difference[name];
  if (value === null) return none;
  if (name === "averageWaitMs") return sayChange(value, sayDuration);
  const isShare = name === "serviceLevel" || name === "abandonRate" || name === "occupancy";
  return sayChange(value, isShare ? sayPoints : sayCount);
}

function plots({ current, proposed, name }: Subject, { from, to, zone }: Report): string {
  const sides = [
    ...(current ? [{ line: current, label: "As now", colour: "--now" }] : []),
    ...(proposed ? [{ line: proposed, label: "As proposed", colour: "--then" }] : []),
  ];
  const seriesOf = (kind: Series["kind"], valueOf: (figures: SimulatedFigures) => number | null): Series[] =>
    sides.map(({ line, label, colour }) => ({
      name: label,
      colour,
      kind,
      points: line.intervals.map((each) => ({ from: each.from, to: each.to, value: valueOf(each.figures) })),
    }));
  const base = { from, to, zone };
  const all: Plot[] = [
    {
      ...base,
      title: "Service level",
      series: seriesOf("line", (f) => f.serviceLevel),
      say: sayPercent,
      top: 1,
    },
    { ...base, title: "Average wait", series: seriesOf("line", (f) => f.averageWaitMs), say: sayDuration },
    { ...base, title: "Abandoned", series: seriesOf("bars", (f) => f.abandoned), say: sayCount },
    { ...base, title: "Occupancy", series: seriesOf("line", (f) => f.occupancy), say: sayPercent, top: 1 },
    { ...base, title: "Offered", series: seriesOf("bars", (f) => f.offered).slice(0, 1), say: sayCount },
  ];
  return all
    .map((plot) => {
      const described = `${name}: ${plot.title.toLowerCase()} by interval`;
      return `<figure><figcaption>${plot.title}</figcaption>${renderPlot({ ...plot, title: described })}</figure>`;
    })
    .join("\n");
}

const style = `
:root { --page: #fff; --ink: #1c2330; --faint: #5a6474; --rule: #dfe3ea; --now: #2563c9; --then: #c2570c; --mark: #888 }
@media (prefers-color-scheme: dark) {
  :root { --page: #14181f; --ink: #e6e9ef; --faint: #a0a9b8; --rule: #2c3440; --now: #6ea8ff; --then: #ffa45c; --mark: #999 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 1060px; margin: 0 auto; padding: 24px 20px 48px }
h1 { font-size: 24px; margin: 0 0 8px } h2 { font-size: 19px; margin: 0 0 8px }
section { margin-top: 28px; border-top: 1px solid var(--rule); padding-top: 20px }
.remarks { color: var(--faint); padding-left: 20px }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: 5px 14px 5px 0; text-align: right; border-bottom: 1px solid var(--rule); white-space: nowrap }
th[scope=row] { text-align: left; font-weight: 500 } thead th { color: var(--faint); font-weight: 500 }
.minor th, .minor td { color: var(--faint); font-size: 13px } .minor th { padding-left: 14px }
.legend span { margin-right: 18px } .legend i { display: inline-block; width: 14px; height: 4px; margin-right: 7px; vertical-align: middle }
.legend { margin: 0 0 8px; color: var(--faint) }
figure { margin: 18px 0 0; overflow-x: auto } figcaption { color: var(--faint); font-size: 13px }
svg { display: block; width: 100%; min-width: 640px; height: auto } svg text { fill: var(--faint); font-size: 12px }
.grid { stroke: var(--rule); stroke-width: 1 } .mark { stroke: var(--mark); stroke-dasharray: 4 4 }
.line { fill: none; stroke-width: 2 }
footer { margin-top: 32px; color: var(--faint); font-size: 13px }
`;
