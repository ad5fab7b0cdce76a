/** Puts rows back, in one transaction: all of it, or the database stays as it was. */
import { once } from "node:events";
import { finished } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom, type CopyStreamQuery } from "pg-copy-streams";
import { Failure } from "../base/failure.ts";
import { describeError } from "../base/log.ts";
import { migrationLockKey, type MigrationStep } from "../store/migrate.ts";
import type { About } from "./core/manifest.ts";
import type { Target } from "./core/plan-restore.ts";

/** What is in the database, for the decision. Rows that the schema's own steps put in don't count. */
export async function inspectTarget(
  client: pg.Client,
  shipped: ReadonlySet<string>,
): Promise<Omit<Target, "migrations">> {
  const tables = await listTables(client);
  const filled: { name: string; rows: number }[] = [];
  for (const name of tables.filter((each) => each !== "schema_migration" && !shipped.has(each))) {
    const { rows } = await client.query<{ rows: string }>(
      `select count(*) as rows from public.${pg.escapeIdentifier(name)}`,
    );
    if (Number(rows[0]?.rows) > 0) filled.push({ name, rows: Number(rows[0]?.rows) });
  }
  const { rows: users } = await client.query<{ user: string }>(
    `select application_name || ', process ' || pid as user from pg_stat_activity
      where datname = current_database() and (application_name like 'ringdown/%' or application_name = 'ringdown-listen') order by backend_start limit 3`,
  );
  return {
    filled: filled.sort((a, b) => b.rows - a.rows),
    isOurs: tables.length === 0 || tables.includes("schema_migration"),
    users: users.map(({ user }) => user),
  };
}

async function listTables(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') order by relname`,
  );
  return rows.map(({ name }) => name);
}

/** Begins, waits for a node that migrates, and leaves no table, sequence, function or type of ours. */
export async function beginEmpty(client: pg.Client): Promise<void> {
  await client.query("begin");
  await client.query("select pg_advisory_xact_lock($1)", [migrationLockKey]);
  for (const name of await listTables(client))
    await client.query(`drop table if exists public.${pg.escapeIdentifier(name)} cascade`);
  const { rows } = await client.query<{ drop: string }>(
    `select format('drop sequence if exists public.%I cascade', relname) as drop from pg_class c
       where relnamespace = 'public'::regnamespace and relkind = 'S'
     union all
     select format('drop routine if exists %s cascade', p.oid::regprocedure) from pg_proc p
       where pronamespace = 'public'::regnamespace
         and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
     union all
     select format('drop type if exists public.%I cascade', typname) from pg_type t
       where typnamespace = 'public'::regnamespace and typtype in ('e', 'd')
         and not exists (select from pg_depend d where d.objid = t.oid and d.deptype = 'e')`,
  );
  for (const { drop } of rows) await client.query(drop);
}

export async function runSteps(client: pg.Client, steps: readonly MigrationStep[]): Promise<void> {
  for (const { name, sql } of steps)
    await client.query(sql).catch((error: unknown) => {
      throw new Error(`The schema's step ${name} failed: ${describeError(error)}`, { cause: error });
    });
}

/** As node-pg-migrate makes it; its rows come with the backup's. */
export async function makeMigrationTable(client: pg.Client): Promise<void> {
  await client.query(
    "create table public.schema_migration (id serial primary key, name varchar(255) not null, run_on timestamp not null)",
  );
}

export async function noteSteps(client: pg.Client, names: readonly string[]): Promise<void> {
  for (const name of names)
    await client.query("insert into public.schema_migration (name, run_on) values ($1, now())", [name]);
}

/** What the steps put in is in the backup, as it was then. */
export async function emptyTables(client: pg.Client): Promise<void> {
  for (const name of await listTables(client))
    await client.query(`delete from public.${pg.escapeIdentifier(name)}`);
}

/** References between tables are taken off while rows come in any order. Returns what puts them back. */
export async function dropReferences(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ table: string; name: string; definition: string }>(
    `select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
       from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`,
  );
  for (const { table, name } of rows)
    await client.query(`alter table ${table} drop constraint ${pg.escapeIdentifier(name)}`);
  return rows.map(
    ({ table, name, definition }) =>
      `alter table ${table} add constraint ${pg.escapeIdentifier(name)} ${definition}`,
  );
}

/** After the rows: deferred checks now, references back, sequences where they stood. */
export async function finishRows(
  client: pg.Client,
  references: readonly string[],
  sequences: About["sequences"],
): Promise<void> {
  await client.query("set constraints all immediate");
  for (const reference of references) await client.query(reference);
  for (const { name, value } of sequences)
    await client.query("select setval(format('public.%I', $1::text)::regclass, $2::bigint)", [name, value]);
}

/** Takes the rows of one table after the other. */
export class RowWriter {
  readonly #client: pg.Client;
  readonly #columns: Map<string, string[]>;
  #open: { table: string; stream: CopyStreamQuery; done: Promise<void> } | null = null;

  constructor(client: pg.Client, tables: About["tables"]) {
    this.#client = client;
    this.#columns = new Map(tables.map(({ name, columns }) => [name, columns]));
  }

  async write(table: string, body: AsyncIterable<Buffer>): Promise<void> {
    if (this.#open?.table !== table) {
      await this.end();
      this.#begin(table);
    }
    const { stream, done } = this.#open ?? this.#begin(table);
    for await (const chunk of body)
      if (!stream.write(chunk)) await Promise.race([once(stream, "drain"), done]);
  }

  /** The last table is complete. */
  async end(): Promise<void> {
    if (this.#open === null) return;
    const { table, stream, done } = this.#open;
    this.#open = null;
    stream.end();
    await done.catch((error: unknown) => {
      throw new Failure("bad-request", `The rows of table ${table} were refused: ${describeError(error)}`);
    });
  }

  #begin(table: string): { table: string; stream: CopyStreamQuery; done: Promise<void> } {
    const columns = this.#columns.get(table);
    if (columns === undefined)
      throw new Failure("bad-request", `The backup does not describe its table ${table}`);
    const list = columns.map((column) => pg.escapeIdentifier(column)).join(", ");
    const stream = this.#client.query(
      copyFrom(`copy public.${pg.escapeIdentifier(table)} (${list}) from stdin`),
    );
    const done = finished(stream);
    done.catch(() => undefined); // told by the write or the end
    this.#open = { table, stream, done };
    return this.#open;
  }
}
