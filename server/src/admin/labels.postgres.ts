import type { Queryable } from "../store/postgres.ts";

export interface Label {
  id: string;
  label: string;
  retired: boolean;
}

/** The two tables of labels have the same shape. */
export type LabelTable = "disposition" | "not_ready_reason";

/** Retired ones included, in alphabetical order. */
export async function listLabels(postgres: Queryable, table: LabelTable): Promise<Label[]> {
  return await postgres.query<Label>(
    `select id, label, retired_at is not null as retired from ${table} order by lower(label)`,
  );
}

export async function insertLabel(postgres: Queryable, table: LabelTable, label: string): Promise<string> {
  const [row] = await postgres.query<{ id: string }>(
    `insert into ${table} (label) values ($1) returning id`,
    [label],
  );
  if (row === undefined) throw new Error("An insert returned no row");
  return row.id;
}

/** The label, or null if there is none that is not retired already. */
export async function retireLabel(
  postgres: Queryable,
  table: LabelTable,
  id: string,
): Promise<string | null> {
  const [row] = await postgres.query<{ label: string }>(
    `update ${table} set retired_at = now() where id = $1 and retired_at is null returning label`,
    [id],
  );
  return row?.label ?? null;
}

/** Names of everything that history may mention, removed things included. */
export async function listNames(
  postgres: Queryable,
  table: "person" | "queue" | "flow",
): Promise<{ id: string; name: string }[]> {
  return await postgres.query<{ id: string; name: string }>(
    `select id, name from ${table} order by lower(name)`,
  );
}
