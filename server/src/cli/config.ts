/** `ringdown config`: the routing as a file, beside the screens. */
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import {
  changeRouting,
  readFileSurroundings,
  type RoutingPlan,
  planRouting,
} from "../admin/routing-files.ts";
import { Failure } from "../base/failure.ts";
import { describeError, openLog } from "../base/log.ts";
import type { RoutingDifference } from "../contract/routing.ts";
import { openPostgres, type Postgres } from "../store/postgres.ts";
import type { Command, Terminal } from "./command.ts";
import { findDatabase } from "./database.ts";
import { readRouting, writeRouting } from "./routing-file.ts";

const help = `Usage: ringdown config export [--json] [--version N]
       ringdown config plan FILE
       ringdown config apply FILE [--yes] [--note TEXT]

The routing (skills, schedules, teams, queues, agents' skills and capacities) as a file.

  export   writes what is published, as YAML with comments, or as JSON; or an earlier version
  plan     tells what is wrong with a file and what it would change; nothing is kept.
           Exit codes: 0 nothing to do, 2 there are differences, 1 there are errors
  apply    the same, and then publishes: every running server takes it up at once. Asks first, unless --yes is given.
           Exit codes: 0 done or nothing to do, 1 refused

FILE may be - for standard input. Things are matched by id: a new name renames, a missing thing is removed, a thing
without an id is the published one of the same name, or a new one.

The database is DATABASE_URL, or the embedded one of a ringdown that runs here (--data-dir FOLDER if its data is
elsewhere).

Examples
  ringdown config export > routing.yaml
  ringdown config plan routing.yaml
  ringdown config apply routing.yaml --note "Night shift" --yes
`;

/** Not the usual ones: `plan` tells by them. */
const exitCodes = { same: 0, failed: 1, different: 2 } as const;

export const configCommand: Command = {
  name: "config",
  summary: "the routing as a file: export, plan, apply",
  help,
  async run(args, terminal) {
    const { values, positionals } = readArguments(args);
    const [action, file] = positionals;
    const postgres = await open(values["data-dir"] ?? null, terminal);
    try {
      if (action === "export") return await write(postgres, values, terminal);
      if (file === undefined)
        throw new Failure("bad-request", `ringdown config ${action ?? ""} needs a FILE`);
      if (action === "plan") return await plan(postgres, file, terminal);
      return await apply(postgres, file, values, terminal);
    } finally {
      await postgres.close();
    }
  },
};

type Values = ReturnType<typeof readArguments>["values"];

/** Called wrongly is exit code 1 here, as 2 says that there are differences. */
function readArguments(args: string[]) {
  try {
    const text = { type: "string" } as const;
    const flag = { type: "boolean" } as const;
    const options = { json: flag, yes: flag, version: text, note: text, "data-dir": text };
    const read = parseArgs({ args, options, allowPositionals: true });
    const [action] = read.positionals;
    if (action !== undefined && ["export", "plan", "apply"].includes(action)) return read;
    throw new Error(action === undefined ? "export, plan or apply is missing" : `there is no ${action}`);
  } catch (error) {
    throw new Failure("bad-request", `config: ${describeError(error)} (ringdown config --help says more)`);
  }
}

async function open(dataDir: string | null, terminal: Terminal): Promise<Postgres> {
  const url = await findDatabase(dataDir, terminal);
  const postgres = await openPostgres({ url }, openLog("silent"), { migrate: false, startTimeoutMs: 3_000 });
  const [row] = await postgres.query<{ table: string | null }>(
    "select to_regclass('routing_version')::text as table",
  );
  if (typeof row?.table === "string") return postgres;
  await postgres.close();
  const advice = "start this version of ringdown once, which brings it up to date";
  throw new Failure("conflict", `The database is of an older version, or not one of Ringdown's: ${advice}`);
}

async function write(postgres: Postgres, { json, version }: Values, terminal: Terminal): Promise<number> {
  const wanted = version === undefined ? null : Number(version);
  if (wanted !== null && !(Number.isInteger(wanted) && wanted > 0))
    throw new Failure("bad-request", `--version is a number from 1, not ${version ?? ""}`);
  const around = await readFileSurroundings(postgres, wanted);
  const { document } = around;
  terminal.print(json === true ? `${JSON.stringify(document, null, 2)}\n` : writeRouting(document, around));
  return exitCodes.same;
}

async function plan(postgres: Postgres, file: string, terminal: Terminal): Promise<number> {
  const planned = await planFile(postgres, file);
  show(planned, terminal);
  if (planned.problems.some(({ severity }) => severity === "error")) return exitCodes.failed;
  return planned.differences.length > 0 ? exitCodes.different : exitCodes.same;
}

async function apply(postgres: Postgres, file: string, values: Values, terminal: Terminal): Promise<number> {
  const planned = await planFile(postgres, file);
  show(planned, terminal);
  if (planned.problems.some(({ severity }) => severity === "error")) return exitCodes.failed;
  if (planned.differences.length === 0) return exitCodes.same;
  if (values.yes !== true && !(await confirm(planned, file, terminal))) {
    terminal.say("Nothing was changed\n");
    return exitCodes.failed;
  }
  const { version } = await changeRouting(postgres, planned, values.note ?? "");
  terminal.say(`Published as version ${version}\n`);
  return exitCodes.same;
}

async function planFile(postgres: Postgres, file: string): Promise<RoutingPlan> {
  const text = await readText(file);
  const around = await readFileSurroundings(postgres, null);
  return await planRouting(postgres, readRouting(text, around), around.version);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file === "-" ? "/dev/stdin" : file, "utf8");
  } catch (error) {
    throw new Failure("bad-request", `${file} can't be read: ${describeError(error)}`);
  }
}

function show({ version, problems, differences }: RoutingPlan, terminal: Terminal): void {
  for (const { severity, path, message } of problems)
    terminal.print(`${severity === "error" ? "error  " : "warning"}  ${message}  [${path}]\n`);
  for (const difference of differences) terminal.print(`${sayDifference(difference)}\n`);
  const count = differences.length;
  const found = count === 0 ? "no differences" : count === 1 ? "1 difference" : `${count} differences`;
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const refused = errors === 0 ? "" : `; ${errors === 1 ? "1 error" : `${errors} errors`}`;
  terminal.print(`Against version ${version}: ${found}${refused}\n`);
}

function sayDifference({ kind, what, name, field, before, after }: RoutingDifference): string {
  if (kind === "added") return `+ ${what} ${name}`;
  if (kind === "removed") return `- ${what} ${name}`;
  return `~ ${what} ${name}: ${field ?? ""}  ${sayValue(before)} -> ${sayValue(after)}`;
}

function sayValue(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

async function confirm({ differences }: RoutingPlan, file: string, terminal: Terminal): Promise<boolean> {
  if (!terminal.isInteractive || file === "-")
    throw new Failure("bad-request", "Nobody can be asked here: add --yes to publish");
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const count = differences.length === 1 ? "this difference" : `these ${differences.length} differences`;
    return /^y(es)?$/i.test((await asking.question(`Publish ${count}? (yes/no) `)).trim());
  } finally {
    asking.close();
  }
}
