import { Gauge, type Registry } from "prom-client";
import type { LiveQueue } from "../contract/live.ts";

type Row = LiveQueue;
/** What one gauge says of a queue; null: nothing. */
interface QueueGauge {
  name: string;
  help: string;
  read(row: Row, now: number): number | null;
}

const seconds = (ms: number | null) => (ms === null ? null : ms / 1_000);

const gauges: QueueGauge[] = [
  {
    name: "ringdown_queue_waiting",
    help: "Callers who wait in the queue, ringing included.",
    read: (row) => row.waiting,
  },
  {
    name: "ringdown_queue_longest_wait_seconds",
    help: "How long the one who waits longest has waited; 0 when nobody waits.",
    read: ({ longestSince }, now) => (longestSince === null ? 0 : Math.max(0, now - longestSince) / 1_000),
  },
  {
    name: "ringdown_queue_estimated_wait_seconds",
    help: "What somebody who came now would wait; absent when unknown or nobody works.",
    read: ({ router }) => seconds(router.estimatedWaitMs),
  },
  {
    name: "ringdown_queue_estimate_error_seconds",
    help: "How far off the first estimates told to callers were on average; absent before the first.",
    read: ({ router }) => seconds(router.estimateErrorMs),
  },
  {
    name: "ringdown_queue_late_callers",
    help: "Callers who wait beyond the queue's alarm: the starvation alarm.",
    read: ({ router }) => router.late,
  },
  {
    name: "ringdown_queue_callbacks",
    help: "Of those who wait, those who will be called back.",
    read: ({ router }) => router.callbacks,
  },
];

const states: [label: string, column: keyof Row["agents"]][] = [
  ["idle", "idle"],
  ["offered", "offered"],
  ["talking", "talking"],
  ["wrap-up", "wrapUp"],
  ["not-ready", "notReady"],
];

/** Gauges of each queue that exists, read at the scrape. */
export function watchQueues(
  registry: Registry,
  sources: { queues(): { name: string; row: Row }[]; now(): number },
): void {
  for (const { name, help, read } of gauges)
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: ["queue_id"],
        registers: [],
        collect() {
          this.reset();
          for (const { row } of sources.queues()) {
            const value = read(row, sources.now());
            if (value !== null) this.set({ queue_id: row.queueId }, value);
          }
        },
      }),
    );
  registry.registerMetric(
    new Gauge({
      name: "ringdown_queue_agents",
      help: "Members of the queue who are signed in, by state.",
      labelNames: ["queue_id", "state"],
      registers: [],
      collect() {
        this.reset();
        for (const { row } of sources.queues())
          for (const [state, column] of states)
            this.set({ queue_id: row.queueId, state }, row.agents[column]);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: "ringdown_queue_info",
      help: "The queue's name; always 1.",
      labelNames: ["queue_id", "name"],
      registers: [],
      collect() {
        this.reset();
        for (const { name, row } of sources.queues()) this.set({ queue_id: row.queueId, name }, 1);
      },
    }),
  );
}
