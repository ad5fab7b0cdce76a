import type { Clock } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import type { Desk } from "../contract/agent-desk.ts";
import type { LedgerEntry } from "../contract/ledger.ts";
import type { LiveQueue } from "../contract/live.ts";
import type { QueueSettings } from "../contract/queues.ts";
import type { Postgres } from "../store/postgres.ts";
import { averageHandleMs, averageWaitMs, serviceLevel, type Thresholds } from "./core/queue-counts.ts";
import { Today } from "./core/today.ts";
import { startOfDay, startOfNextDay } from "./day.ts";
import { loadDay } from "./reports.postgres.ts";

/** Today's figures, always at hand: kept from the ledger's entries, without a query. */
export interface Figures {
  queueToday(queueId: string): LiveQueue["today"];
  agentToday(personId: string): Desk["today"];
  /** Idempotent. */
  close(): void;
}

export interface FigureSources {
  postgres: Postgres;
  clock: Clock;
  log: Log;
  /** Register this before other listeners that read figures. */
  ledger: { on(listener: (entry: LedgerEntry) => void): () => void };
  directory: { queue(queueId: string): { settings: QueueSettings } | null };
}

/**
 * Reads the day so far once, then listens. Entries that are in both (appended before, written during the read)
 * cannot be: open it before the first call. Days end at midnight of the server's time zone.
 */
export async function openFigures(sources: FigureSources): Promise<Figures> {
  const { postgres, clock, log, ledger, directory } = sources;
  const startsAt = startOfDay(clock.now());
  let today = new Today(startsAt, await loadDay(postgres, startsAt));
  const stopListening = ledger.on((entry) => {
    today.tell(entry);
  });
  let stopTimer = armMidnight();

  function armMidnight(): () => void {
    return clock.setTimer(startOfNextDay(clock.now()), () => {
      try {
        today = new Today(startOfDay(clock.now()), { queues: new Map(), agents: new Map() });
      } catch (error) {
        log.error({ error: describeError(error) }, "the day's figures were not reset");
      }
      stopTimer = armMidnight();
    });
  }

  return {
    queueToday: (queueId) => describeQueue(today, queueId, thresholdsOf(directory, queueId)),
    agentToday(personId) {
      const counts = today.agent(personId);
      const handleMs = counts.talkMs + counts.holdMs + counts.wrapUpMs;
      return { ...counts, averageHandleMs: averageHandleMs({ handled: counts.handled, handleMs }) };
    },
    close() {
      stopListening();
      stopTimer();
    },
  };
}

const defaults: Thresholds = { serviceLevelMs: 20_000, shortAbandonMs: 5_000 };

export function thresholdsOf(directory: FigureSources["directory"], queueId: string): Thresholds {
  return directory.queue(queueId)?.settings ?? defaults;
}

function describeQueue(today: Today, queueId: string, thresholds: Thresholds): LiveQueue["today"] {
  const counts = today.queue(queueId, thresholds);
  const { offered, answered, answeredInTime, abandoned, shortAbandoned, flowedOut, longestWaitMs } = counts;
  const { convertedToCallback } = counts;
  return {
    offered,
    answered,
    answeredInTime,
    abandoned,
    shortAbandoned,
    convertedToCallback,
    calledBack: today.calledBack(queueId),
    flowedOut,
    serviceLevel: serviceLevel(counts),
    averageWaitMs: averageWaitMs(counts),
    longestWaitMs: answered + abandoned + convertedToCallback + flowedOut === 0 ? null : longestWaitMs,
  };
}
