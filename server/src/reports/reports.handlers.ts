import { bind, type BoundEndpoint } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/reports.ts";
import type { AgentFigures, QueueFigures } from "../contract/reports.ts";
import type { QueueSettings } from "../contract/queues.ts";
import type { Postgres } from "../store/postgres.ts";
import {
  abandonRate,
  addCounts,
  averageHandleMs,
  averageWaitMs,
  occupancy,
  serviceLevel,
  type QueueCounts,
} from "./core/queue-counts.ts";
import { serverZone } from "./day.ts";
import {
  countAgents,
  countCallbacks,
  type CallbackCounts,
  countOfferTimes,
  countQueues,
  type AgentRow,
  type Interval,
} from "./reports.postgres.ts";

export interface ReportDependencies {
  postgres: Postgres;
  directory: { queues(): readonly { id: string; settings: QueueSettings }[] };
  /** Epoch milliseconds; the machine's clock if left out. */
  now?: () => number;
}

const dayMs = 24 * 3_600_000;
/** So that an answer stays readable and the database is not asked for a decade of quarter-hours. */
const longestRangeMs: Record<Interval, number> = {
  "quarter-hour": 31 * dayMs,
  hour: 93 * dayMs,
  day: 1_100 * dayMs,
};

export function reportEndpoints({
  postgres,
  directory,
  now = Date.now,
}: ReportDependencies): BoundEndpoint[] {
  return [
    bind(contract.reportQueues, async ({ query }) => {
      checkRange(query, longestRangeMs[query.interval]);
      const thresholds = new Map(directory.queues().map(({ id, settings }) => [id, settings]));
      const range = { ...query, queueId: query.queueId ?? null, zone: serverZone() };
      const counted = await countQueues(postgres, range, thresholds);
      const offerTimes = await readOfferTimes(postgres, range);
      const callbacks = await readCallbacks(postgres, range);
      const totals = new Map<string, QueueCounts>();
      for (const { queueId, counts } of counted) {
        const before = totals.get(queueId);
        totals.set(queueId, before === undefined ? counts : addCounts(before, counts));
      }
      return {
        intervals: counted.map(({ queueId, from, to, counts }) => ({
          ...describe(queueId, from, to, counts),
          callbacks: callbacks(queueId, from),
          timeToOfferMs: offerTimes(queueId, from),
        })),
        totals: [...totals].map(([queueId, counts]) => ({
          ...describe(queueId, query.from, query.to, counts),
          callbacks: callbacks(queueId, null),
          timeToOfferMs: offerTimes(queueId, null),
        })),
      };
    }),
    bind(contract.reportAgents, async ({ query }) => {
      checkRange(query, longestRangeMs.day);
      return { agents: (await countAgents(postgres, query, now())).map(describeAgent) };
    }),
  ];
}

function checkRange({ from, to }: { from: number; to: number }, longestMs: number): void {
  if (from < 0 || to > 8.64e15 || from >= to)
    throw new Failure("bad-request", "The range must begin before it ends");
  if (to - from > longestMs)
    throw new Failure(
      "bad-request",
      `The range must be at most ${longestMs / dayMs} days with this interval`,
    );
}

/** The percentiles of a queue by the start of an interval; null for the whole range. */
async function readOfferTimes(
  postgres: Postgres,
  range: Parameters<typeof countOfferTimes>[1],
): Promise<(queueId: string, start: number | null) => QueueFigures["timeToOfferMs"]> {
  const keyOf = (queueId: string, start: number | null) => `${queueId} ${start ?? "all"}`;
  const found = new Map(
    (await countOfferTimes(postgres, range)).map(({ queueId, start, ...times }) => [
      keyOf(queueId, start),
      times,
    ]),
  );
  return (queueId, start) => found.get(keyOf(queueId, start)) ?? null;
}

const noCallbacks: CallbackCounts = {
  asked: 0,
  served: 0,
  expired: 0,
  failed: 0,
  cancelled: 0,
  open: 0,
  servedAfterMs: 0,
};

/** What became of the calls back, by queue and start of the interval; null for the sum of the intervals. */
async function readCallbacks(
  postgres: Postgres,
  range: Parameters<typeof countCallbacks>[1],
): Promise<(queueId: string, start: number | null) => QueueFigures["callbacks"]> {
  const rows = await countCallbacks(postgres, range);
  return (queueId, start) => {
    const mine = rows.filter((row) => row.queueId === queueId && (start === null || row.start === start));
    const sum = { ...noCallbacks };
    for (const { counts } of mine)
      for (const key of Object.keys(sum) as (keyof CallbackCounts)[]) sum[key] += counts[key];
    const { servedAfterMs, ...counts } = sum;
    return { ...counts, averageMs: sum.served === 0 ? null : servedAfterMs / sum.served };
  };
}

function describe(
  queueId: string,
  from: number,
  to: number,
  counts: QueueCounts,
): Omit<QueueFigures, "timeToOfferMs" | "callbacks"> {
  const { convertedToCallback } = counts;
  const { offered, answered, answeredInTime, abandoned, shortAbandoned, flowedOut } = counts;
  return {
    queueId,
    from,
    to,
    offered,
    answered,
    answeredInTime,
    abandoned,
    shortAbandoned,
    convertedToCallback,
    flowedOut,
    serviceLevel: serviceLevel(counts),
    abandonRate: abandonRate(counts),
    averageWaitMs: averageWaitMs(counts),
    averageHandleMs: averageHandleMs(counts),
  };
}

function describeAgent(row: AgentRow): AgentFigures {
  const busyMs = row.talkMs + row.holdMs + row.wrapUpMs;
  return {
    ...row,
    averageHandleMs: averageHandleMs({ handled: row.handled, handleMs: busyMs }),
    occupancy: occupancy(busyMs, row.availableMs),
  };
}
