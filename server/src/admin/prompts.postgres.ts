import type { Language } from "../contract/people.ts";
import type { PromptRecord } from "../contract/telephony.ts";
import type { Queryable } from "../store/postgres.ts";

interface Row {
  id: string;
  name: string;
  language: Language;
  duration_ms: number;
  bytes: number;
  created_at: Date;
}

function toRecord({ id, name, language, duration_ms, bytes, created_at }: Row): PromptRecord {
  return { id, name, language, durationMs: duration_ms, bytes, createdAt: created_at.toISOString() };
}

export async function listPrompts(postgres: Queryable): Promise<PromptRecord[]> {
  return (await postgres.query<Row>("select * from prompt order by lower(name), language")).map(toRecord);
}

export async function listPromptIds(postgres: Queryable): Promise<string[]> {
  return (await postgres.query<{ id: string }>("select id from prompt")).map((row) => row.id);
}

export async function promptExists(postgres: Queryable, id: string): Promise<boolean> {
  return (await postgres.query("select 1 from prompt where id = $1", [id])).length > 0;
}

export async function insertPrompt(
  postgres: Queryable,
  prompt: { id: string; name: string; language: Language; durationMs: number; bytes: number },
): Promise<PromptRecord> {
  const { id, name, language, durationMs, bytes } = prompt;
  const [row] = await postgres.query<Row>(
    "insert into prompt (id, name, language, duration_ms, bytes) values ($1, $2, $3, $4, $5) returning *",
    [id, name, language, Math.round(durationMs), bytes],
  );
  if (row === undefined) throw new Error("An insert returned no row");
  return toRecord(row);
}

/** The deleted prompt's name, or null if there was none. */
export async function deletePrompt(postgres: Queryable, id: string): Promise<string | null> {
  const [row] = await postgres.query<{ name: string }>("delete from prompt where id = $1 returning name", [
    id,
  ]);
  return row?.name ?? null;
}

/** What plays the prompt, in words: flows (newest or published version) and queues (hold music). */
export async function usersOfPrompt(postgres: Queryable, id: string): Promise<string[]> {
  const rows = await postgres.query<{ user: string }>(
    `select 'the flow ' || name as user from flow
     where removed_at is null and exists (
       select 1 from flow_version as v
       where v.flow_id = flow.id
         and (v.version = flow.published_version
              or v.version = (select max(version) from flow_version where flow_id = flow.id))
         and jsonb_path_exists(v.flow, '$.** ? (@.upload == $id)', jsonb_build_object('id', $1::text)))
     union all
     select 'the queue ' || name from queue where removed_at is null and settings ->> 'musicPromptId' = $1::text
     union all
     select 'the emergency message ' || name from emergency_preset
     where jsonb_path_exists(message, '$.** ? (@.upload == $id)', jsonb_build_object('id', $1::text))
     union all
     select 'the emergency switch' from emergency
     where jsonb_path_exists(state, '$.** ? (@.upload == $id)', jsonb_build_object('id', $1::text))
     order by 1`,
    [id],
  );
  return rows.map((row) => row.user);
}
