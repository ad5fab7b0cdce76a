import { Counter, Histogram, type Registry } from "prom-client";
import { type LedgerEntry, Outcome } from "../contract/ledger.ts";

/** From 1 ms, what an event-driven router needs, to what a stalled one would. */
const offerBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Those of docs/metrics-endpoint.md. */
const errorKinds = ["fault", "offer-failed", "agent-lost", "recording-failed", "recording-mismatch"];
const waitBuckets = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 3_600];

interface CallCounts {
  count(entry: LedgerEntry): void;
  /** Forgets every queue that is not among these. */
  keepOnly(queueIds: ReadonlySet<string>): void;
}

/** Counts calls, queue visits, offers and what went wrong with them, line by line. */
export function countCalls(registry: Registry): CallCounts {
  const registers = [registry];
  const counter = <T extends string>(name: string, help: string, labelNames: T[]) =>
    new Counter({ name, help, labelNames, registers });
  const started = counter("ringdown_calls_started_total", "Calls that came in, by where from.", ["source"]);
  const ended = counter("ringdown_calls_ended_total", "Calls that ended, by outcome.", ["outcome"]);
  const errors = counter("ringdown_errors_total", "What went wrong with calls, by kind.", ["kind"]);
  // From 0: Prometheus sees no increase in a series that begins with its first fault, and nobody would be woken.
  for (const kind of errorKinds) errors.inc({ kind }, 0);
  for (const outcome of Outcome.options) ended.inc({ outcome }, 0);
  const entered = new PerQueue(
    counter("ringdown_queue_entered_total", "Entries into the queue.", ["queue_id"]),
  );
  const left = new PerQueue(
    counter("ringdown_queue_left_total", "Exits from the queue, by cause.", ["queue_id", "cause"]),
  );
  const offers = new PerQueue(
    counter("ringdown_offers_ended_total", "Offers that ended, by cause.", ["queue_id", "cause"]),
  );
  const overflowed = new PerQueue(
    counter("ringdown_queue_overflowed_total", "Callers sent elsewhere by the queue, by where to.", [
      "queue_id",
      "to",
    ]),
  );
  const offerTime = new Histogram({
    name: "ringdown_time_to_offer_seconds",
    help: "From the event that made an offer possible to the INVITE on the wire.",
    labelNames: ["queue_id"],
    buckets: offerBuckets,
    registers,
  });
  const waits = new Histogram({
    name: "ringdown_queue_answered_wait_seconds",
    help: "How long those who were answered had waited.",
    labelNames: ["queue_id"],
    buckets: waitBuckets,
    registers,
  });
  const counters = [entered, left, offers, overflowed];
  /** Whose histograms there are. */
  const measured = new Set<string>();

  return {
    count({ event }) {
      switch (event.type) {
        case "interaction.started":
          return started.inc({ source: event.source });
        case "interaction.ended":
          return ended.inc({ outcome: event.outcome });
        case "queue.entered":
          return entered.inc(event.queueId, {});
        case "queue.overflowed":
          return overflowed.inc(event.queueId, { to: event.to });
        case "queue.left":
          left.inc(event.queueId, { cause: event.cause });
          if (event.cause !== "answered") return;
          measured.add(event.queueId);
          return waits.observe({ queue_id: event.queueId }, event.waitMs / 1_000);
        case "offer.made":
          if (event.timeToOfferMs === null) return;
          measured.add(event.queueId);
          return offerTime.observe({ queue_id: event.queueId }, event.timeToOfferMs / 1_000);
        case "offer.ended":
          offers.inc(event.queueId, { cause: event.cause });
          if (event.cause === "failed") errors.inc({ kind: "offer-failed" });
          return;
        case "fault":
        case "agent.lost":
        case "recording.failed":
        case "recording.mismatch":
          return errors.inc({ kind: event.type.replace(".", "-") });
        default:
      }
    },
    keepOnly(queueIds) {
      for (const each of counters) each.keepOnly(queueIds);
      for (const queueId of measured) {
        if (queueIds.has(queueId)) continue;
        measured.delete(queueId);
        for (const histogram of [offerTime, waits]) histogram.remove({ queue_id: queueId });
      }
    },
  };
}

type Labels = Record<string, string>;

/** A counter with a series for each queue and, at most, each cause: those of a deleted queue can be taken out. */
class PerQueue {
  readonly #counter: Counter;
  readonly #labels = new Map<string, Map<string, Labels>>();

  constructor(counter: Counter) {
    this.#counter = counter;
  }

  inc(queueId: string, more: Labels): void {
    const labels = { queue_id: queueId, ...more };
    const known = this.#labels.get(queueId) ?? new Map<string, Labels>();
    this.#labels.set(queueId, known.set(JSON.stringify(labels), labels));
    this.#counter.inc(labels);
  }

  keepOnly(queueIds: ReadonlySet<string>): void {
    for (const [queueId, series] of this.#labels) {
      if (queueIds.has(queueId)) continue;
      this.#labels.delete(queueId);
      for (const labels of series.values()) this.#counter.remove(labels);
    }
  }
}
