/**
 * The calendar of opening hours: is it open, and when does that change next? Pure, for the server and for the
 * preview in the browser alike: the only source is Intl, which knows the time zones of the machine.
 *
 * An interval is a stretch of time, not a pattern of the clock: it begins when the clock first shows `from` and ends
 * when it last shows `to`. So nothing closes for an hour in the night in which an hour comes twice, and where the
 * clock jumps over a time, that time is the moment of the jump. An interval stays within its day; hours that go on
 * past midnight are two intervals (until 24:00, from 00:00), and are one stretch here.
 */
import type { OpenInterval } from "./flow.ts";

/** What a schedule and an hours node have in common. */
export interface OpeningHours {
  /** IANA name, such as Europe/Berlin. */
  timezone: string;
  /** ISO week days: 1 is Monday, 7 is Sunday. */
  weekly: readonly { days: readonly number[]; from: string; to: string }[];
  /** Dates on which the week does not count. */
  holidays: readonly { date: string; intervals: readonly OpenInterval[] }[];
}

export interface OpeningChange {
  /** Milliseconds since 1970. */
  at: number;
  /** Whether it is open from then on. */
  isOpen: boolean;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Nothing further ahead is looked for: who is closed for a year has no hours to tell of. */
const horizonDays = 400;
/** After so many days without a holiday the week has been seen whole, whatever the clock was changed meanwhile. */
const wholeWeekDays = 16;

/** True for an IANA name that this machine knows. */
export function isTimezone(name: string): boolean {
  return formatterOf(name) !== null;
}

/** "09:30" as minutes since midnight; "24:00" is 1440. */
export function minutesOfDay(time: string): number {
  const [hours = "0", minutes = "0"] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}

/** `at` is milliseconds since 1970. A time zone unknown to this machine counts as closed: voicemail beats silence. */
export function isOpen(hours: OpeningHours, at: number): boolean {
  return isTimezone(hours.timezone) && isOpenOn(calendarOf(hours), at);
}

/** When it opens or closes next, after `at`; null when it stays as it is for more than a year. */
export function nextChange(hours: OpeningHours, at: number): OpeningChange | null {
  if (!isTimezone(hours.timezone)) return null;
  const calendar = calendarOf(hours);
  const now = isOpenOn(calendar, at);
  for (const day of daysOfInterest(calendar, dayAt(hours.timezone, at))) {
    const edges = calendar.stretches(day).flatMap(({ from, to }) => [from, to]);
    // Of neighbours that overlap by a changed clock the later day may begin first: its edges are asked about too.
    const sorted = [...edges, ...calendar.stretches(day + 1).map(({ from }) => from)].toSorted(ascending);
    const change = sorted.find((edge) => edge > at && isOpenOn(calendar, edge) !== now);
    if (change !== undefined) return { at: change, isOpen: !now };
  }
  return null;
}

/** When it closes, if it is open at `at`; null when it is closed, or does not close for more than a year. */
export function closesAt(hours: OpeningHours, at: number): number | null {
  const change = nextChange(hours, at);
  return change === null || change.isOpen ? null : change.at;
}

/** When it opens, if it is closed at `at`; null when it is open, or does not open for more than a year. */
export function opensAt(hours: OpeningHours, at: number): number | null {
  const change = nextChange(hours, at);
  return change?.isOpen === true ? change.at : null;
}

// ---- days, counted from 1970-01-01, and the stretches of time in which each is open

interface Stretch {
  /** Inclusive. */
  from: number;
  /** Exclusive. */
  to: number;
}

interface Calendar {
  hours: OpeningHours;
  stretches(day: number): readonly Stretch[];
}

function calendarOf(hours: OpeningHours): Calendar {
  const known = new Map<number, readonly Stretch[]>();
  return {
    hours,
    stretches(day) {
      const found = known.get(day) ?? stretchesOf(hours, day);
      known.set(day, found);
      return found;
    },
  };
}

/** A stretch may reach into the neighbouring days by the hour that the clock is changed. */
function isOpenOn(calendar: Calendar, at: number): boolean {
  const today = dayAt(calendar.hours.timezone, at);
  return [today, today - 1, today + 1].some((day) =>
    calendar.stretches(day).some(({ from, to }) => from <= at && at < to),
  );
}

function stretchesOf(hours: OpeningHours, day: number): Stretch[] {
  const date = new Date(day * dayMs).toISOString().slice(0, 10);
  const holiday = hours.holidays.find((candidate) => candidate.date === date);
  const intervals = holiday?.intervals ?? hours.weekly.filter(({ days }) => days.includes(weekdayOf(day)));
  return intervals.flatMap((interval) => {
    const [opens, closes] = [minutesOfDay(interval.from), minutesOfDay(interval.to)];
    if (opens >= closes) return [];
    const from = instantOf(hours.timezone, day * dayMs + opens * minuteMs, "first");
    // The day's end is the next day's beginning, also where midnight comes twice.
    const to = instantOf(
      hours.timezone,
      day * dayMs + closes * minuteMs,
      closes === 1_440 ? "first" : "last",
    );
    return from < to ? [{ from, to }] : [];
  });
}

/** 1970-01-01 was a Thursday. */
function weekdayOf(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** The days on which something may change: until the week has been seen whole, and around each holiday. */
function* daysOfInterest({ hours }: Calendar, today: number): Generator<number> {
  const holidays = hours.holidays.map(({ date }) => Math.floor(Date.parse(date) / dayMs)).toSorted(ascending);
  let ordinary = 0;
  for (let day = today - 1; day < today + horizonDays; day += 1) {
    const ahead = holidays.find((holiday) => holiday >= day - 1);
    const isNearHoliday = ahead !== undefined && ahead <= day + 1;
    ordinary = isNearHoliday ? 0 : ordinary + 1;
    if (ordinary <= wholeWeekDays) yield day;
    else if (ahead === undefined) return;
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}

// ---- time zones

/** The local date at a moment, as a day. */
function dayAt(timezone: string, at: number): number {
  return Math.floor((at + offsetAt(timezone, at)) / dayMs);
}

/**
 * When a zone's clock shows a time, given as if it were UTC. A time that comes twice has a first and a last moment; one
 * that the clock jumps over is the moment of the jump.
 */
function instantOf(timezone: string, local: number, which: "first" | "last"): number {
  const before = offsetAt(timezone, local - dayMs);
  const after = offsetAt(timezone, local + dayMs);
  const shown = [local - before, local - after].filter((at) => at + offsetAt(timezone, at) === local);
  if (shown.length > 0) return which === "first" ? Math.min(...shown) : Math.max(...shown);
  return jumpBetween(timezone, local - dayMs, local + dayMs);
}

/** The moment at which the offset is no longer what it was at `from`. */
function jumpBetween(timezone: string, from: number, to: number): number {
  const before = offsetAt(timezone, from);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(timezone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

const quarterMs = 15 * minuteMs;
const mostOffsetsKept = 20_000;
const offsets = new Map<string, number>();

/** Local time minus UTC, in milliseconds. Clocks are changed at a quarter of an hour, so one answer serves for each. */
function offsetAt(timezone: string, at: number): number {
  const quarter = Math.floor(at / quarterMs);
  const key = `${timezone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  if (offsets.size >= mostOffsetsKept) offsets.clear();
  const offset = readOffset(timezone, quarter * quarterMs);
  offsets.set(key, offset);
  return offset;
}

function readOffset(timezone: string, at: number): number {
  const parts = formatterOf(timezone)?.formatToParts(at) ?? [];
  const value = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value ?? 0);
  const local = Date.UTC(
    value("year"),
    value("month") - 1,
    value("day"),
    value("hour"),
    value("minute"),
    value("second"),
  );
  return local - at;
}

const formatters = new Map<string, Intl.DateTimeFormat | null>();
const mostZonesKept = 1_000;

/** Null for a name that is no time zone. Names only: `+02:00` knows no daylight saving, and is no IANA name. */
function formatterOf(timezone: string): Intl.DateTimeFormat | null {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  if (formatters.size >= mostZonesKept) formatters.clear();
  const made = makeFormatter(timezone);
  formatters.set(timezone, made);
  return made;
}

function makeFormatter(timezone: string): Intl.DateTimeFormat | null {
  if (!/^[A-Za-z]/.test(timezone)) return null;
  const numeric = { year: "numeric", month: "numeric", day: "numeric" } as const;
  const clock = { hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23" } as const;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: timezone, ...numeric, ...clock });
  } catch {
    return null; // a RangeError: no such zone
  }
}
