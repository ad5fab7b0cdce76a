import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { openLog, type Log } from "../base/log.ts";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "../store/embedded-postgres.ts";
import { openPostgres } from "../store/postgres.ts";
import { stopLeftOver } from "../store/postgres-process.ts";
import { startOf } from "../store/process-identity.ts";
import { templateName } from "../store/test-database.ts";
import pg from "pg";

interface Running {
  server: EmbeddedPostgres;
  baseUrl: string;
  folder: string;
}

// One server for all projects of a vitest run, stopped by the last of them.
let running: Promise<Running> | null = null;
let users = 0;

/** Provides `postgresUrl`: a PostgreSQL with a migrated template database, gone at the end of the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  users += 1;
  running ??= start();
  const { baseUrl } = await running;
  project.provide("postgresUrl", baseUrl);
  return async () => {
    users -= 1;
    if (users > 0 || running === null) return;
    const { server, folder } = await running;
    running = null;
    await server.close();
    await rm(folder, { recursive: true, force: true });
  };
}

const prefix = "ringdown-postgres-";

async function start(): Promise<Running> {
  const log = openLog("error");
  await sweep(log);
  const folder = await mkdtemp(join(tmpdir(), prefix));
  const server = await startEmbeddedPostgres(folder, log, { disposable: true });
  const baseUrl = server.url.replace(/\/ringdown$/, "");
  try {
    await makeTemplate(baseUrl);
  } catch (error) {
    await server.close();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return { server, baseUrl, folder };
}

/** A test run that was killed hard leaves its server running: stop those whose run is gone. */
async function sweep(log: Log): Promise<void> {
  const names = await readdir(tmpdir());
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const folder = join(tmpdir(), name);
    const [pid, started] = await readFile(join(folder, "owner.pid"), "utf8").then(
      (text) => text.split("\n"),
      () => [], // another sweep has it
    );
    if (started === undefined || (await startOf(Number(pid))) === started) continue;
    await stopLeftOver(join(folder, "postgres"), log);
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeTemplate(baseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: `${baseUrl}/postgres` });
  await client.connect();
  await client.query(`create database ${templateName}`);
  const template = await openPostgres({ url: `${baseUrl}/${templateName}` }, openLog("error"));
  await template.close();
  await client.query(`alter database ${templateName} with is_template true`);
  await client.end();
}
