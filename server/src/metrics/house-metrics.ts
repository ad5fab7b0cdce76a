import { Counter, Gauge, type Registry } from "prom-client";
import type { Clock } from "../base/clock.ts";

export interface PartState {
  ok: boolean;
  /** How long it took to find out. */
  tookMs?: number;
}

/** What is asked at each scrape. */
export interface HouseSources {
  clock: Clock;
  version: string;
  nodeId: string;
  /** How this node stands in the routing. */
  routing(): { isLeading: boolean; epoch: number; unfinalLines: number; lagMs: number };
  /** Whether each part can be reached; a part that does not answer in time counts as away. */
  parts(): Promise<Record<string, PartState>>;
  /** Since the start of the program. */
  traffic(): { callsNow: number; callsRejected: Record<string, number>; registrations: number };
  /** Entries of the ledger that are not in the database yet. */
  backlog(): { entries: number };
  /** Lines logged so far as a warning or an error. */
  logged(): { warn: number; error: number };
}

/** Prometheus gives up after ten seconds by default. */
const partsWithinMs = 3_000;
const partNames = ["postgres", "eventLog", "sip", "media"];

/** The router, the parts, the traffic and the log, as they are when they are asked. */
export function watchHouse(registry: Registry, sources: HouseSources): void {
  const gauge = (name: string, help: string, read: () => number) => {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read());
        },
      }),
    );
  };
  const { routing, traffic, backlog } = sources;
  gauge("ringdown_router_leader", "1 when this node is the router.", () => Number(routing().isLeading));
  gauge("ringdown_router_epoch", "The newest fencing epoch known here.", () => routing().epoch);
  gauge(
    "ringdown_router_unfinal_lines",
    "Lines of the router's log whose effects are not final yet.",
    () => routing().unfinalLines,
  );
  gauge(
    "ringdown_router_lag_seconds",
    "The age of the oldest of them; 0 when there is none.",
    () => routing().lagMs / 1_000,
  );
  gauge("ringdown_calls", "Calls in progress, waiting ones included.", () => traffic().callsNow);
  gauge(
    "ringdown_registrations",
    "Softphones and desk phones that are registered.",
    () => traffic().registrations,
  );
  gauge(
    "ringdown_ledger_backlog_entries",
    "Lines of the ledger that are not in PostgreSQL yet.",
    () => backlog().entries,
  );
  const buildInfo = new Gauge({
    name: "ringdown_build_info",
    help: "The program's version and node; always 1.",
    labelNames: ["version", "node"],
    registers: [registry],
  });
  buildInfo.set({ version: sources.version, node: sources.nodeId }, 1);
  watchParts(registry, sources);
  countElsewhere(registry, sources);
}

function watchParts(registry: Registry, { clock, parts }: HouseSources): void {
  let asking: ReturnType<HouseSources["parts"]> | null = null;
  /** Both gauges of a scrape are told of one look. */
  const ask = () => {
    asking ??= within(clock, partsWithinMs, parts())
      .then((found) => found ?? {})
      .finally(() => (asking = null));
    return asking;
  };
  const gauge = (name: string, help: string, read: (part: PartState | undefined) => number | null) => {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        labelNames: ["part"],
        registers: [],
        async collect() {
          const found = await ask();
          this.reset();
          for (const part of partNames) {
            const value = read(found[part]);
            if (value !== null) this.set({ part }, value);
          }
        },
      }),
    );
  };
  gauge(
    "ringdown_part_up",
    "1 when the part can be reached: PostgreSQL, the router's log (memory or Redis), SIP edge, media server.",
    (part) => Number(part?.ok ?? false),
  );
  gauge(
    "ringdown_part_answer_seconds",
    "How long the part took to answer at this scrape; absent when it did not, or was not asked.",
    (part) => (part?.ok && part.tookMs !== undefined ? part.tookMs / 1_000 : null),
  );
}

/** What others count: told as it stands. */
function countElsewhere(registry: Registry, { traffic, logged }: HouseSources): void {
  registry.registerMetric(
    new Counter({
      name: "ringdown_calls_rejected_total",
      help: "Calls that were refused at the SIP edge, by cause.",
      labelNames: ["cause"],
      registers: [],
      collect() {
        this.reset();
        for (const [cause, count] of Object.entries(traffic().callsRejected)) this.inc({ cause }, count);
      },
    }),
  );
  registry.registerMetric(
    new Counter({
      name: "ringdown_log_lines_total",
      help: "Lines logged as a warning or an error.",
      labelNames: ["level"],
      registers: [],
      collect() {
        this.reset();
        for (const [level, count] of Object.entries(logged())) this.inc({ level }, count);
      },
    }),
  );
}

async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T | null> {
  let stopTimer = () => {};
  const late = new Promise<null>((resolve) => {
    stopTimer = clock.setTimer(clock.now() + ms, () => {
      resolve(null);
    });
  });
  try {
    return await Promise.race([work.catch(() => null), late]);
  } finally {
    stopTimer();
  }
}
