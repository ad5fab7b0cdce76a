/** Opening hours for the story of a call: the published schedules, in memory. */
import type { Change } from "../admin/admin.ts";
import { closesAt, opensAt } from "../contract/opening-hours.ts";
import type { Schedule } from "../contract/schedules.ts";
import type { OpeningHours } from "./world.ts";

interface HoursSources {
  schedule(scheduleId: string): Schedule | null;
  /** One that does not exist counts as open. */
  isOpen(scheduleId: string, at: number): boolean;
}

/**
 * By the schedules alone. The emergency switch (emergency.ts) is no closing time: it has its own words for callers, and
 * says itself who has to leave.
 */
export function openHours(
  directory: HoursSources,
  changes: { on(listener: (change: Change) => void): () => void },
): Required<OpeningHours> {
  const scheduleOf = (id: string | null) => (id === null ? null : directory.schedule(id));
  return {
    isOpen: (scheduleId, at) => scheduleId === null || directory.isOpen(scheduleId, at),
    closesAt(scheduleId, at) {
      const schedule = scheduleOf(scheduleId);
      return schedule === null ? null : closesAt(schedule, at);
    },
    opensAt(scheduleId, at) {
      const schedule = scheduleOf(scheduleId);
      return schedule === null ? null : opensAt(schedule, at);
    },
    on: (listener) =>
      changes.on(({ what }) => {
        if (what === "routing" || what === "emergency") listener();
      }),
  };
}
