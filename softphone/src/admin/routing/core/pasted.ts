import type { schedules } from "@ringdown/contract";

/** Lines such as `2026-12-25 Christmas`, `25.12.2026;Christmas` or `2026/12/24 09:00-12:00 Christmas Eve`. */
export function parseHolidays(
  text: string,
  parseHours: (text: string) => schedules.Holiday["intervals"] | null,
): { holidays: schedules.Holiday[]; unread: string[] } {
  const holidays = new Map<string, schedules.Holiday>();
  const unread: string[] = [];
  for (const line of text.split(/\r?\n/).map((one) => one.trim())) {
    if (line === "") continue;
    const holiday = parseHoliday(line, parseHours);
    if (holiday === null) unread.push(line);
    else holidays.set(holiday.date, holiday);
  }
  return { holidays: [...holidays.values()], unread };
}

const hoursPattern = /\d{1,2}(?::\d{2})?\s*[-–]\s*\d{1,2}(?::\d{2})?/g;

function parseHoliday(
  line: string,
  parseHours: (text: string) => schedules.Holiday["intervals"] | null,
): schedules.Holiday | null {
  const match =
    /^(?<y>\d{4})[-/.年](?<m>\d{1,2})[-/.月](?<d>\d{1,2})日?/.exec(line) ??
    /^(?<d>\d{1,2})\.(?<m>\d{1,2})\.(?<y>\d{4})/.exec(line);
  const { y = "", m = "", d = "" } = match?.groups ?? {};
  const date = `${y}-${m.padStart(2, "0")}-${d.padStart(2, "0")}`;
  if (match === null || !isDate(date)) return null;
  const rest = line.slice(match[0].length).trim();
  const intervals = parseHours((rest.match(hoursPattern) ?? []).join(","));
  if (intervals === null) return null;
  const name = rest
    .replaceAll(hoursPattern, " ")
    .replaceAll(/[\s,;\t]+/g, " ")
    .trim();
  return { date, name: name.slice(0, 100), intervals };
}

function isDate(date: string): boolean {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}

/** Rows and columns as spreadsheets copy them; a cell is a proficiency, 0 for empty, null where it is neither. */
export function parseCells(text: string): (number | null)[][] {
  return text
    .replace(/\r?\n$/, "")
    .split(/\r?\n/)
    .map((row) => row.split("\t").map(readLevel));
}

/** A proficiency 1 to 10; empty, 0 and a dash are 0. Null: something else. */
export function readLevel(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed === "-" || trimmed === "–") return 0;
  return /^(\d|10)$/.test(trimmed) ? Number(trimmed) : null;
}
