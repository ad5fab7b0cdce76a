import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { runner } from "node-pg-migrate";
import pg from "pg";
import type { Log } from "../base/log.ts";

/** Any number, the same in every version: nodes that start at once take turns. */
const lockKey = 7_246_853_001;

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
    await client.query("select pg_advisory_lock($1)", [lockKey]);
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
