import { Gauge, Counter, Histogram, type Registry } from "prom-client";

/** What is asked of the program's own parts at each scrape. */
export interface ProgramSources {
  /** Connections of the pool to PostgreSQL, and who waits for one. */
  pool(): { inUse: number; idle: number; waiting: number };
  /** Of the file system that holds the data directory. */
  disk(): Promise<{ freeBytes: number; totalBytes: number }>;
  /** Browsers at the realtime feed. */
  realtimeConnections(): number;
  /** Open calls back that this process looks after, and those of them that are being served. */
  callbacks(): { open: number; busy: number };
  /** Spans of traces; null: traces go nowhere. */
  traces(): { exported: number; dropped: number; waiting: number } | null;
}

/** A request to the API or for the app, as the API tells it. */
export interface HttpRequest {
  method: string;
  /** A template, so that there are no more series than routes. */
  route: string;
  status: number;
  tookMs: number;
}

const requestBuckets = [0.005, 0.02, 0.05, 0.1, 0.25, 1, 2.5, 10];

export function watchProgram(registry: Registry, sources: ProgramSources): void {
  const registers = [registry];
  const gauge = (name: string, help: string, label: string | null, read: () => [string, number][]) =>
    new Gauge({
      name,
      help,
      labelNames: label === null ? [] : [label],
      registers,
      collect() {
        for (const [value, count] of read()) this.set(label === null ? {} : { [label]: value }, count);
      },
    });
  gauge("ringdown_postgres_connections", "Connections to PostgreSQL, by state.", "state", () => {
    const { inUse, idle } = sources.pool();
    return [
      ["in-use", inUse],
      ["idle", idle],
    ];
  });
  gauge("ringdown_postgres_waiting", "Who waits for a connection to PostgreSQL.", null, () => [
    ["", sources.pool().waiting],
  ]);
  gauge("ringdown_realtime_connections", "Browsers at the realtime feed.", null, () => [
    ["", sources.realtimeConnections()],
  ]);
  gauge("ringdown_callbacks", "Calls back that this node looks after, by state.", "state", () => {
    const { open, busy } = sources.callbacks();
    return [
      ["waiting", open - busy],
      ["busy", busy],
    ];
  });
  watchDisk(registry, sources);
  countSpans(registry, sources);
}

/** Absent, rather than wrong, while the file system does not answer. */
function watchDisk(registry: Registry, { disk }: ProgramSources): void {
  const gauge = (name: string, help: string, key: "freeBytes" | "totalBytes") =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const found = await disk().catch(() => null);
        if (found === null) this.remove();
        else this.set(found[key]);
      },
    });
  gauge("ringdown_data_free_bytes", "Room left where the data directory is.", "freeBytes");
  gauge("ringdown_data_size_bytes", "Size of the file system where the data directory is.", "totalBytes");
}

function countSpans(registry: Registry, { traces }: ProgramSources): void {
  if (traces() === null) return;
  registry.registerMetric(
    new Counter({
      name: "ringdown_trace_spans_total",
      help: "Spans of traces, by whether the collector took them.",
      labelNames: ["result"],
      registers: [],
      collect() {
        this.reset();
        const { exported, dropped } = traces() ?? { exported: 0, dropped: 0 };
        this.inc({ result: "exported" }, exported);
        this.inc({ result: "dropped" }, dropped);
      },
    }),
  );
}

/** Measures requests, by route and class of status. */
export function measureRequests(registry: Registry): (request: HttpRequest) => void {
  const times = new Histogram({
    name: "ringdown_http_request_seconds",
    help: "From a request's arrival to the end of its answer.",
    labelNames: ["method", "route", "status"],
    buckets: requestBuckets,
    registers: [registry],
  });
  return ({ method, route, status, tookMs }) => {
    times.observe(
      { method: methods.has(method) ? method : "other", route, status: `${Math.floor(status / 100)}xx` },
      tookMs / 1_000,
    );
  };
}

/** Anybody may make up a method. */
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
