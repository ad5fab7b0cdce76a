/** For tests: a database of one's own per test file, cloned from a migrated template on one shared server. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { openLog } from "../base/log.ts";
import { openPostgres, type Postgres } from "./postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A superuser's URL of the template database, without a database name at the end. */
    postgresUrl: string;
  }
}

export const templateName = "ringdown_template";

export interface TestDatabase {
  postgres: Postgres;
  url: string;
  /** Drops the database. Throws if a connection to it is still open: somebody leaked a pool. */
  close(): Promise<void>;
}

/** Takes about 60 ms. Needs `tests/postgres.global-setup.ts` as a vitest globalSetup. */
export async function openTestDatabase(): Promise<TestDatabase> {
  const server = inject("postgresUrl");
  const name = `test_${randomBytes(8).toString("hex")}`;
  await administer(server, `create database ${name} template ${templateName} strategy file_copy`);
  const url = `${server}/${name}`;
  const postgres = await openPostgres({ url }, openLog("silent"), { migrate: false });
  let closing: Promise<void> | null = null;
  return {
    postgres,
    url,
    close() {
      closing ??= drop(postgres, server, name);
      return closing;
    },
  };
}

async function drop(postgres: Postgres, server: string, name: string): Promise<void> {
  await postgres.close();
  const open = await administer(
    server,
    `select application_name, query from pg_stat_activity where datname = '${name}'`,
  );
  await administer(server, `drop database ${name} with (force)`);
  if (open.length > 0)
    throw new Error(`${open.length} connection(s) to ${name} were left open: ${JSON.stringify(open)}`);
}

async function administer(server: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: `${server}/postgres` });
  await client.connect();
  try {
    return (await client.query<pg.QueryResultRow>(sql)).rows;
  } finally {
    await client.end();
  }
}
