/** Opening hours that can't be meant. */
import { isTimezone, minutesOfDay } from "../../contract/opening-hours.ts";
import type { OpenInterval } from "../../contract/flow.ts";
import type { Inspection } from "./check-routing.ts";
import { repeated } from "./check-uniqueness.ts";

const days = ["", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

export function checkSchedules(inspection: Inspection): void {
  inspection.document.schedules.forEach((schedule, index) => {
    checkSchedule(inspection, schedule, `schedules.${index}`);
  });
}

function checkSchedule(
  { error, warning }: Inspection,
  { name, timezone, weekly, holidays }: Inspection["document"]["schedules"][number],
  path: string,
): void {
  const subject = `Schedule ${name}`;
  if (!isTimezone(timezone))
    error(
      `${path}.timezone`,
      subject,
      `The schedule ${name} is in ${timezone}, which is no time zone (Europe/Berlin is one)`,
    );
  const report = (where: string, message: string) => {
    error(`${path}.${where}`, subject, message);
  };
  weekly.forEach((interval, at) => {
    checkDirection(interval, `weekly.${at}`, `The schedule ${name}`, report);
  });
  for (let day = 1; day <= 7; day += 1) {
    const ofDay = weekly.flatMap((interval, at) =>
      interval.days.includes(day) ? [{ ...interval, at }] : [],
    );
    checkOverlaps(ofDay, "weekly", `The schedule ${name} has hours on ${days[day] ?? ""}`, report);
  }
  for (const { at, thing } of repeated(holidays, ({ date }) => date))
    report(`holidays.${at}.date`, `The schedule ${name} has two holidays on ${thing.date}`);
  holidays.forEach(({ date, intervals }, index) => {
    const where = `holidays.${index}.intervals`;
    intervals.forEach((interval, at) => {
      checkDirection(interval, `${where}.${at}`, `The schedule ${name} on ${date}`, report);
    });
    const numbered = intervals.map((interval, at) => ({ ...interval, at }));
    checkOverlaps(numbered, where, `The schedule ${name} has hours on ${date}`, report);
  });
  if (weekly.length === 0 && holidays.every(({ intervals }) => intervals.length === 0))
    warning(`${path}.weekly`, subject, `The schedule ${name} is never open: it has no opening hours`);
}

type Report = (where: string, message: string) => void;

function checkDirection({ from, to }: OpenInterval, where: string, what: string, report: Report): void {
  if (minutesOfDay(from) < minutesOfDay(to)) return;
  const advice = "split it at midnight if it goes on into the next day";
  report(where, `${what} opens at ${from} and closes at ${to}, not later: ${advice}`);
}

function checkOverlaps(
  intervals: readonly (OpenInterval & { at: number })[],
  where: string,
  what: string,
  report: Report,
): void {
  const sorted = intervals
    .filter(({ from, to }) => minutesOfDay(from) < minutesOfDay(to))
    .toSorted((a, b) => minutesOfDay(a.from) - minutesOfDay(b.from));
  sorted.forEach((interval, at) => {
    const before = sorted[at - 1];
    if (before === undefined || minutesOfDay(before.to) <= minutesOfDay(interval.from)) return;
    const [one, other] = [`${before.from} to ${before.to}`, `${interval.from} to ${interval.to}`];
    report(`${where}.${interval.at}`, `${what} that overlap: ${one} and ${other}`);
  });
}
