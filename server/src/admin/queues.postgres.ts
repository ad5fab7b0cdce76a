import { QueueSettings, type Queue, type QueueMember } from "../contract/queues.ts";
import type { Queryable } from "../store/postgres.ts";

interface Row {
  id: string;
  name: string;
  settings: unknown;
  members: QueueMember[];
  created_at: Date;
}

const select = `
  select id, name, settings, created_at,
         coalesce((select jsonb_agg(jsonb_build_object('personId', person_id, 'priority', priority, 'level', level,
                                                       'delayMs', delay_ms, 'order', position, 'weight', weight)
                                    order by person_id)
                   from queue_member where queue_id = queue.id), '[]') as members
  from queue where removed_at is null`;

/** Settings that a later version added get their defaults. */
function toQueue({ id, name, settings, members, created_at }: Row): Queue {
  return { id, name, settings: QueueSettings.parse(settings), members, createdAt: created_at.toISOString() };
}

export async function listQueues(postgres: Queryable): Promise<Queue[]> {
  return (await postgres.query<Row>(`${select} order by lower(name)`)).map(toQueue);
}

export async function findQueue(postgres: Queryable, id: string): Promise<Queue | null> {
  const [row] = await postgres.query<Row>(`${select} and id = $1`, [id]);
  return row === undefined ? null : toQueue(row);
}

export async function insertQueue(
  postgres: Queryable,
  name: string,
  settings: QueueSettings,
): Promise<string> {
  const [row] = await postgres.query<{ id: string }>(
    "insert into queue (name, settings) values ($1, $2) returning id",
    [name, JSON.stringify(settings)],
  );
  if (row === undefined) throw new Error("An insert returned no row");
  return row.id;
}

export async function replaceMembers(
  inside: Queryable,
  queueId: string,
  members: readonly QueueMember[],
): Promise<void> {
  await inside.query("delete from queue_member where queue_id = $1", [queueId]);
  await inside.query(
    `insert into queue_member (queue_id, person_id, priority, level, delay_ms, position, weight)
     select $1, "personId", priority, level, "delayMs", "order", weight from jsonb_to_recordset($2::jsonb) as m
       ("personId" uuid, priority integer, level integer, "delayMs" integer, "order" integer, weight integer)`,
    [queueId, JSON.stringify(members)],
  );
}

/** Names of the flows whose newest or published version leads to the queue. */
export async function flowsUsingQueue(postgres: Queryable, queueId: string): Promise<string[]> {
  const rows = await postgres.query<{ name: string }>(
    `select name from flow
     where removed_at is null and exists (
       select 1 from flow_version as v
       where v.flow_id = flow.id
         and (v.version = flow.published_version
              or v.version = (select max(version) from flow_version where flow_id = flow.id))
         and jsonb_path_exists(v.flow, '$.nodes.* ? (@.queueId == $id)', jsonb_build_object('id', $1::text)))
     order by name`,
    [queueId],
  );
  return rows.map((row) => row.name);
}
