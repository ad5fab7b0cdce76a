/** Reads interactions for screens: search, one with its ledger, a caller's earlier ones. */
import { Failure } from "../base/failure.ts";
import type { CallCard } from "../contract/agent-desk.ts";
import type { Interaction } from "../contract/interactions.ts";
import type { LedgerEntry, Outcome } from "../contract/ledger.ts";
import type { Queryable } from "../store/postgres.ts";

export interface InteractionQuery {
  text?: string | undefined;
  from?: number | undefined;
  to?: number | undefined;
  queueId?: string | undefined;
  agentId?: string | undefined;
  outcome?: Outcome | undefined;
  hasRecording?: boolean | undefined;
  cursor?: string | undefined;
  limit: number;
}

export interface InteractionPage {
  interactions: Interaction[];
  nextCursor: string | null;
}

/**
 * Newest first. `onlyOf` narrows to the interactions that this agent handled. The cursor is the place of the last
 * one (keyset), so that pages stay right while calls come in; Failure "bad-request" for one that is not ours.
 */
export async function searchInteractions(
  postgres: Queryable,
  query: InteractionQuery,
  onlyOf: string | null,
): Promise<InteractionPage> {
  const { conditions, values } = describeConditions(query, onlyOf);
  const rows = await postgres.query<{ interaction: Interaction }>(
    `select story -> 'interaction' as interaction from interaction as i
     ${conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`}
     order by started_at desc, id desc limit $${values.length + 1}`,
    [...values, query.limit + 1],
  );
  const interactions = rows.slice(0, query.limit).map((row) => row.interaction);
  const last = rows.length > query.limit ? interactions.at(-1) : undefined;
  return { interactions, nextCursor: last === undefined ? null : `${last.startedAt}_${last.id}` };
}

function describeConditions(query: InteractionQuery, onlyOf: string | null) {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const add = (value: unknown, condition: (place: string) => string) => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  const handledBy = (place: string) =>
    `exists (select 1 from handling where interaction_id = i.id and handling.agent_id = ${place})`;
  if (query.text !== undefined && query.text !== "") addText(query.text, add);
  if (query.from !== undefined) add(clampTime(query.from), (at) => `started_at >= ${time(at)}`);
  if (query.to !== undefined) add(clampTime(query.to), (at) => `started_at < ${time(at)}`);
  if (query.queueId !== undefined) add(query.queueId, (id) => `queue_id = ${id}`);
  if (query.agentId !== undefined) add(query.agentId, handledBy);
  if (query.outcome !== undefined) add(query.outcome, (outcome) => `outcome = ${outcome}`);
  if (query.hasRecording !== undefined) add(query.hasRecording, (has) => `has_recording = ${has}`);
  if (onlyOf !== null) add(onlyOf, handledBy);
  if (query.cursor !== undefined) {
    const { startedAt, id } = parseCursor(query.cursor);
    values.push(startedAt, id);
    conditions.push(`(started_at, id) < (${time(`$${values.length - 1}`)}, $${values.length}::uuid)`);
  }
  return { conditions, values };
}

/** A part of either number, or the whole readable number of the interaction. */
function addText(text: string, add: (value: unknown, condition: (place: string) => string) => void): void {
  const pattern = `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
  const isNumber = /^#?\d{1,15}$/.test(text);
  const number = isNumber ? Number(text.replace("#", "")) : null;
  add(pattern, (place) => {
    const inNumbers = `(from_number || ' ' || to_number) ilike ${place}`;
    return number === null ? inNumbers : `(${inNumbers} or number = ${number})`;
  });
}

function time(place: string): string {
  return `to_timestamp(${place}::float8 / 1000)`;
}

/** PostgreSQL's time ends before JavaScript's numbers do. */
function clampTime(ms: number): number {
  return Math.min(Math.max(ms, 0), 8_640_000_000_000_000);
}

function parseCursor(cursor: string): { startedAt: number; id: string } {
  const match = /^(\d{1,16})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor);
  if (match?.[1] === undefined || match[2] === undefined)
    throw new Failure("bad-request", "The cursor is not one of ours: begin with the first page");
  return { startedAt: clampTime(Number(match[1])), id: match[2] };
}

/** Null if there is none. */
export async function readInteraction(postgres: Queryable, id: string): Promise<Interaction | null> {
  const [row] = await postgres.query<{ interaction: Interaction }>(
    "select story -> 'interaction' as interaction from interaction where id = $1",
    [id],
  );
  return row?.interaction ?? null;
}

/** The interaction with its ledger, in order, as of one moment: in one statement, so that they can't disagree. */
export async function readWithLedger(
  postgres: Queryable,
  id: string,
): Promise<{ interaction: Interaction; ledger: LedgerEntry[] } | null> {
  const [row] = await postgres.query<{
    interaction: Interaction;
    ledger: Omit<LedgerEntry, "interactionId">[];
  }>(
    `select story -> 'interaction' as interaction,
       coalesce((select jsonb_agg(jsonb_build_object(
                          'seq', seq, 'at', round(extract(epoch from at) * 1000), 'event', event) order by seq)
                 from ledger where interaction_id = $1), '[]') as ledger
     from interaction where id = $1`,
    [id],
  );
  if (row === undefined) return null;
  return { interaction: row.interaction, ledger: row.ledger.map((line) => ({ interactionId: id, ...line })) };
}

/** Whether the agent talked in this interaction. */
export async function wasHandledBy(
  postgres: Queryable,
  interactionId: string,
  agentId: string,
): Promise<boolean> {
  const rows = await postgres.query("select 1 from handling where interaction_id = $1 and agent_id = $2", [
    interactionId,
    agentId,
  ]);
  return rows.length > 0;
}

/** The interaction that a recording belongs to, or null. */
export async function findByRecording(postgres: Queryable, recordingId: string): Promise<Interaction | null> {
  const [row] = await postgres.query<{ interaction_id: string }>(
    "select interaction_id from recording where id = $1",
    [recordingId],
  );
  return row === undefined ? null : await readInteraction(postgres, row.interaction_id);
}

const earlierAtMost = 10;

/**
 * Earlier interactions of the same caller, newest first, at most ten. None for callers who are not known by a
 * number. Rejects with Failure "unavailable" while the database is away.
 */
export async function findEarlierCalls(
  postgres: Queryable,
  from: string,
  except: string,
): Promise<CallCard["earlier"]> {
  if (!/\d/.test(from)) return []; // "anonymous", "web"
  const rows = await postgres.query<{ interaction: Interaction }>(
    `select story -> 'interaction' as interaction from interaction
     where from_number = $1 and id <> $2 order by started_at desc limit $3`,
    [from, except, earlierAtMost],
  );
  return rows.map(({ interaction }) => {
    const { id, startedAt, queueId, agentId, outcome, dispositionId, note } = interaction;
    return { interactionId: id, at: startedAt, queueId, agentId, outcome, dispositionId, note };
  });
}

/**
 * Who talked with this caller last, in a call that began after `since` (milliseconds since 1970); null for none, and
 * for callers who are not known by a number. Rejects with Failure "unavailable" while the database is away.
 */
export async function findLastAgent(
  postgres: Queryable,
  from: string,
  since: number,
): Promise<string | null> {
  if (!/\d/.test(from)) return null;
  const [row] = await postgres.query<{ agentId: string }>(
    `select talk.agent_id as "agentId" from interaction as call join handling as talk on talk.interaction_id = call.id
     where call.from_number = $1 and call.started_at > ${time("$2")}
     order by call.started_at desc, talk.handling desc limit 1`,
    [from, clampTime(since)],
  );
  return row?.agentId ?? null;
}
