/**
 * The door of metrics: what Prometheus scrapes, listed in docs/metrics-endpoint.md. Figures of queues are read when
 * they are asked for; calls and offers are counted from the ledger's lines. A queue is named by its id in every
 * series, and its name is in `ringdown_queue_info` only: a renamed queue goes on in the same series.
 */
import { collectDefaultMetrics, Registry } from "prom-client";
import type { LedgerEntry } from "../contract/ledger.ts";
import type { LiveQueue } from "../contract/live.ts";
import { countCalls } from "./call-metrics.ts";
import { watchHouse, type HouseSources } from "./house-metrics.ts";
import { measureRequests, watchProgram, type HttpRequest, type ProgramSources } from "./program-metrics.ts";
import { watchQueues } from "./queue-metrics.ts";
import { watchServers, type ServerSources } from "./server-metrics.ts";
import { countStories } from "./story-metrics.ts";
import { watchTrunks, type TrunkSources } from "./trunk-metrics.ts";

export interface MetricsSources extends HouseSources, ServerSources, ProgramSources, TrunkSources {
  /** Rows of the queues that exist. */
  queues(): { name: string; row: LiveQueue }[];
  ledger: { on(listener: (entry: LedgerEntry) => void): () => void };
}

export interface Metrics {
  /** Of the text that `scrape` gives. */
  readonly contentType: string;
  /** Measures a request that was answered. */
  requestAnswered(request: HttpRequest): void;
  /** Everything, in Prometheus' text format. */
  scrape(): Promise<string>;
  /** Idempotent. */
  close(): void;
}

export function openMetrics(sources: MetricsSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  watchHouse(registry, sources);
  watchServers(registry, sources);
  watchProgram(registry, sources);
  watchTrunks(registry, sources);
  /** As of this scrape: every gauge reads the same. */
  let rows: ReturnType<MetricsSources["queues"]> = [];
  watchQueues(registry, { queues: () => rows, now: () => sources.clock.now() });
  const calls = countCalls(registry);
  const countStory = countStories(registry);
  const stopListening = sources.ledger.on((entry) => {
    calls.count(entry);
    countStory(entry.event);
  });
  return {
    contentType: registry.contentType,
    requestAnswered: measureRequests(registry),
    scrape() {
      rows = sources.queues();
      calls.keepOnly(new Set(rows.map(({ row }) => row.queueId)));
      return registry.metrics();
    },
    close: () => {
      stopListening();
      registry.clear();
    },
  };
}
