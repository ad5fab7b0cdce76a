import { DateTime } from "luxon";

export type IntervalMinutes = 15 | 30 | 60;

const minuteMs = 60_000;

/**
 * The edges of the intervals of a period, first and last included: whole quarters, halves or hours of the clock in
 * the zone, cut at the period's ends.
 */
export function edgesOf(from: number, to: number, minutes: IntervalMinutes, zone: string): number[] {
  const edges = [from];
  let next = startOf(from, minutes, zone);
  while (next < to) {
    const following = startOf(next + minutes * minuteMs, minutes, zone);
    next = following > next ? following : next + minutes * minuteMs;
    if (next > from && next < to) edges.push(next);
  }
  edges.push(to);
  return edges;
}

/** The start of the interval that a time lies in. */
function startOf(at: number, minutes: IntervalMinutes, zone: string): number {
  const time = DateTime.fromMillis(at, { zone });
  const beyond = (time.minute % minutes) * minuteMs + time.second * 1_000 + time.millisecond;
  return at - beyond;
}

/** The midnights inside a period. */
export function midnightsOf(from: number, to: number, zone: string): { at: number; day: string }[] {
  const midnights = [];
  let day = DateTime.fromMillis(from, { zone }).startOf("day");
  for (;;) {
    day = day.plus({ days: 1 }).startOf("day");
    if (day.toMillis() >= to) return midnights;
    midnights.push({ at: day.toMillis(), day: day.toISODate() ?? "" });
  }
}

/** The place of the interval that a time lies in; null outside of the period. */
export function indexOfInterval(edges: readonly number[], at: number): number | null {
  if (at < (edges[0] ?? Infinity) || at >= (edges.at(-1) ?? -Infinity)) return null;
  let [low, high] = [0, edges.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? 0) <= at) low = middle;
    else high = middle;
  }
  return low;
}
