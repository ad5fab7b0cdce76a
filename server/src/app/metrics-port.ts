/** Prometheus' figures on their own port, when one is configured. */
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
    backlog: () => ledger.backlog(),
    logged: () => counts,
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
