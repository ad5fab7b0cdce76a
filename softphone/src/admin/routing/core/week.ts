import { openingHours, type flow, type schedules } from "@ringdown/contract";

type Interval = flow.OpenInterval;
type Weekly = schedules.Schedule["weekly"];

export const weekDays = [1, 2, 3, 4, 5, 6, 7] as const;
export type WeekDay = (typeof weekDays)[number];

/** The intervals of each day of the week, Monday first, by time. */
export function daysOfWeek(weekly: Weekly): Interval[][] {
  return weekDays.map((day) =>
    weekly
      .filter(({ days }) => days.includes(day))
      .map(({ from, to }) => ({ from, to }))
      .toSorted((one, other) => one.from.localeCompare(other.from)),
  );
}

/** The week as rows: days that are alike stand together. */
export function weekOfDays(days: readonly (readonly Interval[])[]): Weekly {
  const groups = new Map<string, number[]>();
  days.forEach((intervals, index) => {
    const key = JSON.stringify(intervals);
    groups.set(key, [...(groups.get(key) ?? []), index + 1]);
  });
  return [...groups].flatMap(([key, alike]) =>
    (JSON.parse(key) as Interval[]).map(({ from, to }) => ({ days: alike, from, to })),
  );
}

const timeOfDay = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/;

/** `9-12, 13:30-17:00`, with or without minutes; empty: closed. Null when it isn't such a list, or runs backwards. */
export function parseHours(text: string): Interval[] | null {
  const parts = text
    .split(/[,;，、]/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const intervals = parts.map((part) => {
    const [, from = "", to = ""] =
      /^(\d{1,2}(?::\d{2})?)\s*[-–—~～至]\s*(\d{1,2}(?::\d{2})?)$/.exec(part) ?? [];
    return { from: fullTime(from), to: fullTime(to) };
  });
  const isRight = intervals.every(
    ({ from, to }) =>
      timeOfDay.test(from) &&
      timeOfDay.test(to) &&
      openingHours.minutesOfDay(from) < openingHours.minutesOfDay(to),
  );
  return isRight ? intervals : null;
}

function fullTime(time: string): string {
  const [hours = "", minutes = "00"] = time.split(":");
  return `${hours.padStart(2, "0")}:${minutes}`;
}

/** How a schedule stands at a moment, in its own local time. */
export interface OpeningState {
  isOpen: boolean;
  /** When that changes; null: not within a year. `inDays` counts local midnights. */
  next: { date: string; day: WeekDay; time: string; inDays: number } | null;
  /** The holiday that today is. */
  holiday: string | null;
}

/** Null for a time zone that isn't known. */
export function openingState(schedule: schedules.Schedule, now: number): OpeningState | null {
  const { timezone } = schedule;
  if (!openingHours.isTimezone(timezone)) return null;
  const today = localTime(now, timezone);
  const change = openingHours.nextChange(schedule, now);
  const holiday = schedule.holidays.find(({ date }) => date === today.date)?.name ?? null;
  const isOpen = openingHours.isOpen(schedule, now);
  if (change === null) return { isOpen, next: null, holiday };
  const { date, time } = localTime(change.at, timezone);
  const inDays = Math.round((midnight(date) - midnight(today.date)) / 86_400_000);
  const day = weekDays[(new Date(midnight(date)).getUTCDay() + 6) % 7] ?? 1;
  return { isOpen, next: { date, day, time, inDays }, holiday };
}

function midnight(date: string): number {
  return Date.parse(`${date}T00:00:00Z`);
}

function localTime(ms: number, timeZone: string): { date: string; time: string } {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  const [date = "", time = ""] = format.format(ms).split(" ");
  return { date, time };
}
