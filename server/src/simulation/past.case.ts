/** A small past in the tables that the ledger projects: one hour of a queue with one agent and forty callers. */
import { randomUUID } from "node:crypto";
import { QueueSettings } from "../contract/queues.ts";
import type { Postgres } from "../store/postgres.ts";

export const pastFrom = Date.UTC(2026, 10, 23, 9);
export const pastTo = pastFrom + 3_600_000;
export const ids = { sales: randomUUID(), ann: randomUUID() };

/**
 * Two of five callers hang up after 40 seconds; the others are answered after 15 and talk for two minutes. That is
 * about as many as one agent can take.
 */
export async function writePast(postgres: Postgres): Promise<void> {
  const settings = QueueSettings.parse({ wrapUpMs: 20_000, maximumWaitMs: 0 });
  await postgres.query("insert into queue (id, name, settings) values ($1, 'Sales', $2)", [
    ids.sales,
    JSON.stringify(settings),
  ]);
  await postgres.query("insert into person (id, username, name, role) values ($1, 'ann', 'Ann', 'agent')", [
    ids.ann,
  ]);
  await postgres.query("insert into queue_member (queue_id, person_id) values ($1, $2)", [
    ids.sales,
    ids.ann,
  ]);
  await postgres.query(
    `insert into agent_state_interval (agent_id, from_at, to_at, state, reason, node_id)
     values ($1, to_timestamp($2), to_timestamp($3), 'idle', null, 'n')`,
    [ids.ann, pastFrom / 1_000 - 600, pastTo / 1_000],
  );
  for (let count = 0; count < 40; count += 1) await writeCaller(postgres, count);
}

async function writeCaller(postgres: Postgres, count: number): Promise<void> {
  const id = randomUUID();
  const enteredAt = pastFrom / 1_000 + count * 90 - (count % 3) * 20 + 60;
  const isAnswered = count % 5 < 3;
  const waitMs = isAnswered ? 15_000 : 40_000;
  await postgres.query(
    `insert into interaction (id, number, node_id, source, from_number, to_number, started_at, last_seq, story)
     values ($1, nextval('interaction_number'), 'n', 'trunk', '+4930123', '100', to_timestamp($2), 2, '{}')`,
    [id, enteredAt],
  );
  const event = { type: "queue.entered", queueId: ids.sales, priority: 0, enqueuedAt: enteredAt * 1_000 };
  await postgres.query(
    "insert into ledger (interaction_id, seq, at, type, event) values ($1, 2, to_timestamp($2), $3, $4)",
    [id, enteredAt, event.type, JSON.stringify(event)],
  );
  await postgres.query(
    `insert into queue_visit (interaction_id, visit, queue_id, entered_at, left_at, cause, wait_ms, agent_id)
     values ($1, 1, $2, to_timestamp($3), to_timestamp($4), $5, $6, $7)`,
    [
      ...[id, ids.sales, enteredAt, enteredAt + waitMs / 1_000],
      ...[isAnswered ? "answered" : "abandoned", waitMs, isAnswered ? ids.ann : null],
    ],
  );
  if (!isAnswered) return;
  const talk = [enteredAt + waitMs / 1_000, enteredAt + waitMs / 1_000 + 120];
  await postgres.query(
    `insert into handling (interaction_id, handling, agent_id, queue_id, queue_entered_at, started_at, ended_at,
       talk_ms, hold_ms, wrap_up_ms)
     values ($1, 1, $2, $3, to_timestamp($4), to_timestamp($5), to_timestamp($6), 110000, 10000, 20000)`,
    [id, ids.ann, ids.sales, enteredAt, ...talk],
  );
  await postgres.query(
    `insert into offer (interaction_id, offer, offer_id, agent_id, queue_id, made_at, ended_at, cause, ring_ms)
     values ($1, 1, $2, $3, $4, to_timestamp($5), to_timestamp($6), 'accepted', 4000)`,
    [id, `${id}.1`, ids.ann, ids.sales, (talk[0] ?? 0) - 4, talk[0]],
  );
}
