import type { Shift } from "./scenario.ts";

/** Sorted, and joined where they touch or overlap. */
export function mergeShifts(shifts: readonly Shift[]): Shift[] {
  const merged: Shift[] = [];
  for (const shift of [...shifts].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && shift.from <= last.to) last.to = Math.max(last.to, shift.to);
    else merged.push({ ...shift });
  }
  return merged;
}
