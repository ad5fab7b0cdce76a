/** `ringdown media`: media servers, for whoever stops and starts them. */
import { parseArgs } from "node:util";
import { system } from "../admin/audit.ts";
import {
  drainMediaServer,
  listMediaDrains,
  listMediaReports,
  type MediaServerReport,
  undrainMediaServer,
} from "../admin/media-servers.postgres.ts";
import { Failure } from "../base/failure.ts";
import { describeError, openLog } from "../base/log.ts";
import { openPostgres, type Postgres } from "../store/postgres.ts";
import { type Command, exitCodes, type Terminal, UsageError } from "./command.ts";
import { findDatabase } from "./database.ts";

const help = `Usage: ringdown media list
       ringdown media drain HOST:PORT [--force]
       ringdown media undrain HOST:PORT

The media servers (FreeSWITCH), as the running nodes see them.

  list      each server: its state, its sessions, and whether it may be stopped
  drain     it gets no new calls, from any node and also after a restart; those on it go on. Wait until \`list\` says
            "0 calls: may be stopped". The last server that takes calls is refused, unless --force is given
  undrain   it gets calls again

HOST:PORT is the server's event socket, as in FREESWITCH_HOST and FREESWITCH_PORT.

The database is DATABASE_URL, or the embedded one of a ringdown that runs here (--data-dir FOLDER if its data is
elsewhere).

Example
  ringdown media drain 10.0.0.7:8021 && ringdown media list
`;

const actions = ["list", "drain", "undrain"];

export const mediaCommand: Command = {
  name: "media",
  summary: "media servers: list them, drain one before it is stopped",
  help,
  async run(args, terminal) {
    const { values, action, name } = readArguments(args);
    const url = await findDatabase(values["data-dir"] ?? null, terminal);
    const postgres = await openPostgres({ url }, openLog("error"), { migrate: false });
    try {
      if (action === "drain") await drain(postgres, name, values.force === true, terminal);
      else if (action === "undrain") await undrain(postgres, name, terminal);
      else await list(postgres, terminal);
      return exitCodes.done;
    } finally {
      await postgres.close();
    }
  },
};

function readArguments(args: string[]) {
  try {
    const options = { force: { type: "boolean" }, "data-dir": { type: "string" } } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [action = "", name = "", ...rest] = positionals;
    if (!actions.includes(action)) throw new Error("list, drain or undrain is missing");
    if (rest.length > 0 || (name === "") !== (action === "list"))
      throw new Error(action === "list" ? "list takes no name" : `${action} needs one HOST:PORT`);
    return { values, action, name };
  } catch (error) {
    throw new UsageError(`media: ${describeError(error)} (ringdown media --help says more)`);
  }
}

async function drain(postgres: Postgres, name: string, force: boolean, terminal: Terminal): Promise<void> {
  const reports = await listMediaReports(postgres);
  const names = [...new Set(reports.map((each) => each.name))];
  const servers = names.map((each) => ({
    name: each,
    // One node that can't use it is enough: that node's calls would have nowhere to go.
    isReady: reports
      .filter((report) => report.name === each)
      .every(({ state }) => state === "up" || state === "draining"),
  }));
  await postgres.transaction((inside) => drainMediaServer(inside, system, { name, force, servers }));
  terminal.say(`${name} gets no new calls\n`);
  await list(postgres, terminal);
}

async function undrain(postgres: Postgres, name: string, terminal: Terminal): Promise<void> {
  const wasDrained = await postgres.transaction((inside) => undrainMediaServer(inside, system, name));
  if (!wasDrained) throw new Failure("not-found", `The media server ${name} is not being drained`);
  terminal.say(`${name} gets calls again\n`);
}

async function list(postgres: Postgres, terminal: Terminal): Promise<void> {
  const reports = await listMediaReports(postgres);
  const drains = await listMediaDrains(postgres);
  const drained = new Set(drains.map(({ name }) => name));
  const unseen = drains.filter(({ name }) => !reports.some((report) => report.name === name));
  const rows = [
    ["SERVER", "NODE", "STATE", "SESSIONS", "OURS", ""],
    ...reports.map((report) => rowOf(report, drained.has(report.name))),
    ...unseen.map(({ name }) => [name, "-", "draining", "-", "-", "No running node knows this server"]),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  for (const row of rows)
    terminal.print(
      `${row
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
  if (reports.length === 0) terminal.say("No node has told of its media servers in the last minute\n");
}

function rowOf(report: MediaServerReport, isDrained: boolean): string[] {
  const { name, nodeId, sessions, maxSessions, channels } = report;
  // What the node has not read yet is seconds away.
  const state = isDrained && report.state === "up" ? "draining" : report.state;
  const sentence = state === report.state ? report.sentence : "Being drained";
  const most = maxSessions === null || maxSessions === 0 ? "" : `/${maxSessions}`;
  return [name, nodeId, state, sessions === null ? "-" : `${sessions}${most}`, String(channels), sentence];
}
