/** One moment of the database, table by table, while everybody else goes on. */
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { About } from "./core/manifest.ts";
import { Failure } from "../base/failure.ts";
import { describeError } from "../base/log.ts";

export interface Snapshot {
  postgres: string;
  migrations: string[];
  tables: About["tables"];
  sequences: About["sequences"];
  /** The rows of a table as COPY writes them, some megabytes at a time, cut between rows. */
  dump(table: About["tables"][number]): AsyncGenerator<{ body: Buffer; rows: number }>;
  close(): Promise<void>;
}

const partBytes = 4 * 1_048_576;

/**
 * Opens a transaction that sees one moment and writes nothing, however long it takes. It holds back vacuum meanwhile,
 * and a migration waits for it.
 */
export async function openSnapshot(url: string): Promise<Snapshot> {
  const client = await connect(url, "ringdown-backup");
  try {
    await client.query("begin isolation level repeatable read read only");
    const about = await describe(client);
    return {
      ...about,
      dump: (table) => dump(client, table),
      close: () => client.end(),
    };
  } catch (error) {
    await client.end();
    throw error;
  }
}

/** A connection without the limits that the program's own have. Failure "unavailable" when there is none. */
export async function connect(url: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  client.on("error", () => undefined); // the statement under way rejects with the same error
  try {
    await client.connect();
    await client.query(
      "set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set client_encoding = 'UTF8'; set timezone = 'UTC'; set datestyle = 'ISO'; set search_path = public",
    );
    return client;
  } catch (error) {
    await client.end().catch(() => undefined); // it never connected
    throw new Failure("unavailable", `The database can't be reached: ${describeError(error)}`);
  }
}

async function describe(
  client: pg.Client,
): Promise<Pick<Snapshot, "postgres" | "migrations" | "tables" | "sequences">> {
  const migrations = await readAppliedMigrations(client);
  if (migrations.length === 0)
    throw new Failure(
      "conflict",
      "The database holds nothing of Ringdown's yet: there is nothing to back up",
    );
  const version = await client.query<{ server_version: string }>("show server_version");
  const tables = await client.query<{ name: string; columns: string[] }>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
      group by c.relname order by c.relname`,
  );
  const sequences = await client.query<{ name: string; value: string }>(
    `select sequencename as name, last_value::text as value from pg_sequences
      where schemaname = 'public' and last_value is not null order by sequencename`,
  );
  return {
    postgres: version.rows[0]?.server_version ?? "",
    migrations,
    tables: tables.rows,
    sequences: sequences.rows,
  };
}

/** Steps of the schema that the database has, oldest first; none for a database that was never used. */
export async function readAppliedMigrations(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ there: boolean }>(
    "select to_regclass('public.schema_migration') is not null as there",
  );
  if (rows[0]?.there !== true) return [];
  const steps = await client.query<{ name: string }>("select name from schema_migration order by id");
  return steps.rows.map(({ name }) => name);
}

async function* dump(
  client: pg.Client,
  { name, columns }: About["tables"][number],
): AsyncGenerator<{ body: Buffer; rows: number }> {
  const list = columns.map((column) => pg.escapeIdentifier(column)).join(", ");
  const stream = client.query(copyTo(`copy ${pg.escapeIdentifier(name)} (${list}) to stdout`));
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    held.push(chunk);
    bytes += chunk.length;
    const end = chunk.lastIndexOf(10) + 1;
    if (bytes < partBytes || end === 0) continue;
    const rest = chunk.subarray(end);
    yield measure([...held.slice(0, -1), chunk.subarray(0, end)]);
    [held, bytes] = [[rest], rest.length];
  }
  if (bytes > 0) yield measure(held);
}

/** In COPY's text every row ends with a newline, and one inside of a value is written as \n. */
function measure(held: Buffer[]): { body: Buffer; rows: number } {
  const body = Buffer.concat(held);
  return { body, rows: countRows(body) };
}

export function countRows(body: Buffer): number {
  let rows = 0;
  for (let at = body.indexOf(10); at !== -1; at = body.indexOf(10, at + 1)) rows += 1;
  return rows;
}
