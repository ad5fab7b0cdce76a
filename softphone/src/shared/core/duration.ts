/** `0:07`, `12:34`, `1:02:03`: whole seconds, never negative. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const [hours = 0, minutes = 0, rest = 0] = parts;
  const tail = String(rest).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** Short times as a number and its unit: below a second milliseconds, then seconds with one digit. */
export function splitShort(ms: number): { unit: "milliseconds" | "seconds"; value: number } {
  return ms < 1_000
    ? { unit: "milliseconds", value: ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms) }
    : { unit: "seconds", value: Math.round(ms / 100) / 10 };
}

/** A countdown shows the second that has begun: 0:01 until nothing is left. */
export function formatCountdown(ms: number): string {
  return formatDuration(Math.ceil(Math.max(0, ms) / 1_000) * 1_000);
}
