import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runner } from "node-pg-migrate";
import pg from "pg";
import type { Log } from "../base/log.ts";

/** Any number, the same in every version: nodes that start at once take turns. */
export const migrationLockKey = 7_246_853_001;

export interface MigrationStep {
  /** As table schema_migration has it. */
  name: string;
  sql: string;
}

/** Every step of the schema that this version knows, oldest first. */
export async function readMigrationSteps(): Promise<MigrationStep[]> {
  const folder = migrationsFolder();
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).sort();
  return await Promise.all(
    files.map(async (file) => ({
      name: basename(file, ".sql"),
      sql: await readFile(join(folder, file), "utf8"),
    })),
  );
}

/** The SQL files: beside this file in the sources, or in the sources beside the build. */
function migrationsFolder(): string {
  const candidates = ["./migrations/", "../../src/store/migrations/"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`The migrations are missing; looked in ${candidates.join(" and ")}`);
  return found;
}

/** Brings the schema up to date, one node at a time. A step that fails rolls all of its run back. */
export async function migrate(url: string, log: Log): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: "ringdown-migrate" });
  client.on("error", () => undefined); // the statement under way rejects with the same error
  await client.connect();
  try {
    await takeTurn(client, log);
    const done = await runner({
      dbClient: client,
      dir: migrationsFolder(),
      direction: "up",
      migrationsTable: "schema_migration",
      noLock: true,
      checkOrder: true,
      log: () => undefined,
      logger: { debug: () => undefined, info: () => undefined, warn: warnTo(log), error: errorTo(log) },
    });
    if (done.length > 0)
      log.info({ steps: done.map((step) => step.name) }, "the database schema was updated");
  } finally {
    await client.end();
  }
}

/** Held until the connection ends. Whoever comes second waits, and then finds nothing left to do. */
async function takeTurn(client: pg.Client, log: Log): Promise<void> {
  const { rows } = await client.query<{ mine: boolean }>("select pg_try_advisory_lock($1) as mine", [
    migrationLockKey,
  ]);
  if (rows[0]?.mine === true) return;
  log.info({}, "another node brings the database schema up to date; waiting for it");
  await client.query("select pg_advisory_lock($1)", [migrationLockKey]);
}

function warnTo(log: Log) {
  return (message: string) => {
    log.warn({}, message);
  };
}

function errorTo(log: Log) {
  return (message: string) => {
    log.error({}, message);
  };
}
