import { DateTime } from "luxon";

/** Midnight before (or at) a time, in the server's time zone. Epoch milliseconds. */
export function startOfDay(at: number): number {
  return DateTime.fromMillis(at).startOf("day").toMillis();
}

/** The midnight after it; days are 23 or 25 hours long when the clocks change. */
export function startOfNextDay(at: number): number {
  return DateTime.fromMillis(at).startOf("day").plus({ days: 1 }).toMillis();
}

/** The server's time zone by name, for PostgreSQL. */
export function serverZone(): string {
  return DateTime.local().zoneName ?? "UTC";
}
