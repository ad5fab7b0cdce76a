import { queues, type routing } from "@ringdown/contract";
import { describe, expect, it } from "vitest";
import { completionsAt, withCondition } from "./completion.ts";
import { inWholeUnit, parseDuration } from "./duration-text.ts";
import { parseCells, parseHolidays } from "./pasted.ts";
import { locateProblems, problemsAt } from "./problems.ts";
import { reachOf } from "./reach.ts";
import {
  changeAgent,
  changeQueue,
  newId,
  newQueue,
  putThing,
  removeThing,
  setProficiency,
  staffOf,
} from "./routing-edit.ts";
import { daysOfWeek, openingState, parseHours, weekOfDays } from "./week.ts";

const empty: routing.RoutingDocument = {
  format: "ringdown-routing/1",
  skills: [],
  schedules: [],
  teams: [],
  queues: [],
  agents: [],
};
const member = (personId: string, level = 1) => ({ personId, ...queues.plainMembership, level });

describe("editing the document", () => {
  it("puts a thing in its own place, or at the end", () => {
    const [one, two] = [newQueue("1", "One"), newQueue("2", "Two")];
    const both = putThing(putThing(empty, "queues", one), "queues", two);
    const renamed = putThing(both, "queues", { ...one, name: "First" });
    expect(renamed.queues.map(({ name }) => name)).toEqual(["First", "Two"]);
    expect(removeThing(renamed, "queues", "1").queues.map(({ id }) => id)).toEqual(["2"]);
  });
  it("forgets an agent who has nothing of their own any more", () => {
    const skilled = setProficiency(empty, "ann", "billing", 7);
    expect(skilled.agents).toEqual([{ personId: "ann", skills: { billing: 7 }, capacity: null }]);
    expect(setProficiency(skilled, "ann", "billing", 0).agents).toEqual([]);
    expect(changeAgent(skilled, { personId: "ben", skills: {}, capacity: null })).toEqual(skilled);
  });
  it("counts a person once who is a member and in a team; their own membership goes first", () => {
    const queue = {
      ...newQueue("1", "One"),
      members: [member("ann", 2)],
      teams: [{ teamId: "t", ...queues.plainMembership }],
    };
    const document = { ...empty, teams: [{ id: "t", name: "T", personIds: ["ann", "ben"] }] };
    expect(staffOf(document, queue)).toEqual([
      { personId: "ann", level: 2, delayMs: 0 },
      { personId: "ben", level: 1, delayMs: 0 },
    ]);
  });
  it("makes ids that are UUIDs of version 4", () => {
    expect(newId()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });
});

describe("problems", () => {
  it("are found by the thing's id, wherever it stands in the list by now", () => {
    const document = { ...empty, queues: [newQueue("a", "A"), newQueue("b", "B")] };
    const problem = {
      severity: "error",
      path: "queues.1.settings.requirement",
      subject: "Queue B",
      message: "No",
    } as const;
    const located = locateProblems([problem], document);
    expect(problemsAt(located, { list: "queues", id: "b", field: "settings" })).toHaveLength(1);
    expect(problemsAt(located, { list: "queues", id: "b", field: "settings.require" })).toEqual([]);
    expect(problemsAt(located, { list: "queues", id: "a", field: "" })).toEqual([]);
  });
});

describe("whom a queue reaches", () => {
  const levels: [string, number][] = [
    ["ann", 8],
    ["ben", 4],
    ["chen", 9],
    ["dana", 9],
  ];
  const document = levels.reduce<routing.RoutingDocument>(
    (before, [personId, level]) => setProficiency(before, personId, "billing", level),
    {
      ...empty,
      queues: [
        { ...newQueue("a", "A"), members: [member("ann"), member("ben"), member("chen", 2)] },
        { ...newQueue("b", "B"), members: [member("dana", 5)] },
      ],
    },
  );
  it("grows with its rings: minimums lowered, levels joining, other queues lending", () => {
    const ring = { lowerBy: 0, drop: [], level: 1, borrowFrom: [] };
    const rings = [
      { ...ring, afterMs: 20_000, lowerBy: 4 },
      { ...ring, afterMs: 40_000, lowerBy: 4, level: 2 },
      { ...ring, afterMs: 60_000, drop: ["*"], borrowFrom: ["b"] }, // levels stay reached
    ];
    const changed = changeQueue(document, "a", (queue) => ({
      ...queue,
      settings: { ...queue.settings, requirement: "billing>=8", rings },
    }));
    const reached = reachOf(changed, changed.queues[0] ?? newQueue("x", "X"));
    expect(reached.map(({ personIds, requirement }) => [personIds.join(" "), requirement])).toEqual([
      ["ann", "billing>=8"],
      ["ann ben", "billing>=4"],
      ["ann ben chen", "billing>=4"],
      ["ann ben chen dana", null],
    ]);
  });
});

describe("whom a queue reaches after delays", () => {
  it("grows when a member's delay is over, whether a ring begins then or not", () => {
    const queue = { ...newQueue("a", "A"), members: [member("ann"), { ...member("ben"), delayMs: 15_000 }] };
    const reached = reachOf({ ...empty, queues: [queue] }, queue);
    expect(reached.map(({ afterMs, ring, personIds }) => [afterMs, ring, personIds.length])).toEqual([
      [0, null, 1],
      [15_000, null, 2],
    ]);
  });
});

describe("times as people write them", () => {
  it.each([
    ["90", 90_000],
    ["90 s", 90_000],
    ["1:30", 90_000],
    ["15 min", 900_000],
    ["1 h 30 min", 5_400_000],
    ["7d", 604_800_000],
    ["8小时", 28_800_000],
    ["2 分钟", 120_000],
  ])("%s is %d ms", (text, ms) => expect(parseDuration(text)).toBe(ms));
  it.each(["", "soon", "5 apples", "min 5", "1:75"])("%j is none", (text) =>
    expect(parseDuration(text)).toBeNull(),
  );
  it("are shown in the largest unit that is whole", () => {
    expect([0, 90_000, 120_000, 7_200_000, 604_800_000].map((ms) => inWholeUnit(ms))).toEqual([
      { count: 0, unit: "s" },
      { count: 90, unit: "s" },
      { count: 2, unit: "min" },
      { count: 2, unit: "h" },
      { count: 7, unit: "d" },
    ]);
  });
});

describe("completion of a requirement", () => {
  const skills = [
    { skill: "billing", name: "Billing" },
    { skill: "language=zh", name: "Language: Chinese" },
  ];
  const insertsAt = (text: string) =>
    completionsAt(text, text.length, skills).options.map(({ insert }) => insert);
  it("offers skills where one is expected, by key or by name", () => {
    expect(insertsAt("")).toEqual(["billing", "language=zh"]);
    expect(insertsAt("billing and ")).toEqual(["billing", "language=zh"]);
    expect(insertsAt("not (la")).toEqual(["language=zh"]);
    expect(insertsAt("chin")).toEqual(["language=zh"]);
  });
  it("offers and, or behind a test, and nothing where only a number fits", () => {
    expect(insertsAt("billing>=5 ")).toEqual(["and", "or"]);
    expect(insertsAt("billing>=")).toEqual([]);
  });
  it("replaces the word that the caret is in", () => {
    expect(completionsAt("bil and vip", 2, skills)).toMatchObject({ from: 0, to: 3 });
  });
  it("joins a condition by and, unless one is open", () => {
    expect(withCondition("", "vip")).toBe("vip");
    expect(withCondition("billing", "vip")).toBe("billing and vip");
    expect(withCondition("billing or ", "vip")).toBe("billing or vip");
  });
});

describe("opening hours", () => {
  const schedule = {
    id: "s",
    name: "Office",
    timezone: "Europe/Berlin",
    weekly: [{ days: [1, 2, 3, 4, 5], from: "08:00", to: "17:00" }],
    holidays: [{ date: "2026-12-25", name: "Christmas", intervals: [] }],
  };
  it("are read from a day's text, and refused when they run backwards", () => {
    expect(parseHours("9-12, 13:30-17")).toEqual([
      { from: "09:00", to: "12:00" },
      { from: "13:30", to: "17:00" },
    ]);
    expect(parseHours("")).toEqual([]);
    expect(parseHours("17-9")).toBeNull();
    expect(parseHours("all day")).toBeNull();
  });
  it("come and go between week and days unchanged", () => {
    expect(weekOfDays(daysOfWeek(schedule.weekly))).toEqual(schedule.weekly);
    expect(daysOfWeek(schedule.weekly)[5]).toEqual([]);
  });
  it("say what is now and what comes next, across a weekend and a holiday", () => {
    const friday = Date.parse("2026-11-27T10:00:00+01:00");
    expect(openingState(schedule, friday)).toMatchObject({
      isOpen: true,
      next: { time: "17:00", inDays: 0 },
    });
    const saturday = Date.parse("2026-11-28T10:00:00+01:00");
    expect(openingState(schedule, saturday)).toMatchObject({
      isOpen: false,
      next: { day: 1, time: "08:00", inDays: 2 },
    });
    const christmas = Date.parse("2026-12-25T10:00:00+01:00");
    expect(openingState(schedule, christmas)).toMatchObject({
      isOpen: false,
      holiday: "Christmas",
      next: { day: 1, inDays: 3 },
    });
  });
  it("that never end have no next change, and an unknown time zone has no state", () => {
    const always = {
      ...schedule,
      weekly: [{ days: [1, 2, 3, 4, 5, 6, 7], from: "00:00", to: "24:00" }],
      holidays: [],
    };
    expect(openingState(always, Date.parse("2026-11-28T10:00:00Z"))).toEqual({
      isOpen: true,
      next: null,
      holiday: null,
    });
    expect(openingState({ ...schedule, timezone: "Mars/Olympus" }, 0)).toBeNull();
  });
});

describe("what is pasted", () => {
  it("gives holidays by several ways of writing dates, and says what it could not read", () => {
    const { holidays, unread } = parseHolidays(
      "2026-12-25 Christmas\n01.01.2027;New Year\n2026/12/24 09:00-12:00 Christmas Eve\n2026-02-30 Never\nhello",
      parseHours,
    );
    expect(holidays).toEqual([
      { date: "2026-12-25", name: "Christmas", intervals: [] },
      { date: "2027-01-01", name: "New Year", intervals: [] },
      { date: "2026-12-24", name: "Christmas Eve", intervals: [{ from: "09:00", to: "12:00" }] },
    ]);
    expect(unread).toEqual(["2026-02-30 Never", "hello"]);
  });
  it("gives proficiencies by row and column", () => {
    expect(parseCells("7\t\t10\n-\tx\t3\n")).toEqual([
      [7, 0, 10],
      [0, null, 3],
    ]);
  });
});
