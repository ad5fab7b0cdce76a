import { parseRequirement } from "../../contract/requirement.ts";
import { timeIn } from "./csv-time.ts";
import { CsvProblem, type CsvRow, type CsvTable, numberIn, parseCsv, requireColumns, textIn } from "./csv.ts";
import type { ArrivalStream, Arrivals, EntryProfile, KnownVisit } from "./scenario.ts";

const perCaller = ["at", "queue", "talk_s", "wrap_up_s", "patience_s", "priority", "requirement", "age_s"];
const perInterval = ["from", "minutes", "queue", "calls", "talk_s", "priority", "requirement"];

const second = 1_000;
const minute = 60 * second;

/** What a file of arrivals says. */
export interface ReadArrivals {
  arrivals: Arrivals;
  /** Covers all of them: from the first to after the last. */
  from: number;
  to: number;
  /** The queues that are named, in order; empty when there is no such column. */
  queues: string[];
}

/**
 * One line per caller (`at`) or per interval (`from`, `minutes`, `calls`: so many on average, at random). Empty cells
 * are drawn by chance. The queue is what the file calls it. Throws CsvProblem with line and column.
 */
export function readArrivals(text: string, zone: string): ReadArrivals {
  const table = parseCsv(text, [...new Set([...perCaller, ...perInterval])]);
  const isPerCaller = table.columns.includes("at");
  if (!isPerCaller && !table.columns.includes("from"))
    throw new CsvProblem('line 1: a column "at" (one line per caller) or "from" (per interval) is needed');
  requireColumns(table, isPerCaller ? ["at"] : ["from", "minutes", "calls"]);
  if (table.rows.length === 0) throw new CsvProblem("there are no lines below the header");
  const hasQueue = table.columns.includes("queue");
  const queues = hasQueue ? [...new Set(table.rows.map((row) => textIn(row, "queue")))] : [];
  return { queues, ...(isPerCaller ? readCallers(table, zone) : readIntervals(table, zone)) };
}

function readCallers(table: CsvTable, zone: string) {
  const known = table.rows.map((row) => readCaller(row, zone)).sort((a, b) => a.at - b.at);
  const from = known[0]?.at ?? 0;
  return { arrivals: { known, streams: [] }, from, to: (known.at(-1)?.at ?? from) + 1 };
}

function readCaller(row: CsvRow, zone: string): KnownVisit {
  const ms = (column: string) => {
    const seconds = numberIn(row, column, 0, 86_400);
    return seconds === null ? null : Math.round(seconds * second);
  };
  const patienceMs = ms("patience_s");
  const ageMs = ms("age_s");
  return {
    at: timeIn(row, "at", zone),
    entry: { ...readEntry(row), ...(ageMs === null ? {} : { ageMs }) },
    talkMs: ms("talk_s"),
    wrapUpMs: ms("wrap_up_s"),
    leaving: patienceMs === null ? null : { afterMs: patienceMs, cause: "abandoned" },
    waitedMs: 0,
    next: null,
  };
}

function readEntry(row: CsvRow): EntryProfile {
  const requirement = row.cell("requirement");
  if (requirement !== "") {
    const parsed = parseRequirement(requirement);
    if (!parsed.ok)
      throw new CsvProblem(
        `line ${row.line}: column requirement: ${parsed.problem.sentence} (character ${parsed.problem.at})`,
      );
  }
  return {
    queueId: row.cell("queue"),
    channel: "voice",
    priority: numberIn(row, "priority", 0, 10) ?? 0,
    ...(requirement === "" ? {} : { requirement }),
  };
}

function readIntervals(table: CsvTable, zone: string) {
  const streams = table.rows.map((row): ArrivalStream => {
    const from = timeIn(row, "from", zone);
    const to = from + required(row, "minutes", 1, 44_640) * minute;
    const talk_s = numberIn(row, "talk_s", 0, 86_400);
    return {
      entry: readEntry(row),
      talk: talk_s === null ? null : { type: "lognormal", meanMs: talk_s * second, variation: 1 },
      periods: [{ from, to, calls: required(row, "calls", 0, 1e6) }],
    };
  });
  const periods = streams.flatMap((stream) => stream.periods);
  const from = Math.min(...periods.map((period) => period.from));
  const to = Math.max(...periods.map((period) => period.to));
  return { arrivals: { known: [], streams }, from, to };
}

function required(row: CsvRow, column: string, least: number, most: number): number {
  textIn(row, column);
  return numberIn(row, column, least, most) ?? 0;
}
