import { parseArgs } from "node:util";
import { DateTime, IANAZone } from "luxon";
import { UsageError } from "./command.ts";
import type { IntervalMinutes } from "../simulation/simulation.ts";

/** What `ringdown simulate` was asked for, checked as far as one option goes. Times: epoch ms. */
export interface SimulateOptions {
  from: number | null;
  to: number | null;
  zone: string;
  intervalMinutes: IntervalMinutes;
  replications: number;
  seed: number;
  model: string | null;
  arrivals: string | null;
  staffing: string | null;
  configuration: string | null;
  compare: string | null;
  dataDir: string | null;
  json: boolean;
  html: string | null;
  talkMs: number;
  patienceMs: number | null;
  answerMs: number;
  noAnswer: number;
}

const text = { type: "string" } as const;
const options = {
  ...{ from: text, to: text, zone: text, interval: text, replications: text, seed: text },
  ...{ model: text, arrivals: text, staffing: text, configuration: text, compare: text, "data-dir": text },
  ...{ html: text, talk: text, patience: text, answer: text, "no-answer": text },
  json: { type: "boolean" },
} as const;

export function readSimulateOptions(args: string[]): SimulateOptions {
  const values = parse(args);
  const zone = values.zone ?? DateTime.local().zoneName;
  if (!IANAZone.isValidZone(zone)) throw new UsageError(`--zone: there is no time zone "${zone}"`);
  const number = (name: keyof typeof options, usual: number, least: number, most: number) => {
    const given = values[name];
    if (given === undefined) return usual;
    const value = Number(given);
    if (given === "" || !(value >= least && value <= most))
      throw new UsageError(`--${name} must be a number from ${least} to ${most}, not "${String(given)}"`);
    return value;
  };
  const time = (name: "from" | "to") =>
    values[name] === undefined ? null : readTime(name, values[name], zone);
  const [from, to] = [time("from"), time("to")];
  if (from !== null && to !== null && from >= to) throw new UsageError("--from must be before --to");
  return {
    ...{ from, to, zone },
    intervalMinutes: readInterval(values.interval),
    replications: whole("replications", number("replications", 5, 1, 100)),
    seed: whole("seed", number("seed", 1, 0, 2 ** 31)),
    model: values.model ?? null,
    arrivals: values.arrivals ?? null,
    staffing: values.staffing ?? null,
    configuration: values.configuration ?? null,
    compare: values.compare ?? null,
    dataDir: values["data-dir"] ?? null,
    json: values.json ?? false,
    html: values.html ?? null,
    talkMs: number("talk", 240, 1, 86_400) * 1_000,
    patienceMs: values.patience === undefined ? null : number("patience", 0, 1, 86_400) * 1_000,
    answerMs: number("answer", 4, 0, 120) * 1_000,
    noAnswer: number("no-answer", 0, 0, 99) / 100,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function whole(name: string, value: number): number {
  if (!Number.isInteger(value)) throw new UsageError(`--${name} must be a whole number`);
  return value;
}

function readTime(name: string, given: string, zone: string): number {
  const time = DateTime.fromISO(given.replace(" ", "T"), { zone });
  if (time.isValid) return time.toMillis();
  throw new UsageError(
    `--${name} must be a date or a time such as 2026-11-23 or 2026-11-23T08:00, not "${given}"`,
  );
}

function readInterval(given: string | undefined): IntervalMinutes {
  const minutes = Number(given ?? 30);
  if (minutes === 15 || minutes === 30 || minutes === 60) return minutes;
  throw new UsageError(`--interval must be 15, 30 or 60 (minutes), not "${given ?? ""}"`);
}
