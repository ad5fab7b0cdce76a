/** Units of time as people write them in either language, longest words first, and what one is in milliseconds. */
const units: readonly [RegExp, number][] = [
  [/^(days?|d|天)$/i, 86_400_000],
  [/^(hours?|hrs?|h|小时|时)$/i, 3_600_000],
  [/^(minutes?|mins?|m|分钟|分)$/i, 60_000],
  [/^(seconds?|secs?|s|秒)$/i, 1_000],
];

export type DurationUnit = "s" | "min" | "h" | "d";

/** The time in the largest unit that gives a whole number; 90 s is not 1.5 min. */
export function inWholeUnit(ms: number): { count: number; unit: DurationUnit } {
  if (ms === 0) return { count: 0, unit: "s" };
  if (ms % 86_400_000 === 0) return { count: ms / 86_400_000, unit: "d" };
  if (ms % 3_600_000 === 0) return { count: ms / 3_600_000, unit: "h" };
  if (ms % 60_000 === 0) return { count: ms / 60_000, unit: "min" };
  return { count: ms / 1_000, unit: "s" };
}

/** `90`, `90 s`, `1:30`, `15 min`, `1 h 30 min`, `8小时`; seconds where there is no unit. Null: not a time. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim();
  const clock = /^(\d+):([0-5]\d)$/.exec(trimmed);
  if (clock !== null) return Number(clock[1]) * 60_000 + Number(clock[2]) * 1_000;
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Math.round(Number(trimmed) * 1_000);
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+|[\u4e00-\u9fff]+)\s*/giy)];
  const read = parts.map((part) => part[0]).join("");
  if (parts.length === 0 || read !== trimmed) return null;
  let sum = 0;
  for (const [, count, word = ""] of parts) {
    const unit = units.find(([pattern]) => pattern.test(word));
    if (unit === undefined) return null;
    sum += Number(count) * unit[1];
  }
  return Math.round(sum);
}
