import { expect, it } from "vitest";
import { dayOf, daysOf, momentsOf } from "./range.ts";

const noon = new Date(2026, 10, 29, 12).getTime();

it("names days", () => {
  expect(dayOf(noon)).toBe("2026-11-29");
  expect(daysOf("today", noon)).toEqual({ fromDay: "2026-11-29", toDay: "2026-11-29" });
  expect(daysOf("yesterday", noon)).toEqual({ fromDay: "2026-11-28", toDay: "2026-11-28" });
  expect(daysOf("last-30-days", noon)).toEqual({ fromDay: "2026-10-31", toDay: "2026-11-29" });
});
it("covers whole days, whichever was given first", () => {
  const { from, to } = momentsOf({ fromDay: "2026-11-29", toDay: "2026-11-28" });
  expect(dayOf(from)).toBe("2026-11-28");
  expect(dayOf(to)).toBe("2026-11-30");
});
