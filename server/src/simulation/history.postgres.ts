/**
 * What the ledger's projections know of a period: who came and how long they waited, what agents did. Who called and
 * from where is never read.
 */
import type { Queryable } from "../store/postgres.ts";
import type { AgentSpan, History, OfferRow, VisitRow } from "./core/history.ts";

/** So that no statement reads more than a busy day. */
const stepMs = 24 * 3_600_000;

/** Visits that began, and offers made, from `from` on and before `to`; agents' states that touch it. Epoch ms. */
export async function readHistory(postgres: Queryable, from: number, to: number): Promise<History> {
  const history: History = { visits: [], offers: [], spans: await readSpans(postgres, from, to) };
  for (let start = from; start < to; start += stepMs) {
    const end = Math.min(to, start + stepMs);
    history.visits.push(...(await readVisits(postgres, start, end)));
    history.offers.push(...(await readOffers(postgres, start, end)));
  }
  return history;
}

async function readVisits(postgres: Queryable, from: number, to: number): Promise<VisitRow[]> {
  return await postgres.query<VisitRow>(
    `select visit.interaction_id as "interactionId", visit.visit, visit.queue_id as "queueId",
       extract(epoch from visit.entered_at)::float8 * 1000 as "enteredAt",
       extract(epoch from visit.left_at)::float8 * 1000 as "leftAt",
       visit.cause, visit.wait_ms::float8 as "waitMs", talks.handled, talks.talk_ms as "talkMs",
       talks.wrap_up_ms as "wrapUpMs", (entry.event ->> 'priority')::float8 as priority,
       entry.event ->> 'requirement' as requirement, (entry.event ->> 'ageMs')::float8 as "ageMs",
       entry.event -> 'sticky' as sticky
     from queue_visit visit
     left join lateral (
       select count(*)::int as handled, coalesce(sum(talk_ms + hold_ms), 0)::float8 as talk_ms,
         coalesce(max(wrap_up_ms), 0)::float8 as wrap_up_ms
       from handling
       where handling.interaction_id = visit.interaction_id and handling.queue_id = visit.queue_id
         and handling.queue_entered_at = visit.entered_at and handling.ended_at is not null
     ) talks on true
     left join lateral (
       select event from ledger where ledger.interaction_id = visit.interaction_id and type = 'queue.entered'
       order by seq offset visit.visit - 1 limit 1
     ) entry on true
     where visit.entered_at >= to_timestamp($1::float8 / 1000) and visit.entered_at < to_timestamp($2::float8 / 1000)
     order by visit.entered_at, visit.interaction_id, visit.visit`,
    [from, to],
  );
}

async function readOffers(postgres: Queryable, from: number, to: number): Promise<OfferRow[]> {
  return await postgres.query<OfferRow>(
    `select cause, ring_ms::float8 as "ringMs" from offer
     where made_at >= to_timestamp($1::float8 / 1000) and made_at < to_timestamp($2::float8 / 1000)
       and cause is not null`,
    [from, to],
  );
}

async function readSpans(postgres: Queryable, from: number, to: number): Promise<AgentSpan[]> {
  return await postgres.query<AgentSpan>(
    `select agent_id as "agentId", state, reason, extract(epoch from from_at)::float8 * 1000 as "from",
       extract(epoch from coalesce(to_at, now()))::float8 * 1000 as "to"
     from agent_state_interval
     where from_at < to_timestamp($2::float8 / 1000) and coalesce(to_at, now()) > to_timestamp($1::float8 / 1000)
     order by agent_id, from_at`,
    [from, to],
  );
}
