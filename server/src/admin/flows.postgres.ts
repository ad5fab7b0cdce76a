import { Flow } from "../contract/flow.ts";
import type { FlowRecord } from "../contract/telephony.ts";
import type { Queryable } from "../store/postgres.ts";

interface Row {
  id: string;
  name: string;
  published_version: number | null;
  versions: { version: number; createdAt: string; createdBy: string | null }[];
}

const select = `
  select id, name, published_version,
    (select jsonb_agg(jsonb_build_object('version', version, 'createdAt', v.created_at, 'createdBy', person.name)
                      order by version desc)
     from flow_version as v left join person on person.id = v.created_by where v.flow_id = flow.id) as versions
  from flow where removed_at is null`;

function toRecord({ id, name, published_version, versions }: Row): FlowRecord {
  return {
    id,
    name,
    publishedVersion: published_version,
    versions: versions.map((each) => ({ ...each, createdAt: new Date(each.createdAt).toISOString() })),
  };
}

export async function listFlows(postgres: Queryable): Promise<FlowRecord[]> {
  return (await postgres.query<Row>(`${select} order by lower(name)`)).map(toRecord);
}

export async function findFlow(postgres: Queryable, id: string): Promise<FlowRecord | null> {
  const [row] = await postgres.query<Row>(`${select} and id = $1`, [id]);
  return row === undefined ? null : toRecord(row);
}

export async function flowExists(postgres: Queryable, id: string): Promise<boolean> {
  const rows = await postgres.query("select 1 from flow where id = $1 and removed_at is null", [id]);
  return rows.length > 0;
}

/** Waits for whoever changes it now. */
export async function lockFlow(inside: Queryable, id: string): Promise<void> {
  await inside.query("select 1 from flow where id = $1 for update", [id]);
}

export async function readFlowVersion(
  postgres: Queryable,
  flowId: string,
  version: number,
): Promise<Flow | null> {
  const [row] = await postgres.query<{ flow: unknown }>(
    "select flow from flow_version where flow_id = $1 and version = $2",
    [flowId, version],
  );
  return row === undefined ? null : Flow.parse(row.flow);
}

export async function insertFlow(postgres: Queryable, name: string): Promise<string> {
  const [row] = await postgres.query<{ id: string }>("insert into flow (name) values ($1) returning id", [
    name,
  ]);
  if (row === undefined) throw new Error("An insert returned no row");
  return row.id;
}

export async function insertFlowVersion(
  postgres: Queryable,
  flowId: string,
  version: number,
  flow: Flow,
  createdBy: string | null,
): Promise<void> {
  await postgres.query(
    "insert into flow_version (flow_id, version, flow, created_by) values ($1, $2, $3, $4)",
    [flowId, version, JSON.stringify(flow), createdBy],
  );
}

export async function renameFlow(postgres: Queryable, flowId: string, name: string): Promise<void> {
  await postgres.query("update flow set name = $2 where id = $1", [flowId, name]);
}

export async function setPublishedVersion(
  postgres: Queryable,
  flowId: string,
  version: number,
): Promise<void> {
  await postgres.query("update flow set published_version = $2 where id = $1", [flowId, version]);
}

export async function numbersUsingFlow(postgres: Queryable, flowId: string): Promise<string[]> {
  const rows = await postgres.query<{ number: string }>(
    "select number from number where flow_id = $1 order by number",
    [flowId],
  );
  return rows.map((row) => row.number);
}

/** Keeps the rows, for the name in history. */
export async function removeFlow(postgres: Queryable, flowId: string): Promise<void> {
  await postgres.query("update flow set removed_at = now() where id = $1", [flowId]);
}

/** What new calls run, of all flows. */
export async function listFlowsPublished(
  postgres: Queryable,
): Promise<{ flowId: string; version: number; flow: Flow }[]> {
  const rows = await postgres.query<{ id: string; version: number; flow: unknown }>(
    `select id, version, flow_version.flow from flow
     join flow_version on flow_id = id and version = published_version where removed_at is null`,
  );
  return rows.map((row) => ({ flowId: row.id, version: row.version, flow: Flow.parse(row.flow) }));
}

/** The schedules that an hours node may name. */
export async function listScheduleIds(postgres: Queryable): Promise<string[]> {
  return (await postgres.query<{ id: string }>("select id from schedule")).map(({ id }) => id);
}
