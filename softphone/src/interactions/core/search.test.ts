import { describe, expect, it } from "vitest";
import { emptySearch, readSearch, startOfDay, toQuery, writeSearch } from "./search.ts";

describe("the search for interactions", () => {
  it("survives the address bar", () => {
    const form = {
      ...emptySearch,
      text: "+1555",
      fromDay: "2026-11-01",
      outcome: "abandoned",
      recorded: true,
    };
    expect(readSearch(writeSearch(form))).toEqual(form);
    expect(writeSearch(emptySearch).toString()).toBe("");
  });
  it("asks only for what is set", () => {
    expect(toQuery(emptySearch)).toEqual({});
    expect(toQuery({ ...emptySearch, text: " 42 ", recorded: true })).toEqual({
      text: "42",
      hasRecording: "true",
    });
  });
  it("takes the last day in whole", () => {
    const query = toQuery({ ...emptySearch, fromDay: "2026-11-29", toDay: "2026-11-29" });
    expect((query.to ?? 0) - (query.from ?? 0)).toBe(86_399_999);
  });
  it("starts days at local midnight", () => {
    expect(new Date(startOfDay("2026-03-29")).getHours()).toBe(0);
    expect(new Date(startOfDay("2026-03-29", 1)).getDate()).toBe(30);
  });
});
