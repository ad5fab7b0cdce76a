import { describe, expect, it } from "vitest";
import { isOpen, isTimezone } from "./hours.ts";

const office = {
  timezone: "Europe/Berlin",
  weekly: [{ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:30" }],
  holidays: [
    { date: "2026-12-25", intervals: [] },
    { date: "2026-12-24", intervals: [{ from: "09:00", to: "12:00" }] },
  ],
};
const at = (iso: string) => Date.parse(iso);

describe("opening hours", () => {
  it("open at the first minute and close at the last", () => {
    expect(isOpen(office, at("2026-11-30T08:59:59+01:00"))).toBe(false);
    expect(isOpen(office, at("2026-11-30T09:00:00+01:00"))).toBe(true);
    expect(isOpen(office, at("2026-11-30T17:29:59+01:00"))).toBe(true);
    expect(isOpen(office, at("2026-11-30T17:30:00+01:00"))).toBe(false);
    expect(isOpen(office, at("2026-11-29T12:00:00+01:00"))).toBe(false);
  });

  it("follow daylight saving time of their own zone", () => {
    expect(isOpen(office, at("2026-07-06T07:00:00Z"))).toBe(true);
    expect(isOpen(office, at("2026-12-07T07:00:00Z"))).toBe(false);
  });

  it("take the week day of the zone, not of the server", () => {
    const tokyo = {
      timezone: "Asia/Tokyo",
      weekly: [{ days: [1], from: "00:00", to: "24:00" }],
      holidays: [],
    };
    expect(isOpen(tokyo, at("2026-11-29T15:00:00Z"))).toBe(true);
    expect(isOpen(tokyo, at("2026-11-29T14:59:59Z"))).toBe(false);
    expect(isOpen(tokyo, at("2026-11-30T14:59:59Z"))).toBe(true);
  });

  it("let a holiday replace the week", () => {
    expect(isOpen(office, at("2026-12-25T10:00:00+01:00"))).toBe(false);
    expect(isOpen(office, at("2026-12-24T11:00:00+01:00"))).toBe(true);
    expect(isOpen(office, at("2026-12-24T13:00:00+01:00"))).toBe(false);
  });

  it("count as closed in a time zone that does not exist", () => {
    expect(isTimezone("Mars/Olympus")).toBe(false);
    expect(isTimezone("Asia/Shanghai")).toBe(true);
    expect(isOpen({ ...office, timezone: "Mars/Olympus" }, at("2026-11-30T10:00:00Z"))).toBe(false);
  });
});
