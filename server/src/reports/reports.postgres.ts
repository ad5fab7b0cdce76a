import type { Queryable } from "../store/postgres.ts";
import { missedCauses, type AgentCounts, type DaySeed } from "./core/today.ts";
import type { QueueCounts, Thresholds } from "./core/queue-counts.ts";

export type Interval = "quarter-hour" | "hour" | "day";

export interface CountedInterval {
  queueId: string;
  from: number;
  to: number;
  counts: QueueCounts;
}

export interface ReportRange {
  from: number;
  to: number;
}

/** The start of the interval that a time lies in, and the start of the next; on the clock of `zone`. */
const starts: Record<Interval, (time: string) => string> = {
  "quarter-hour": (time) => `date_bin('15 minutes', ${time}, to_timestamp(0))`,
  hour: (time) => `date_trunc('hour', ${time}, $4)`,
  day: (time) => `date_trunc('day', ${time}, $4)`,
};
const lengths: Record<Interval, string> = { "quarter-hour": "15 minutes", hour: "1 hour", day: "1 day" };

/**
 * Counts by queue and interval of the queue entry, intervals without any left out. The thresholds are those of
 * each queue now.
 */
export async function countQueues(
  postgres: Queryable,
  range: ReportRange & { interval: Interval; queueId: string | null; zone: string },
  thresholds: ReadonlyMap<string, Thresholds>,
): Promise<CountedInterval[]> {
  const { interval } = range;
  const limits = [...thresholds].map(([queueId, each]) => ({ queueId, ...each }));
  const rows = await postgres.query<QueueCounts & { queueId: string; from: Date; to: Date }>(
    `with limits as (
       select * from jsonb_to_recordset($5::jsonb) as l ("queueId" uuid, "serviceLevelMs" float8, "shortAbandonMs" float8)
     ), visits as (
       select queue_id, ${starts[interval]("entered_at")} as start, cause, wait_ms,
              coalesce("serviceLevelMs", 20000) as in_time, coalesce("shortAbandonMs", 5000) as short
       from queue_visit left join limits on "queueId" = queue_id
       where entered_at >= to_timestamp($1::float8 / 1000) and entered_at < to_timestamp($2::float8 / 1000)
         and ($3::uuid is null or queue_id = $3) and not callback
     ), counted as (
       select queue_id, start, count(*) as offered,
         count(*) filter (where cause = 'answered') as answered,
         count(*) filter (where cause = 'answered' and wait_ms <= in_time) as "answeredInTime",
         count(*) filter (where cause = 'abandoned') as abandoned,
         count(*) filter (where cause = 'abandoned' and wait_ms < short) as "shortAbandoned",
         count(*) filter (where cause = 'callback') as "convertedToCallback",
         count(*) filter (where cause not in ('answered', 'abandoned', 'callback')) as "flowedOut",
         coalesce(sum(wait_ms) filter (where cause = 'answered'), 0)::float8 as "answeredWaitMs",
         coalesce(max(wait_ms), 0) as "longestWaitMs"
       from visits group by queue_id, start
     ), handled as (
       select queue_id, ${starts[interval]("queue_entered_at")} as start, count(*) as handled,
         sum(talk_ms + hold_ms + wrap_up_ms)::float8 as "handleMs"
       from handling
       where queue_entered_at >= to_timestamp($1::float8 / 1000) and queue_entered_at < to_timestamp($2::float8 / 1000)
         and ended_at is not null and ($3::uuid is null or queue_id = $3)
       group by queue_id, start
     )
     select queue_id as "queueId", greatest(start, to_timestamp($1::float8 / 1000)) as "from",
       least((start at time zone $4 + '${lengths[interval]}'::interval) at time zone $4,
             to_timestamp($2::float8 / 1000)) as "to",
       offered, answered, "answeredInTime", abandoned, "shortAbandoned", "convertedToCallback", "flowedOut",
       "answeredWaitMs",
       "longestWaitMs", coalesce(handled, 0) as handled, coalesce("handleMs", 0) as "handleMs"
     from counted left join handled using (queue_id, start)
     order by start, queue_id`,
    [range.from, range.to, range.queueId, range.zone, JSON.stringify(limits)],
  );
  return rows.map(({ queueId, from, to, ...counts }) => ({
    queueId,
    from: from.getTime(),
    to: to.getTime(),
    counts,
  }));
}

export interface CallbackCounts {
  asked: number;
  served: number;
  expired: number;
  failed: number;
  cancelled: number;
  open: number;
  /** Sum over the served, from the request to the talk. */
  servedAfterMs: number;
}

/**
 * What became of the calls back of each queue, by the interval of the callers' original entry. Requests that an agent
 * was quicker than are none.
 */
export async function countCallbacks(
  postgres: Queryable,
  range: ReportRange & { interval: Interval; queueId: string | null; zone: string },
): Promise<{ queueId: string; start: number; counts: CallbackCounts }[]> {
  const rows = await postgres.query<CallbackCounts & { queueId: string; start: Date }>(
    `with placed as (
       select queue_id, state, asked_at, served_at,
         greatest(${starts[range.interval]("enqueued_at")}, to_timestamp($1::float8 / 1000)) as start
       from callback
       where enqueued_at >= to_timestamp($1::float8 / 1000) and enqueued_at < to_timestamp($2::float8 / 1000)
         and ($3::uuid is null or queue_id = $3) and end_reason is distinct from 'agent-answered'
         and $4::text is not null
     )
     select queue_id as "queueId", start, count(*) as asked,
       count(*) filter (where state = 'done') as served, count(*) filter (where state = 'expired') as expired,
       count(*) filter (where state = 'failed') as failed,
       count(*) filter (where state = 'cancelled') as cancelled,
       count(*) filter (where state in ('waiting', 'calling')) as open,
       coalesce(sum(extract(epoch from served_at - asked_at) * 1000) filter (where state = 'done'), 0)::float8
         as "servedAfterMs"
     from placed group by queue_id, start`,
    [range.from, range.to, range.queueId, range.zone],
  );
  return rows.map(({ queueId, start, ...counts }) => ({ queueId, start: start.getTime(), counts }));
}

export interface OfferTimes {
  p50: number;
  p99: number;
  offers: number;
}

/**
 * Time to offer by queue, of the whole range (`start` null) and of each interval of the queue entry. An offer
 * belongs to the visit to its queue that began last before it; offers whose INVITE could not be sent don't count.
 */
export async function countOfferTimes(
  postgres: Queryable,
  range: ReportRange & { interval: Interval; queueId: string | null; zone: string },
): Promise<(OfferTimes & { queueId: string; start: number | null })[]> {
  const rows = await postgres.query<OfferTimes & { queueId: string; start: Date | null }>(
    `with offers as (
       select o.queue_id, o.time_to_offer_ms, (
         select max(v.entered_at) from queue_visit v
         where v.interaction_id = o.interaction_id and v.queue_id = o.queue_id and v.entered_at <= o.made_at
       ) as entered_at
       from offer o join (
         select distinct interaction_id from queue_visit
         where entered_at >= to_timestamp($1::float8 / 1000) and entered_at < to_timestamp($2::float8 / 1000)
           and ($3::uuid is null or queue_id = $3)
       ) visited using (interaction_id)
       where o.time_to_offer_ms is not null and ($3::uuid is null or o.queue_id = $3)
     ), placed as (
       select queue_id, time_to_offer_ms, entered_at,
         greatest(${starts[range.interval]("entered_at")}, to_timestamp($1::float8 / 1000)) as start
       from offers
       where entered_at >= to_timestamp($1::float8 / 1000) and entered_at < to_timestamp($2::float8 / 1000)
         and $4::text is not null
     )
     select queue_id as "queueId", start, count(*)::int as offers,
       percentile_disc(0.5) within group (order by time_to_offer_ms) as p50,
       percentile_disc(0.99) within group (order by time_to_offer_ms) as p99
     from placed group by grouping sets ((queue_id, start), (queue_id))`,
    [range.from, range.to, range.queueId, range.zone],
  );
  return rows.map((row) => ({ ...row, start: row.start?.getTime() ?? null }));
}

export interface AgentRow extends AgentCounts {
  personId: string;
  availableMs: number;
  notReadyMs: number;
}

/** Everybody who did anything in the range. Talks count by their start, states are cut at the range's ends. */
export async function countAgents(
  postgres: Queryable,
  { from, to }: ReportRange,
  now: number,
): Promise<AgentRow[]> {
  return await postgres.query<AgentRow>(
    `with bounds as (
       select to_timestamp($1::float8 / 1000) as lower, to_timestamp($2::float8 / 1000) as upper,
              to_timestamp($3::float8 / 1000) as now
     ), talks as (
       select agent_id, count(*) as handled, sum(talk_ms)::float8 as talk, sum(hold_ms)::float8 as hold,
              sum(wrap_up_ms)::float8 as wrap
       from handling, bounds where started_at >= lower and started_at < upper and ended_at is not null
       group by agent_id
     ), misses as (
       select agent_id, count(*) as missed from offer, bounds
       where made_at >= lower and made_at < upper and cause = any($4) group by agent_id
     ), spans as (
       select agent_id, state,
         extract(epoch from least(coalesce(to_at, now), upper) - greatest(from_at, lower)) * 1000 as ms
       from agent_state_interval, bounds
       where from_at < upper and coalesce(to_at, now) > lower
     ), states as (
       select agent_id, coalesce(sum(ms) filter (where state in ('idle', 'offered')), 0)::float8 as available,
         coalesce(sum(ms) filter (where state in ('not-ready', 'unreachable')), 0)::float8 as not_ready
       from spans where ms > 0 and state <> 'offline' group by agent_id
     )
     select agent_id as "personId", coalesce(handled, 0) as handled, coalesce(missed, 0) as missed,
       coalesce(talk, 0) as "talkMs", coalesce(hold, 0) as "holdMs", coalesce(wrap, 0) as "wrapUpMs",
       coalesce(available, 0) as "availableMs", coalesce(not_ready, 0) as "notReadyMs"
     from talks full join misses using (agent_id) full join states using (agent_id)
     order by agent_id`,
    [from, to, now, missedCauses],
  );
}

/** What happened since `from`, to go on counting from. */
export async function loadDay(postgres: Queryable, from: number): Promise<DaySeed> {
  const visits = await postgres.query<{
    queueId: string;
    cause: string | null;
    waitMs: number | null;
    callback: boolean;
  }>(
    `select queue_id as "queueId", cause, wait_ms as "waitMs", callback from queue_visit
     where entered_at >= to_timestamp($1::float8 / 1000)`,
    [from],
  );
  const agents = await postgres.query<AgentCounts & { agentId: string }>(
    `with talks as (
       select agent_id, count(*) as handled, sum(talk_ms)::float8 as talk, sum(hold_ms)::float8 as hold,
              sum(wrap_up_ms)::float8 as wrap
       from handling where started_at >= to_timestamp($1::float8 / 1000) and ended_at is not null group by agent_id
     ), misses as (
       select agent_id, count(*) as missed from offer
       where made_at >= to_timestamp($1::float8 / 1000) and cause = any($2) group by agent_id
     )
     select agent_id as "agentId", coalesce(handled, 0) as handled, coalesce(missed, 0) as missed,
       coalesce(talk, 0) as "talkMs", coalesce(hold, 0) as "holdMs", coalesce(wrap, 0) as "wrapUpMs"
     from talks full join misses using (agent_id)`,
    [from, missedCauses],
  );
  const queues: DaySeed["queues"] = new Map();
  for (const { queueId, cause, waitMs, callback } of visits) {
    const day = queues.get(queueId) ?? { offered: 0, calledBack: 0, ended: [] };
    if (callback) day.calledBack += cause === "answered" ? 1 : 0;
    else {
      day.offered += 1;
      if (cause !== null) day.ended.push({ cause, waitMs: waitMs ?? 0 });
    }
    queues.set(queueId, day);
  }
  return { queues, agents: new Map(agents.map(({ agentId, ...counts }) => [agentId, counts])) };
}
