import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import { closesAt, isOpen, isTimezone, nextChange, type OpeningHours } from "./opening-hours.ts";

const office: OpeningHours = {
  timezone: "Europe/Berlin",
  weekly: [{ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:30" }],
  holidays: [
    { date: "2026-12-25", intervals: [] },
    { date: "2026-12-24", intervals: [{ from: "09:00", to: "12:00" }] },
  ],
};
const always = { days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "24:00" };
const at = (iso: string) => Date.parse(iso);
const dayAfter = (date: string, days: number) =>
  new Date(at(date) + days * 86_400_000).toISOString().slice(0, 10);
const changeAfter = (hours: OpeningHours, iso: string) => {
  const change = nextChange(hours, at(iso));
  return change && { at: new Date(change.at).toISOString(), isOpen: change.isOpen };
};

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
    expect(isTimezone("")).toBe(false);
    expect(isTimezone("+02:00")).toBe(false);
    expect(isTimezone("Asia/Shanghai")).toBe(true);
    expect(isOpen({ ...office, timezone: "Mars/Olympus" }, at("2026-11-30T10:00:00Z"))).toBe(false);
    expect(nextChange({ ...office, timezone: "Mars/Olympus" }, at("2026-11-30T10:00:00Z"))).toBeNull();
  });

  it("ignore an interval that ends before it begins", () => {
    const backwards = { ...office, weekly: [{ days: [1], from: "17:00", to: "09:00" }], holidays: [] };
    expect(isOpen(backwards, at("2026-11-30T18:00:00+01:00"))).toBe(false);
    expect(nextChange(backwards, at("2026-11-30T18:00:00+01:00"))).toBeNull();
  });
});

describe("the next change", () => {
  it("is the closing while open, the opening while closed, over the weekend", () => {
    expect(changeAfter(office, "2026-11-30T10:00:00+01:00")).toEqual({
      at: "2026-11-30T16:30:00.000Z",
      isOpen: false,
    });
    expect(changeAfter(office, "2026-12-04T17:30:00+01:00")).toEqual({
      at: "2026-12-07T08:00:00.000Z",
      isOpen: true,
    });
    expect(closesAt(office, at("2026-11-30T10:00:00+01:00"))).toBe(at("2026-11-30T17:30:00+01:00"));
    expect(closesAt(office, at("2026-11-30T18:00:00+01:00"))).toBeNull();
  });

  it("knows holidays: closes early on one, passes over another", () => {
    expect(changeAfter(office, "2026-12-24T10:00:00+01:00")?.at).toBe("2026-12-24T11:00:00.000Z");
    expect(changeAfter(office, "2026-12-24T12:00:00+01:00")?.at).toBe("2026-12-28T08:00:00.000Z");
  });

  it("joins what goes on past midnight", () => {
    const nights = {
      timezone: "Asia/Shanghai",
      weekly: [
        { days: [5, 6, 7], from: "00:00", to: "24:00" },
        { days: [1], from: "00:00", to: "06:00" },
      ],
      holidays: [],
    };
    expect(changeAfter(nights, "2026-12-04T01:00:00+08:00")?.at).toBe("2026-12-06T22:00:00.000Z");
  });

  it("is a holiday's for a center that never closes otherwise, and null when it has none within a year", () => {
    const around = { timezone: "Europe/Berlin", weekly: [always], holidays: [] };
    expect(nextChange(around, at("2026-01-05T10:00:00Z"))).toBeNull();
    const christmas = { ...around, holidays: [{ date: "2026-12-25", intervals: [] }] };
    expect(changeAfter(christmas, "2026-01-05T10:00:00Z")).toEqual({
      at: "2026-12-24T23:00:00.000Z",
      isOpen: false,
    });
    expect(changeAfter(christmas, "2026-12-25T10:00:00Z")?.at).toBe("2026-12-25T23:00:00.000Z");
    expect(nextChange({ ...around, weekly: [] }, at("2026-01-05T10:00:00Z"))).toBeNull();
  });

  it("is past a long row of holidays", () => {
    const days = Array.from({ length: 40 }, (_, n) => dayAfter("2026-12-01", n));
    const closed = { ...office, holidays: days.map((date) => ({ date, intervals: [] })) };
    expect(changeAfter(closed, "2026-12-01T10:00:00Z")?.at).toBe("2027-01-11T08:00:00.000Z");
  });
});

describe("in the nights in which clocks are changed, opening hours", () => {
  const sundays = (from: string, to: string): OpeningHours => ({
    timezone: "Europe/Berlin",
    weekly: [{ days: [7], from, to }],
    holidays: [],
  });

  it("begin at the jump when they would begin in the hour that is left out", () => {
    const hours = sundays("02:30", "05:00");
    expect(changeAfter(hours, "2026-03-28T12:00:00Z")?.at).toBe("2026-03-29T01:00:00.000Z");
    expect(closesAt(hours, at("2026-03-29T01:30:00Z"))).toBe(at("2026-03-29T03:00:00Z"));
  });

  it("do not close between two passages of the same hour", () => {
    const hours = sundays("01:00", "02:30");
    expect(changeAfter(hours, "2026-10-24T22:00:00Z")?.at).toBe("2026-10-24T23:00:00.000Z");
    expect(closesAt(hours, at("2026-10-24T23:30:00Z"))).toBe(at("2026-10-25T01:30:00Z"));
  });

  it("end with the day where midnight comes twice", () => {
    const weekly = [{ days: [6], from: "20:00", to: "24:00" }];
    const hours = { timezone: "America/Havana", weekly, holidays: [] };
    expect(closesAt(hours, at("2026-11-01T02:00:00Z"))).toBe(at("2026-11-01T04:00:00Z"));
  });
});

const zones = [
  "Europe/Berlin",
  "Asia/Shanghai",
  "America/New_York",
  "America/Havana",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "Africa/Casablanca",
  "Pacific/Apia",
];
const minute = fc.integer({ min: 0, max: 96 }).map((quarter) => quarter * 15);
const time = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
const interval = fc
  .tuple(minute, minute)
  .map(([a, b]) => ({ from: time(Math.min(a, b)), to: time(Math.max(a, b)) }));
const date = fc.integer({ min: 0, max: 60 }).map((days) => dayAfter("2026-10-01", days));
const anyHours: fc.Arbitrary<OpeningHours> = fc.record({
  timezone: fc.constantFrom(...zones),
  weekly: fc.array(
    fc.record({ days: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }), interval }).map((row) => ({
      days: row.days,
      ...row.interval,
    })),
    { maxLength: 5 },
  ),
  holidays: fc.uniqueArray(fc.record({ date, intervals: fc.array(interval, { maxLength: 2 }) }), {
    selector: (holiday) => holiday.date,
    maxLength: 8,
  }),
});
const anyMoment = fc.integer({ min: at("2026-09-25T00:00:00Z"), max: at("2026-12-05T00:00:00Z") });

describe("for any hours", () => {
  it("nothing changes before the next change, and everything does at it", () => {
    fc.assert(
      fc.property(anyHours, anyMoment, fc.double({ min: 0, max: 1, noNaN: true }), (hours, moment, part) => {
        const now = isOpen(hours, moment);
        const change = nextChange(hours, moment);
        const until = change?.at ?? moment + 380 * 86_400_000;
        const between = moment + Math.floor((until - 1 - moment) * part);
        expect(isOpen(hours, between)).toBe(now);
        if (change === null) return;
        expect(change.at).toBeGreaterThan(moment);
        expect(change.isOpen).toBe(!now);
        expect(isOpen(hours, change.at - 1)).toBe(now);
        expect(isOpen(hours, change.at)).toBe(!now);
      }),
      { numRuns: 400 },
    );
  });

  it("the clock on the wall decides, away from the nights in which it is changed", () => {
    fc.assert(
      fc.property(anyHours, anyMoment, (hours, moment) => {
        const local = DateTime.fromMillis(moment, { zone: hours.timezone });
        fc.pre(local.minus({ days: 2 }).offset === local.plus({ days: 2 }).offset);
        const clock = local.toFormat("HH:mm");
        const holiday = hours.holidays.find((each) => each.date === local.toISODate());
        const intervals =
          holiday?.intervals ?? hours.weekly.filter((row) => row.days.includes(local.weekday));
        expect(isOpen(hours, moment)).toBe(intervals.some(({ from, to }) => from <= clock && clock < to));
      }),
      { numRuns: 400 },
    );
  });
});
