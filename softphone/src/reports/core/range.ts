import { startOfDay } from "../../interactions/core/search.ts";

export type RangeName = "today" | "yesterday" | "last-7-days" | "last-30-days" | "custom";
export type Interval = "quarter-hour" | "hour" | "day";

/** `YYYY-MM-DD` of a moment, local. */
export function dayOf(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The days of a named range, both included, seen from `now`. */
export function daysOf(name: Exclude<RangeName, "custom">, now: number): { fromDay: string; toDay: string } {
  const today = dayOf(now);
  const before = (days: number) => dayOf(startOfDay(today, -days));
  switch (name) {
    case "today":
      return { fromDay: today, toDay: today };
    case "yesterday":
      return { fromDay: before(1), toDay: before(1) };
    case "last-7-days":
      return { fromDay: before(6), toDay: today };
    case "last-30-days":
      return { fromDay: before(29), toDay: today };
  }
}

/** From the first moment of the first day to the first moment after the last one. */
export function momentsOf(days: { fromDay: string; toDay: string }): { from: number; to: number } {
  const [first, last] = [days.fromDay, days.toDay].toSorted();
  return { from: startOfDay(first ?? days.fromDay), to: startOfDay(last ?? days.toDay, 1) };
}
