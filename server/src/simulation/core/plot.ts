/** Plots as SVG text: lines and bars over time, for a page without scripts. Colours come from the page's variables. */
import { sayTime } from "./wording.ts";

export interface Series {
  name: string;
  /** A CSS variable of the page, such as `--now`. */
  colour: string;
  kind: "line" | "bars";
  points: readonly { from: number; to: number; value: number | null }[];
}

export interface Plot {
  title: string;
  series: readonly Series[];
  from: number;
  to: number;
  zone: string;
  say: (value: number) => string;
  /** The top of the scale; left out: a round number above the largest value. */
  top?: number;
  /** A line across, such as a target. */
  mark?: number;
}

const size = { width: 1_000, height: 220, left: 74, right: 12, top: 14, bottom: 34 };

export function renderPlot(plot: Plot): string {
  const { title, series, from, to, zone, say, mark } = plot;
  const values = series.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []));
  const top = plot.top ?? roundUp(Math.max(mark ?? 0, ...values));
  const x = (at: number) => size.left + ((at - from) / (to - from)) * (size.width - size.left - size.right);
  const y = (value: number) =>
    size.height - size.bottom - (Math.min(value, top) / top) * (size.height - size.top - size.bottom);
  const steps = [0, 0.25, 0.5, 0.75, 1].map((share) => share * top);
  const grid = steps.map(
    (value) =>
      `<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${round(y(value))}" y2="${round(y(value))}"/>` +
      `<text x="${size.left - 8}" y="${round(y(value) + 4)}" text-anchor="end">${escape(say(value))}</text>`,
  );
  const ticks = ticksOf(from, to, zone).map(
    ({ at, label }) =>
      `<line class="grid" x1="${round(x(at))}" x2="${round(x(at))}" y1="${size.top}" y2="${size.height - size.bottom}"/>` +
      `<text x="${round(x(at))}" y="${size.height - size.bottom + 18}" text-anchor="middle">${escape(label)}</text>`,
  );
  const target =
    mark === undefined
      ? ""
      : `<line class="mark" x1="${size.left}" x2="${size.width - size.right}" y1="${round(y(mark))}" y2="${round(y(mark))}"/>`;
  const bars = series.filter(({ kind }) => kind === "bars");
  const drawn = series.map((each) =>
    each.kind === "line" ? drawLine(each, x, y) : drawBars(each, bars.indexOf(each), bars.length, x, y),
  );
  return (
    `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escape(title)}">` +
    `${grid.join("")}${ticks.join("")}${target}${drawn.join("")}</svg>`
  );
}

type Scale = (value: number) => number;

/** Steps, as each value holds for its interval; the line breaks where there is nothing. */
function drawLine({ points, colour }: Series, x: Scale, y: Scale): string {
  let path = "";
  let end: number | null = null;
  for (const { from, to, value } of points) {
    if (value === null) {
      end = null;
      continue;
    }
    path += `${end === from ? "L" : "M"}${round(x(from))} ${round(y(value))}H${round(x(to))}`;
    end = to;
  }
  return `<path class="line" style="stroke:var(${colour})" d="${path}"/>`;
}

/** Beside one another when there are several series. */
function drawBars({ points, colour }: Series, index: number, count: number, x: Scale, y: Scale): string {
  let path = "";
  for (const { from, to, value } of points) {
    if (value === null || value <= 0) continue;
    const width = (x(to) - x(from)) / count;
    const left = x(from) + index * width;
    path += `M${round(left)} ${round(y(0))}V${round(y(value))}H${round(left + width * 0.92)}V${round(y(0))}Z`;
  }
  return `<path style="fill:var(${colour})" d="${path}"/>`;
}

const hourMs = 3_600_000;

/** Midnights, or full hours when the period is short; not more than fit. */
function ticksOf(from: number, to: number, zone: string): { at: number; label: string }[] {
  const hours = (to - from) / hourMs;
  const stepHours = [1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720].find((step) => hours / step <= 10) ?? 1_440;
  const ticks = [];
  for (let at = Math.ceil(from / hourMs) * hourMs; at < to; at += hourMs) {
    const hour = Number(sayTime(at, zone, "H"));
    const dayOfPeriod = Math.round((at - from) / hourMs / 24);
    const fits =
      stepHours <= 12 ? hour % stepHours === 0 : hour === 0 && dayOfPeriod % (stepHours / 24) === 0;
    if (fits) ticks.push({ at, label: sayTime(at, zone, stepHours <= 12 ? "HH:mm" : "ccc d LLL") });
  }
  return ticks.slice(0, 14);
}

/** A round number at or above, so that the scale's quarters are readable. */
function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}

function round(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}

export function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
