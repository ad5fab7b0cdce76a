/** Where `ringdown simulate` takes its inputs from: a model, files, or the ledger. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { readFileSurroundings } from "../admin/routing-files.ts";
import { Failure } from "../base/failure.ts";
import { openLog } from "../base/log.ts";
import { QueueSettings } from "../contract/queues.ts";
import { RoutingDocument } from "../contract/routing.ts";
import {
  type Configuration,
  configurationOf,
  configurationOfModel,
  CsvProblem,
  inputsOfFiles,
  inputsOfModel,
  type Inputs,
  modelSettings,
  readArrivals,
  readModel,
  readPast,
  readStaffing,
  staffConfiguration,
} from "../simulation/simulation.ts";
import { openPostgres } from "../store/postgres.ts";
import { type Terminal, UsageError } from "./command.ts";
import { findDatabase } from "./database.ts";
import { readRouting } from "./routing-file.ts";
import type { SimulateOptions } from "./simulate-options.ts";

export interface Source {
  inputs: Inputs;
  current: Configuration;
  proposed: Configuration | null;
}

/** A file of --configuration or --compare: a whole document, or settings for every queue. */
type Configured = { document: RoutingDocument } | { settings: Partial<QueueSettings> };

export async function openSource(options: SimulateOptions, terminal: Terminal): Promise<Source> {
  const kinds = [options.model !== null, options.arrivals !== null || options.staffing !== null];
  if (kinds.every(Boolean)) throw new UsageError("Either --model or --arrivals with --staffing, not both");
  if (options.model !== null) return await fromModel(options.model, options);
  if (kinds[1]) return await fromFiles(options);
  return await fromLedger(options, terminal);
}

async function fromModel(text: string, options: SimulateOptions): Promise<Source> {
  const model = readModel(text);
  if (typeof model === "string") throw new UsageError(`--model: ${model}`);
  const from = options.from ?? Date.UTC(2026, 0, 5);
  const configured = async (path: string | null) => {
    const read = path === null ? { settings: {} } : await readConfigured(path);
    if ("document" in read)
      throw new UsageError(
        "With --model, the configuration is the settings of one queue, not a whole document",
      );
    return configurationOfModel(model, modelSettings(read.settings));
  };
  return {
    inputs: { ...inputsOfModel(model, { from, zone: options.zone }), intervalMinutes: 60 },
    current: await configured(options.configuration),
    proposed: options.compare === null ? null : await configured(options.compare),
  };
}

async function fromFiles(options: SimulateOptions): Promise<Source> {
  const { arrivals: arrivalsFile, staffing: staffingFile, zone } = options;
  if (arrivalsFile === null || staffingFile === null)
    throw new UsageError("--arrivals and --staffing belong together: who calls, and who works");
  const arrivals = await parseFile(arrivalsFile, (text) => readArrivals(text, zone));
  const staffing = await parseFile(staffingFile, (text) => readStaffing(text, zone));
  const names = [...new Set([...arrivals.queues, ...staffing.flatMap(({ queues }) => queues)])];
  const configured = async (path: string | null) =>
    documentOf(path === null ? { settings: {} } : await readConfigured(path), names);
  const current = await configured(options.configuration);
  const proposed = options.compare === null ? null : await configured(options.compare);
  const finder = (document: RoutingDocument) => (name: string) => findQueue(document, name);
  const staffed = (document: RoutingDocument) =>
    staffConfiguration(configurationOf(document), staffing, finder(document));
  const { from, to, intervalMinutes } = options;
  const usual = behaviourOf(options);
  return {
    inputs: inputsOfFiles(
      arrivals,
      staffing,
      { from, to, zone, intervalMinutes },
      { usual, queueIdOf: finder(current) },
    ),
    current: staffed(current),
    proposed: proposed && staffed(proposed),
  };
}

function behaviourOf({ talkMs, patienceMs, answerMs, noAnswer }: SimulateOptions): Inputs["usual"] {
  return {
    talk: { type: "lognormal", meanMs: talkMs, variation: 1 },
    wrapUp: null,
    patience: patienceMs === null ? null : { type: "exponential", meanMs: patienceMs },
    answering: {
      delay: { type: "constant", ms: answerMs },
      noAnswer,
      decline: 0,
      returnAfter: { type: "constant", ms: 60_000 },
    },
  };
}

async function fromLedger(options: SimulateOptions, terminal: Terminal): Promise<Source> {
  const { from, to, zone, intervalMinutes } = options;
  if (from === null || to === null)
    throw new UsageError(
      "--from and --to say which part of the past is simulated (or use --model, or --arrivals)",
    );
  const url = await findDatabase(options.dataDir, terminal);
  const postgres = await openPostgres({ url }, openLog("silent"), { migrate: false, startTimeoutMs: 3_000 });
  try {
    const around = await readFileSurroundings(postgres, null);
    const document = async (path: string | null) =>
      path === null ? null : readRouting(await readText(path), around);
    const proposed = await document(options.compare);
    return await readPast(postgres, {
      period: { from, to, zone, intervalMinutes },
      current: await document(options.configuration),
      propose: proposed && (() => proposed),
    });
  } finally {
    await postgres.close();
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(code);
    throw new Failure("not-found", `${path} cannot be read: ${why}`);
  }
}

async function parseFile<T>(path: string, parse: (text: string) => T): Promise<T> {
  const text = await readText(path);
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof CsvProblem) throw new Failure("bad-request", `${path}: ${error.message}`);
    throw error;
  }
}

async function readConfigured(path: string): Promise<Configured> {
  const text = await readText(path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Failure("bad-request", `${path} is not JSON: ${error instanceof Error ? error.message : ""}`);
  }
  const isDocument = typeof json === "object" && json !== null && "format" in json;
  const parsed = isDocument ? RoutingDocument.safeParse(json) : QueueSettings.safeParse(json);
  if (!parsed.success)
    throw new Failure(
      "bad-request",
      `${path} is not ${isDocument ? "a routing document" : "the settings of a queue"}: ${sayIssues(parsed.error)}`,
    );
  if (isDocument) return { document: parsed.data as RoutingDocument };
  // Only what the file says: the defaults that parsing adds are no wish of its.
  const given = Object.keys(json as object);
  return { settings: Object.fromEntries(Object.entries(parsed.data).filter(([key]) => given.includes(key))) };
}

function sayIssues(error: z.ZodError): string {
  const issues = error.issues.slice(0, 3).map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
  return issues.join("; ");
}

/** Settings become a document with a queue for each name; a file without names has one queue. */
function documentOf(configured: Configured, names: readonly string[]): RoutingDocument {
  if ("document" in configured) return configured.document;
  const settings = QueueSettings.parse(configured.settings);
  const queues = (names.length === 0 ? ["Queue"] : names).map((name) => ({
    id: name,
    name,
    settings,
    members: [],
    teams: [],
  }));
  return { format: "ringdown-routing/1", skills: [], schedules: [], teams: [], queues, agents: [] };
}

/** By id or name; without a name, the only one that there is. */
function findQueue({ queues }: RoutingDocument, name: string): string {
  if (name === "" && queues.length === 1 && queues[0]) return queues[0].id;
  const found = queues.find((queue) => queue.id === name || queue.name.toLowerCase() === name.toLowerCase());
  if (found) return found.id;
  throw new Failure(
    "bad-request",
    name === ""
      ? "A column queue is needed: there are several queues"
      : `There is no queue "${name}" in the configuration; there are ${queues.map((queue) => queue.name).join(", ")}`,
  );
}
