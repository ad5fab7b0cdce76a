/** Writes the ledger and what is projected from it; reads what recovery needs. */
import type { LedgerEntry } from "../contract/ledger.ts";
import type { Postgres, Queryable } from "../store/postgres.ts";
import { beginStory, continueStory, isSettled, type Story } from "./core/story.ts";
import type { AgentStateChange, LedgerRecord } from "./ledger-record.ts";

/** An entry whose place was taken by a different one: two processes wrote to the same interaction. */
export interface RefusedEntry {
  entry: LedgerEntry;
  sentence: string;
}

export interface WrittenBatch {
  /** Readable numbers of the interactions that began in this batch. */
  numbers: Map<string, number>;
  refused: RefusedEntry[];
}

/**
 * Entries, projections and agents' states of one batch in one transaction. Writing the same batch again changes
 * nothing, so that a commit whose answer was lost may be repeated.
 */
export async function writeBatch(
  postgres: Postgres,
  nodeId: string,
  records: readonly LedgerRecord[],
): Promise<WrittenBatch> {
  const entries = records.flatMap((record) => (record.kind === "entry" ? [record] : []));
  const changes = records.flatMap((record) => (record.kind === "agent-state" ? [record.change] : []));
  return await postgres.transaction(async (inside) => {
    const refused = await insertEntries(
      inside,
      entries.map(({ entry }) => entry),
    );
    const wrong = new Set(refused.map(({ entry }) => entry));
    const good = entries.filter(({ entry }) => !wrong.has(entry));
    const numbers = await project(inside, nodeId, good);
    await writeAgentStates(inside, nodeId, changes);
    return { numbers, refused };
  });
}

async function insertEntries(inside: Queryable, entries: readonly LedgerEntry[]): Promise<RefusedEntry[]> {
  if (entries.length === 0) return [];
  const inserted = await inside.query<{ interaction_id: string; seq: number }>(
    `insert into ledger (interaction_id, seq, at, type, event)
     select "interactionId", seq, to_timestamp(at / 1000), event ->> 'type', event
     from jsonb_to_recordset($1::jsonb) as entry ("interactionId" uuid, seq integer, at double precision, event jsonb)
     on conflict do nothing returning interaction_id, seq`,
    [JSON.stringify(entries)],
  );
  if (inserted.length === entries.length) return [];
  const fresh = new Set(inserted.map((row) => `${row.interaction_id}/${row.seq}`));
  const old = entries.filter((entry) => !fresh.has(`${entry.interactionId}/${entry.seq}`));
  return await findTaken(inside, old);
}

/** Of entries whose places were taken: those that are not simply there already. */
async function findTaken(inside: Queryable, old: readonly LedgerEntry[]): Promise<RefusedEntry[]> {
  const taken = await inside.query<{ interaction_id: string; seq: number }>(
    `select interaction_id, ledger.seq from ledger
     join jsonb_to_recordset($1::jsonb) as entry ("interactionId" uuid, seq integer, event jsonb)
       on interaction_id = "interactionId" and ledger.seq = entry.seq
     where ledger.event <> entry.event`,
    [JSON.stringify(old)],
  );
  const wrong = new Set(taken.map((row) => `${row.interaction_id}/${row.seq}`));
  return old
    .filter((entry) => wrong.has(`${entry.interactionId}/${entry.seq}`))
    .map((entry) => ({ entry, sentence: "another entry has its number" }));
}

type EntryRecord = Extract<LedgerRecord, { kind: "entry" }>;

async function project(
  inside: Queryable,
  nodeId: string,
  records: readonly EntryRecord[],
): Promise<Map<string, number>> {
  if (records.length === 0) return new Map();
  const ids = [...new Set(records.map(({ entry }) => entry.interactionId))];
  const stories = await loadStories(inside, ids);
  await numberNewOnes(inside, records, stories);
  const touched = new Set<string>();
  for (const { entry } of records) {
    const before = stories.get(entry.interactionId);
    if (before === undefined)
      throw new Error(`Interaction ${entry.interactionId} has no beginning before ${entry.event.type}`);
    const after = continueStory(before, entry);
    stories.set(entry.interactionId, after);
    if (after !== before || entry.event.type === "interaction.started") touched.add(entry.interactionId);
  }
  await saveStories(
    inside,
    nodeId,
    [...touched].flatMap((id) => stories.get(id) ?? []),
  );
  return new Map([...stories].map(([id, story]) => [id, story.interaction.number]));
}

async function loadStories(inside: Queryable, ids: readonly string[]): Promise<Map<string, Story>> {
  const rows = await inside.query<{ id: string; story: Story }>(
    "select id, story from interaction where id = any($1)",
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.story]));
}

/** Begins the stories of this batch; a number that the reserve could not give comes from the sequence now. */
async function numberNewOnes(
  inside: Queryable,
  records: readonly EntryRecord[],
  stories: Map<string, Story>,
): Promise<void> {
  const begun = records.filter(
    ({ entry }) => entry.event.type === "interaction.started" && !stories.has(entry.interactionId),
  );
  const lacking = begun.filter(({ number }) => (number ?? 0) === 0).length;
  const numbers = lacking === 0 ? [] : await takeNumbers(inside, lacking);
  for (const { entry, number } of begun) {
    const given = (number ?? 0) === 0 ? numbers.shift() : number;
    stories.set(entry.interactionId, beginStory(entry, given ?? 0));
  }
}

export async function takeNumbers(inside: Queryable, count: number): Promise<number[]> {
  const rows = await inside.query<{ number: number }>(
    "select nextval('interaction_number') as number from generate_series(1, $1)",
    [count],
  );
  return rows.map((row) => row.number).sort((a, b) => a - b);
}

/** Gives unused numbers back if nobody has taken later ones meanwhile. */
export async function giveBackNumbers(postgres: Postgres, unused: readonly number[]): Promise<void> {
  const first = unused[0];
  const last = unused.at(-1);
  if (first === undefined || last === undefined || last - first !== unused.length - 1) return;
  await postgres.query(
    "select setval('interaction_number', $1, false) from interaction_number where last_value = $2",
    [first, last],
  );
}

async function saveStories(inside: Queryable, nodeId: string, stories: readonly Story[]): Promise<void> {
  if (stories.length === 0) return;
  const json = JSON.stringify(stories);
  await inside.query(
    `insert into interaction (id, number, node_id, source, from_number, to_number, queue_id, agent_id, started_at,
                              ended_at, settled, outcome, has_recording, last_seq, callback_id, story)
     select (i ->> 'id')::uuid, (i ->> 'number')::bigint, $2, i ->> 'source', i ->> 'from', i ->> 'to',
            (i ->> 'queueId')::uuid, (i ->> 'agentId')::uuid, to_timestamp((i ->> 'startedAt')::float8 / 1000),
            to_timestamp((i ->> 'endedAt')::float8 / 1000), (settled ->> 0)::boolean, i ->> 'outcome',
            jsonb_array_length(i -> 'recordings') > 0, (story ->> 'lastSeq')::integer,
            (i -> 'callback' ->> 'id')::uuid, story
     from jsonb_array_elements($1::jsonb) with ordinality as each (story, place)
     join jsonb_array_elements($3::jsonb) with ordinality as mark (settled, place) using (place),
     lateral (select story -> 'interaction' as i) as inner_part
     on conflict (id) do update set
       queue_id = excluded.queue_id, agent_id = excluded.agent_id, ended_at = excluded.ended_at,
       settled = excluded.settled, outcome = excluded.outcome, has_recording = excluded.has_recording,
       last_seq = excluded.last_seq, story = excluded.story`,
    [json, nodeId, JSON.stringify(stories.map(isSettled))],
  );
  await saveParts(inside, stories);
}

async function saveParts(inside: Queryable, stories: readonly Story[]): Promise<void> {
  const parts = <T>(of: (story: Story) => readonly T[]) =>
    stories.flatMap((story) =>
      of(story).map((part, index) => ({ ...part, interactionId: story.interaction.id, place: index + 1 })),
    );
  const recordings = parts((story) => story.interaction.recordings);
  if (recordings.length > 0)
    await inside.query(
      `insert into recording (id, interaction_id)
       select id, "interactionId" from jsonb_to_recordset($1::jsonb) as r (id uuid, "interactionId" uuid)
       on conflict do nothing`,
      [JSON.stringify(recordings)],
    );
  await saveVisits(
    inside,
    parts((story) => story.visits),
  );
  await saveHandlings(
    inside,
    parts((story) => story.handlings),
  );
  await saveOffers(
    inside,
    parts((story) => story.offers),
  );
}

async function saveVisits(inside: Queryable, visits: readonly object[]): Promise<void> {
  if (visits.length === 0) return;
  await inside.query(
    `insert into queue_visit (interaction_id, visit, queue_id, entered_at, left_at, cause, wait_ms, agent_id, callback)
     select "interactionId", place, "queueId", to_timestamp("enteredAt" / 1000), to_timestamp("leftAt" / 1000),
            cause, "waitMs", "agentId", coalesce(callback, false)
     from jsonb_to_recordset($1::jsonb) as visit ("interactionId" uuid, place integer, "queueId" uuid,
       "enteredAt" float8, "leftAt" float8, cause text, "waitMs" float8, "agentId" uuid, callback boolean)
     on conflict (interaction_id, visit) do update set
       left_at = excluded.left_at, cause = excluded.cause, wait_ms = excluded.wait_ms, agent_id = excluded.agent_id`,
    [JSON.stringify(visits)],
  );
}

async function saveHandlings(inside: Queryable, handlings: readonly object[]): Promise<void> {
  if (handlings.length === 0) return;
  await inside.query(
    `insert into handling (interaction_id, handling, agent_id, queue_id, queue_entered_at, started_at, ended_at,
                           talk_ms, hold_ms, wrap_up_ms, wrap_up_ended_at)
     select "interactionId", place, "agentId", "queueId", to_timestamp("queueEnteredAt" / 1000),
            to_timestamp("startedAt" / 1000), to_timestamp("endedAt" / 1000), "talkMs", "holdMs", "wrapUpMs",
            to_timestamp("wrapUpEndedAt" / 1000)
     from jsonb_to_recordset($1::jsonb) as part ("interactionId" uuid, place integer, "agentId" uuid,
       "queueId" uuid, "queueEnteredAt" float8, "startedAt" float8, "endedAt" float8, "talkMs" float8,
       "holdMs" float8, "wrapUpMs" float8, "wrapUpEndedAt" float8)
     on conflict (interaction_id, handling) do update set
       ended_at = excluded.ended_at, talk_ms = excluded.talk_ms, hold_ms = excluded.hold_ms,
       wrap_up_ms = excluded.wrap_up_ms, wrap_up_ended_at = excluded.wrap_up_ended_at`,
    [JSON.stringify(handlings)],
  );
}

async function saveOffers(inside: Queryable, offers: readonly object[]): Promise<void> {
  if (offers.length === 0) return;
  await inside.query(
    `insert into offer (interaction_id, offer, offer_id, agent_id, queue_id, made_at, ended_at, cause, ring_ms,
                        time_to_offer_ms)
     select "interactionId", place, "offerId", "agentId", "queueId", to_timestamp("madeAt" / 1000),
            to_timestamp("endedAt" / 1000), cause, "ringMs", "timeToOfferMs"
     from jsonb_to_recordset($1::jsonb) as part ("interactionId" uuid, place integer, "offerId" text,
       "agentId" uuid, "queueId" uuid, "madeAt" float8, "endedAt" float8, cause text, "ringMs" float8,
       "timeToOfferMs" float8)
     on conflict (interaction_id, offer) do update set
       ended_at = excluded.ended_at, cause = excluded.cause, ring_ms = excluded.ring_ms`,
    [JSON.stringify(offers)],
  );
}

/** Ends the agents' open intervals and writes those that follow, of which the last stays open. May run twice. */
async function writeAgentStates(
  inside: Queryable,
  nodeId: string,
  changes: readonly AgentStateChange[],
): Promise<void> {
  if (changes.length === 0) return;
  // Of several states at the same millisecond the last one counts.
  const last = new Map(changes.map((change) => [`${change.agentId}/${change.at}`, change]));
  const values = JSON.stringify([...last.values()]);
  const recordset = `jsonb_to_recordset($1::jsonb) as change ("agentId" uuid, state text, reason text, at float8)`;
  await inside.query(
    `update agent_state_interval set to_at = since
     from (select "agentId", to_timestamp(min(at) / 1000) as since from ${recordset} group by "agentId") as first
     where agent_id = "agentId" and to_at is null and from_at < since`,
    [values],
  );
  await inside.query(
    `insert into agent_state_interval (agent_id, from_at, to_at, state, reason, node_id)
     select "agentId", to_timestamp(at / 1000),
            to_timestamp(lead(at) over (partition by "agentId" order by at) / 1000), state, reason, $2
     from ${recordset}
     on conflict (agent_id, from_at) do update set state = excluded.state, reason = excluded.reason,
       to_at = coalesce(excluded.to_at, agent_state_interval.to_at)`,
    [values, nodeId],
  );
}

/** One interaction's story as stored, or null. */
export async function loadStory(postgres: Queryable, interactionId: string): Promise<Story | null> {
  return (await loadStories(postgres, [interactionId])).get(interactionId) ?? null;
}

/** What this node's former life left open, and its last sign of life (null: it never lived). */
export async function loadUnsettled(
  postgres: Queryable,
  nodeId: string,
): Promise<{ stories: Story[]; seenAt: number | null }> {
  const rows = await postgres.query<{ story: Story }>(
    "select story from interaction where node_id = $1 and not settled order by started_at",
    [nodeId],
  );
  const [node] = await postgres.query<{ seen_at: Date }>("select seen_at from node where id = $1", [nodeId]);
  return { stories: rows.map((row) => row.story), seenAt: node?.seen_at.getTime() ?? null };
}

export async function closeAgentIntervals(
  postgres: Queryable,
  nodeId: string,
  at: number | null,
): Promise<number> {
  const closed = await postgres.query(
    `update agent_state_interval set to_at = greatest(from_at, coalesce(to_timestamp($2::float8 / 1000), from_at))
     where node_id = $1 and to_at is null returning agent_id`,
    [nodeId, at],
  );
  return closed.length;
}

export async function signLife(postgres: Queryable, nodeId: string, at: number): Promise<void> {
  await postgres.query(
    `insert into node (id, seen_at) values ($1, to_timestamp($2::float8 / 1000))
     on conflict (id) do update set seen_at = excluded.seen_at`,
    [nodeId, at],
  );
}
