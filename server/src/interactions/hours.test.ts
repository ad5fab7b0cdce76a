import { describe, expect, it } from "vitest";
import { isOpen } from "../contract/opening-hours.ts";
import type { Schedule } from "../contract/schedules.ts";
import { openHours } from "./hours.ts";

const id = "00000000-0000-4000-8000-000000000001";
const office: Schedule = {
  id,
  name: "Office",
  timezone: "Europe/Berlin",
  weekly: [{ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" }],
  holidays: [],
};
const at = (iso: string) => Date.parse(iso);
const monday = at("2026-11-30T10:00:00+01:00");
const schedule = (scheduleId: string) => (scheduleId === id ? office : null);
const open = (scheduleId: string, moment: number) => {
  const found = schedule(scheduleId);
  return found === null || isOpen(found, moment);
};
const hours = openHours({ schedule, isOpen: open }, { on: () => () => undefined });

describe("the hours of a call", () => {
  it("are the schedule's", () => {
    const evening = at("2026-11-30T17:00:00+01:00");
    expect([hours.isOpen(id, monday), hours.isOpen(id, evening)]).toEqual([true, false]);
    expect([hours.closesAt(id, monday), hours.closesAt(id, evening)]).toEqual([evening, null]);
    expect([hours.opensAt(id, monday), hours.opensAt(id, evening)]).toEqual([
      null,
      at("2026-12-01T09:00:00+01:00"),
    ]);
  });

  it("have no end without a schedule, or with one that is gone", () => {
    for (const none of [null, "gone"]) {
      expect(hours.isOpen(none, monday)).toBe(true);
      expect([hours.closesAt(none, monday), hours.opensAt(none, monday)]).toEqual([null, null]);
    }
  });
});
