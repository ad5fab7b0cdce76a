/** Prometheus' figures on their own port, when one is configured. */
import { statfs } from "node:fs/promises";
import { startMetricsListener } from "../api/metrics-listener.ts";
import type { LogCounts } from "../base/counted-log.ts";
import { describeError } from "../base/log.ts";
import { openMetrics } from "../metrics/metrics.ts";
import type { Closing } from "./closing.ts";
import { StartError } from "./embedded-pair.ts";
import { type House, lookAtHealth, version } from "./web.ts";

/** Listens and returns the address, or null when there is to be none. Throws StartError when the port can't be had. */
export async function openMetricsPort(
  house: House,
  counts: LogCounts,
  closing: Closing,
): Promise<string | null> {
  const { config, parts, lines, screens } = house;
  if (config.metrics === undefined) return null;
  const { acd, admin, clock, ledger, log } = parts;
  const metrics = openMetrics({
    clock,
    version,
    nodeId: config.nodeId,
    ledger,
    queues: () =>
      screens.live
        .snapshot()
        .queues.map((row) => ({ row, name: admin.directory.queue(row.queueId)?.name ?? "" })),
    routing: () => acd.routing(),
    parts: () => lookAtHealth(house),
    traffic: () => lines.telephony.stats(),
    servers: () => lines.telephony.servers(),
    trunks: () => lines.telephony.trunks.figures(),
    backlog: () => ledger.backlog(),
    logged: () => counts,
    pool: () => parts.postgres.load(),
    disk: () => diskOf(config.dataDir),
    realtimeConnections: () => screens.hub.connections(),
    callbacks: () => ({ open: parts.callbacks.open(), busy: parts.callbacks.busy() }),
    traces: () => house.tracing?.counts() ?? null,
  });
  house.requests.add((request) => {
    metrics.requestAnswered(request);
  });
  closing.add("metrics", () => {
    metrics.close();
  });
  const { host, port } = config.metrics;
  const { contentType } = metrics;
  const listener = await startMetricsListener({
    host,
    port,
    contentType,
    scrape: () => metrics.scrape(),
    log,
  }).catch((error: unknown) => {
    throw new StartError(`${describeError(error)}; set RINGDOWN_METRICS_PORT or RINGDOWN_METRICS_HOST`);
  });
  closing.add("metrics port", () => listener.close());
  return `http://${host.includes(":") ? `[${host}]` : host}:${listener.port}/metrics`;
}

/** Free: for this user, which may be less than what the file system has left for root. */
async function diskOf(path: string): Promise<{ freeBytes: number; totalBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(path);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
