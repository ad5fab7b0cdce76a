import { spawn, type ChildProcess } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../base/log.ts";
import type { PostgresAccount } from "./postgres-account.ts";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import { identity, postgresEnvironment } from "./postgres-cluster.ts";
import { commandOf, startOf } from "./process-identity.ts";

interface ProcessParts {
  binaries: PostgresBinaries;
  account: PostgresAccount;
  cluster: string;
  port: number;
  disposable: boolean;
  log: Log;
}

export interface PostgresProcess {
  close(): Promise<void>;
}

const startTimeoutMs = 60_000;
const restartDelayMs = 500;

/** The server whose process was killed hard lives on: stop the one that `postmaster.pid` names, if it is ours. */
export async function stopLeftOver(cluster: string, log: Log): Promise<void> {
  const text = await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => null);
  const pid = Number(text?.split("\n")[0]);
  if (!(pid > 1)) return;
  const started = await startOf(pid);
  if (started === null || !(await commandOf(pid))?.includes(cluster)) return; // a stale file; postgres copes
  log.warn({ pid }, "stopping a PostgreSQL that an earlier life left running");
  for (const [signal, patienceMs] of [
    ["SIGINT", 15_000], // fast shutdown
    ["SIGQUIT", 5_000], // immediate shutdown
    ["SIGKILL", 5_000],
  ] as const) {
    process.kill(pid, signal);
    const giveUpAt = performance.now() + patienceMs;
    while (performance.now() < giveUpAt) {
      if ((await startOf(pid)) !== started) return;
      await wait(20);
    }
  }
  throw new Error(`The PostgreSQL of an earlier life (process ${pid}) does not stop: end it by hand`);
}

/** Starts the server and keeps it running: one that dies by itself is started again on the same port. */
export async function startPostgresProcess(parts: ProcessParts): Promise<PostgresProcess> {
  let child = await launch(parts);
  let closing: Promise<void> | null = null;
  const watch = (running: ChildProcess) => {
    running.once("exit", (code, signal) => {
      if (isClosing()) return;
      parts.log.error({ code, signal }, "the embedded PostgreSQL ended by itself; starting it again");
      void relaunch(); // has its own error handling
    });
  };
  const isClosing = () => closing !== null;
  const relaunch = async (): Promise<void> => {
    while (!isClosing()) {
      try {
        await wait(restartDelayMs);
        const next = await launch(parts);
        if (isClosing()) return await stop(next);
        child = next;
        return watch(child);
      } catch (error) {
        parts.log.error({ error: String(error) }, "the embedded PostgreSQL does not start again");
      }
    }
  };
  watch(child);
  return {
    close() {
      closing ??= stop(child);
      return closing;
    },
  };
}

/** In a session of its own: Ctrl-C in the terminal reaches us alone, and the database outlives our drain. */
async function launch(parts: ProcessParts): Promise<ChildProcess> {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: "100",
    shared_buffers: "64MB",
    timezone: "UTC",
    log_timezone: "UTC",
    ...(parts.disposable ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off" } : {}),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(parts.binaries.postgres, ["-D", parts.cluster, "-p", String(parts.port), ...flags], {
    ...identity(parts.account),
    cwd: parts.cluster,
    env: postgresEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  await untilReady(child, parts);
  child.unref();
  return child;
}

function untilReady(child: ChildProcess, parts: ProcessParts): Promise<void> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const giveUp = setTimeout(() => {
      child.kill("SIGQUIT");
      reject(new Error(`PostgreSQL was not ready within ${startTimeoutMs / 1_000} s: ${lines.join(" | ")}`));
    }, startTimeoutMs);
    child.once("error", (error) => {
      clearTimeout(giveUp);
      reject(new Error(`PostgreSQL could not be started: ${error.message}`, { cause: error }));
    });
    child.once("exit", () => {
      clearTimeout(giveUp);
      reject(explainExit(lines.join("\n"), parts));
    });
    if (child.stderr === null) return;
    createInterface({ input: child.stderr }).on("line", (line) => {
      lines.push(line);
      if (lines.length > 20) lines.shift();
      parts.log.debug({ line }, "postgres");
      if (!line.includes("database system is ready to accept connections")) return;
      clearTimeout(giveUp);
      resolve();
    });
  });
}

function explainExit(said: string, parts: ProcessParts): Error {
  if (/No space left on device/.test(said))
    return new Error(`The disk is full: PostgreSQL cannot start in ${parts.cluster}`);
  if (/Address already in use/.test(said)) return new Error(`PostgreSQL's port ${parts.port} is in use`);
  if (/Permission denied|has wrong ownership|invalid permissions/.test(said))
    return new Error(`PostgreSQL may not use ${parts.cluster}: ${said}`);
  return new Error(`PostgreSQL did not start in ${parts.cluster}: ${said}`);
}

/** Fast shutdown, then the harder ways. */
function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const harder = setTimeout(() => child.kill("SIGQUIT"), 15_000);
    const hardest = setTimeout(() => child.kill("SIGKILL"), 20_000);
    child.once("exit", () => {
      clearTimeout(harder);
      clearTimeout(hardest);
      resolve();
    });
    child.kill("SIGINT");
  });
}
