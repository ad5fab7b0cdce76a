import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readArrivals } from "./arrivals-csv.ts";
import { CsvProblem } from "./csv.ts";
import { readStaffing } from "./staffing-csv.ts";

const zone = "Europe/Berlin";

describe("a file of arrivals", () => {
  it("has one line per caller, with what is known of them, on the zone's clock", () => {
    const text =
      "at,queue,talk_s,patience_s,priority,requirement\n" +
      '2026-11-23T09:00:05,"Sales, new",120.5,,2,language=zh\n' +
      "2026-11-23 08:59,Support,,30,,\n";
    const { arrivals, queues } = readArrivals(text, zone);
    expect(queues).toEqual(["Sales, new", "Support"]);
    expect(arrivals.known).toMatchObject([
      { at: Date.UTC(2026, 10, 23, 7, 59), leaving: { afterMs: 30_000, cause: "abandoned" }, talkMs: null },
      {
        at: Date.UTC(2026, 10, 23, 8, 0, 5),
        talkMs: 120_500,
        leaving: null,
        entry: { queueId: "Sales, new", priority: 2, requirement: "language=zh" },
      },
    ]);
  });

  it("or one line per interval, with a number of calls; semicolons, a byte order mark and comments are fine", () => {
    const text = "\uFEFFfrom;minutes;calls\r\n# Monday\r\n2026-11-23T09:00;30;12.5\r\n";
    const { arrivals, from, to } = readArrivals(text, zone);
    expect(arrivals.streams[0]?.periods).toEqual([{ from, to, calls: 12.5 }]);
    expect(to - from).toBe(1_800_000);
  });

  it.each([
    ["", "the file is empty; a header line is needed"],
    ["at,colour\n", 'line 1: there is no column "colour"'],
    ["at,at\n", "line 1: the column at comes twice"],
    [
      "queue,talk_s\nSales,3\n",
      'line 1: a column "at" (one line per caller) or "from" (per interval) is needed',
    ],
    ["from,calls\n", "line 1: the column minutes is missing"],
    ["at\n", "there are no lines below the header"],
    ["at,talk_s\n\n\n2026-11-23T09:00,abc\n", 'line 4: column talk_s is not a number: "abc"'],
    ["at,talk_s\n2026-11-23T09:00,-1\n", "line 2: column talk_s must be from 0 to 86400, not -1"],
    ["at,talk_s\nyesterday,1\n", "line 2: column at is not a date and time"],
    ["at,talk_s\n2026-11-23T09:00,1,2\n", "line 2: has 3 cells, the header has 2"],
    ['at,queue\n2026-11-23T09:00,"Sales\n', "line 2: a quote is not closed"],
    ["at,requirement\n2026-11-23T09:00,and\n", "line 2: column requirement: A skill is expected"],
    ["from,minutes,calls\n2026-11-23T09:00,30,\n", "line 2: column calls is empty"],
  ])("%j is refused with the line and the column", (text, sentence) => {
    expect(() => readArrivals(text, zone)).toThrow(CsvProblem);
    expect(() => readArrivals(text, zone)).toThrow(sentence);
  });

  it("whatever is in it, it is read or refused with a sentence", () => {
    const cell = fc.oneof(
      fc.constantFrom(
        "2026-11-23T09:00",
        "Sales",
        "12",
        "",
        '"',
        "at",
        "from",
        "minutes",
        "calls",
        "queue",
        ";",
      ),
      fc.string(),
    );
    const file = fc.array(fc.array(cell, { maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(file, (lines) => {
        const text = lines.map((cells) => cells.join(",")).join("\n");
        for (const read of [readArrivals, readStaffing]) {
          try {
            read(text, zone);
          } catch (error) {
            expect(error).toBeInstanceOf(CsvProblem);
          }
        }
      }),
    );
  });
});

describe("a file of staffing", () => {
  it("names agents, their shifts, queues and skills", () => {
    const text =
      "agent,from,to,queues,skills\n" +
      "ann,2026-11-23T08:00,2026-11-23T12:00,Sales|Support,billing:5|language=zh:8\n" +
      "ann,2026-11-23T12:00,2026-11-23T16:00,,\n";
    expect(readStaffing(text, "UTC")).toEqual([
      {
        name: "ann",
        queues: ["Sales", "Support"],
        skills: { billing: 5, "language=zh": 8 },
        shifts: [{ from: Date.UTC(2026, 10, 23, 8), to: Date.UTC(2026, 10, 23, 16) }],
      },
    ]);
  });

  it("or counts them: the same people go on where they can, others come where more are needed", () => {
    const text =
      "agents,from,to,queues\n" +
      "2,2026-11-23T08:00,2026-11-23T09:00,Sales\n" +
      "3,2026-11-23T09:00,2026-11-23T10:00,Sales\n" +
      "1,2026-11-23T09:30,2026-11-23T10:00,Sales\n";
    const agents = readStaffing(text, "UTC");
    expect(agents.map(({ name, shifts }) => [name, shifts.length])).toEqual([
      ["Sales 1", 1],
      ["Sales 2", 1],
      ["Sales 3", 1],
      ["Sales 4", 1],
    ]);
    expect(agents[0]?.shifts[0]?.to).toBe(Date.UTC(2026, 10, 23, 10));
  });

  it.each([
    ["from,to\n", 'line 1: either a column "agent"'],
    ["agent,agents,from,to\n", 'line 1: either a column "agent"'],
    ["agent,from,to\nann,2026-11-23T09:00,2026-11-23T08:00\n", "line 2: column to must be after from"],
    [
      "agents,from,to\n1.5,2026-11-23T08:00,2026-11-23T09:00\n",
      "line 2: column agents must be a whole number",
    ],
    [
      "agent,from,to,skills\nann,2026-11-23T08:00,2026-11-23T09:00,billing:11\n",
      'line 2: column skills: "billing:11" is not a skill with a level from 1 to 10',
    ],
  ])("%j is refused with the line and the column", (text, sentence) => {
    expect(() => readStaffing(text, "UTC")).toThrow(sentence);
  });
});
