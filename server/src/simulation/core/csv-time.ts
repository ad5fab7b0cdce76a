import { DateTime } from "luxon";
import { CsvProblem, type CsvRow, textIn } from "./csv.ts";

/** A cell such as 2026-11-23T09:00:05 or 2026-11-23 09:00, on the zone's clock if it names no offset. Epoch ms. */
export function timeIn(row: CsvRow, column: string, zone: string): number {
  const text = textIn(row, column);
  const time = DateTime.fromISO(text.replace(" ", "T"), { zone });
  if (!time.isValid)
    throw new CsvProblem(
      `line ${row.line}: column ${column} is not a date and time such as 2026-11-23T09:00:00: "${text}"`,
    );
  return time.toMillis();
}
