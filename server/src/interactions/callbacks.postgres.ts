/** Calls back in the database: kept, claimed by one process's life at a time, told to their end. */
import { Failure } from "../base/failure.ts";
import type { CallbackEndReason, CallbackState, CallbackTryCause } from "../contract/callbacks.ts";
import { brokenConstraint, type Postgres, type Queryable } from "../store/postgres.ts";
import type { CallbackRequest, KeptCallback } from "./world.ts";

/** A process's life, as the owner of what it claims. */
export interface Claimant {
  nodeId: string;
  /** A new one with each start. */
  claim: string;
}

/** What is kept, with the number that counts its changes. */
export interface StoredCallback {
  callback: KeptCallback;
  revision: number;
  /** Whose it is. */
  claim: string;
}

/** A process that has not renewed its claims for so long has lost them. */
export const leaseMs = 20_000;
const lease = `now() + interval '${leaseMs} milliseconds'`;

type Row = StoredCallback;
const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;
const columns = `json_build_object(
  'id', id, 'state', state, 'queueId', queue_id, 'number', number, 'language', language, 'priority', priority,
  'ageMs', age_ms, 'requirement', requirement, 'originalInteractionId', original_id, 'dialed', dialed,
  'pressed', pressed, 'values', flow_values, 'interactionId', interaction_id, 'enqueuedAt', ${ms("enqueued_at")},
  'askedAt', ${ms("asked_at")}, 'tries', tries, 'lastCause', last_cause, 'nextTryAt', ${ms("next_try_at")},
  'expiresAt', ${ms("expires_at")}, 'servedAt', ${ms("served_at")}, 'endedAt', ${ms("ended_at")},
  'endReason', end_reason, 'note', note, 'first', at_front) as callback, revision, claim`;
const isOpen = "state in ('waiting', 'calling')";
const time = (place: string) => `to_timestamp(${place}::float8 / 1000)`;

/** Failure "conflict" when the number has an open one in this queue. */
export async function insertCallback(
  postgres: Queryable,
  { nodeId, claim }: Claimant,
  id: string,
  request: CallbackRequest,
  times: { askedAt: number; expiresAt: number },
): Promise<StoredCallback> {
  try {
    const [row] = await postgres.query<Row>(
      `insert into callback (id, queue_id, number, state, language, priority, age_ms, requirement, original_id, dialed,
         pressed, flow_values, enqueued_at, asked_at, expires_at, node_id, claim, leased_until)
       values ($1, $2, $3, 'waiting', $4, $5, $6, $7, $8, $9, $10, $11, ${time("$12")}, ${time("$13")}, ${time("$14")},
         $15, $16, ${lease}) returning ${columns}`,
      [
        ...[id, request.queueId, request.number, request.language, request.priority, request.ageMs],
        ...[request.requirement, request.originalInteractionId, request.dialed],
        ...[JSON.stringify(request.pressed), JSON.stringify(request.values)],
        ...[request.enqueuedAt, times.askedAt, times.expiresAt, nodeId, claim],
      ],
    );
    return mustBe(row);
  } catch (error) {
    if (brokenConstraint(error) !== "callback_open") throw error;
    throw openAlready(request.number);
  }
}

function openAlready(number: string): Failure {
  return new Failure("conflict", `There is an open call back to ${number} in this queue already`);
}

function mustBe(row: Row | undefined): StoredCallback {
  if (row === undefined) throw new Error("A call back was not written");
  return row;
}

export async function findOpen(
  postgres: Queryable,
  queueId: string,
  number: string,
): Promise<KeptCallback | null> {
  const [row] = await postgres.query<Row>(
    `select ${columns} from callback where queue_id = $1 and number = $2 and ${isOpen}`,
    [queueId, number],
  );
  return row?.callback ?? null;
}

export async function readCallback(postgres: Queryable, id: string): Promise<StoredCallback | null> {
  const [row] = await postgres.query<Row>(`select ${columns} from callback where id = $1`, [id]);
  return row ?? null;
}

/** Keeps the claims of this life; the ones that it still has, by id, with their revisions. */
export async function renewClaims(
  postgres: Queryable,
  { claim }: Claimant,
  which: "all" | "being called",
): Promise<Map<string, number>> {
  const rows = await postgres.query<{ id: string; revision: number }>(
    `update callback set leased_until = ${lease} where claim = $1 and ${isOpen}
       and ($2 = 'all' or state = 'calling') returning id, revision`,
    [claim, which],
  );
  return new Map(rows.map(({ id, revision }) => [id, revision]));
}

/**
 * Claims what nobody looks after: of this node's former lives, and of nodes whose lease is over. What was being called
 * then has been tried.
 */
export async function claimAbandoned(
  postgres: Queryable,
  { nodeId, claim }: Claimant,
): Promise<StoredCallback[]> {
  return await postgres.query<Row>(
    `update callback set claim = $2, node_id = $1, leased_until = ${lease}, revision = revision + 1,
       tries = tries + (state = 'calling')::int, state = 'waiting',
       last_cause = case when state = 'calling' then 'restart' else last_cause end
     where id in (
       select id from callback
       where ${isOpen} and (leased_until < now() or (node_id = $1 and claim <> $2)) for update skip locked
     ) returning ${columns}`,
    [nodeId, claim],
  );
}

/** What may change of a call back; what is left out stays. */
export interface CallbackChange {
  state?: CallbackState;
  number?: string;
  tries?: number;
  lastCause?: CallbackTryCause | null;
  nextTryAt?: number | null;
  first?: boolean;
  interactionId?: string;
  servedAt?: number | null;
  endedAt?: number | null;
  endReason?: CallbackEndReason | null;
  note?: string;
  expiresAt?: number;
}

const setters: Record<keyof CallbackChange, (place: string) => string> = {
  state: (place) => `state = ${place}`,
  number: (place) => `number = ${place}`,
  tries: (place) => `tries = ${place}`,
  lastCause: (place) => `last_cause = ${place}`,
  nextTryAt: (place) => `next_try_at = ${time(place)}`,
  first: (place) => `at_front = ${place}`,
  interactionId: (place) => `interaction_id = ${place}`,
  servedAt: (place) => `served_at = ${time(place)}`,
  endedAt: (place) => `ended_at = ${time(place)}`,
  endReason: (place) => `end_reason = ${place}`,
  note: (place) => `note = ${place}`,
  expiresAt: (place) => `expires_at = ${time(place)}`,
};

/**
 * Changes it if it is in one of the states, and (with a claim) still that life's; null when it is not. Failure
 * "conflict" when a new number has an open one already.
 */
export async function changeCallback(
  postgres: Queryable,
  id: string,
  expected: { states: readonly CallbackState[]; claim?: string },
  change: CallbackChange,
): Promise<StoredCallback | null> {
  const values: unknown[] = [id, expected.states, expected.claim ?? null];
  const sets = Object.entries(change).map(([key, value]) => {
    values.push(value);
    return setters[key as keyof CallbackChange](`$${values.length}`);
  });
  try {
    const [row] = await postgres.query<Row>(
      `update callback set ${["revision = revision + 1", ...sets].join(", ")}
       where id = $1 and state = any($2) and ($3::uuid is null or claim = $3) returning ${columns}`,
      values,
    );
    return row ?? null;
  } catch (error) {
    if (brokenConstraint(error) !== "callback_open") throw error;
    throw openAlready(change.number ?? "this number");
  }
}

/** Takes it (an ended one that goes on, an open one of another node) for this life. */
export async function takeCallback(
  postgres: Queryable,
  id: string,
  { nodeId, claim }: Claimant,
): Promise<void> {
  await postgres.query(
    `update callback set claim = $2, node_id = $3, leased_until = ${lease} where id = $1`,
    [id, claim, nodeId],
  );
}

export interface CallbackPage {
  callbacks: KeptCallback[];
  nextCursor: string | null;
}

/** Open ones by their place, ended ones newest first; keyset pages. Failure "bad-request" for a cursor not ours. */
export async function listCallbacks(
  postgres: Queryable,
  query: {
    state: "open" | "ended";
    queueId?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<CallbackPage> {
  const [at, id] = query.cursor === undefined ? [null, null] : parseCursor(query.cursor);
  const [key, order, beyond] =
    query.state === "open" ? ["enqueued_at", "asc", ">"] : ["asked_at", "desc", "<"];
  const rows = await postgres.query<Row & { cursor: string }>(
    `select ${columns}, (extract(epoch from ${key}) * 1000000)::bigint::text || '_' || id as cursor from callback
     where ${query.state === "open" ? isOpen : `not (${isOpen})`} and ($1::uuid is null or queue_id = $1)
       and ($2::float8 is null or (${key}, id) ${beyond} (to_timestamp($2::float8 / 1000000), $3::uuid))
     order by ${key} ${order}, id ${order} limit $4`,
    [query.queueId ?? null, at, id, query.limit + 1],
  );
  const page = rows.slice(0, query.limit);
  const last = rows.length > query.limit ? page.at(-1) : undefined;
  return { callbacks: page.map((row) => row.callback), nextCursor: last?.cursor ?? null };
}

function parseCursor(cursor: string): [number, string] {
  const match = /^(\d{1,16})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor);
  if (match?.[1] === undefined || match[2] === undefined)
    throw new Failure("bad-request", "The cursor is not one of ours: begin with the first page");
  return [Number(match[1]), match[2]];
}

/** The interactions in which it waited and was called, oldest first. */
export async function interactionsOf(
  postgres: Postgres,
  callbackId: string,
): Promise<{ interactionId: string; number: number; startedAt: number; outcome: string | null }[]> {
  return await postgres.query(
    `select id as "interactionId", number, ${ms("started_at")} as "startedAt", outcome from interaction
     where callback_id = $1 order by started_at, id`,
    [callbackId],
  );
}
