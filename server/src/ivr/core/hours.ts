/** Whether an hours node is open at a moment, in its own time zone (daylight saving included). */
import { DateTime, IANAZone } from "luxon";
import type { z } from "zod";
import type { HoursNode, OpenInterval } from "../../contract/flow.ts";

type Hours = Pick<z.infer<typeof HoursNode>, "timezone" | "weekly" | "holidays">;

/** True for an IANA name that this machine knows. */
export function isTimezone(name: string): boolean {
  return IANAZone.isValidZone(name);
}

/** "09:30" as minutes since midnight; "24:00" is 1440. */
export function minutesOfDay(time: string): number {
  const [hours = "0", minutes = "0"] = time.split(":");
  return Number(hours) * 60 + Number(minutes);
}

function covers(interval: OpenInterval, minute: number): boolean {
  return minutesOfDay(interval.from) <= minute && minute < minutesOfDay(interval.to);
}

/** `at` is milliseconds since 1970. A time zone unknown to this machine counts as closed: voicemail beats silence. */
export function isOpen(hours: Hours, at: number): boolean {
  const local = DateTime.fromMillis(at, { zone: hours.timezone });
  if (!local.isValid) return false;
  const minute = local.hour * 60 + local.minute;
  const date = local.toISODate();
  const holiday = hours.holidays.find((candidate) => candidate.date === date);
  if (holiday) return holiday.intervals.some((interval) => covers(interval, minute));
  return hours.weekly.some((interval) => interval.days.includes(local.weekday) && covers(interval, minute));
}
