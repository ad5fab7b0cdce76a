/** What the ledger tells the log, and OpenTelemetry where it is configured. */
import type { Config } from "../config.ts";
import { logCalls, openTracing, type Tracing } from "../tracing/tracing.ts";
import type { Closing } from "./closing.ts";
import type { Foundations } from "./foundations.ts";
import { version } from "./web.ts";

/** Null without OTEL_EXPORTER_OTLP_ENDPOINT. Before anything is appended to the ledger. */
export async function openTraces(
  { tracing: target, nodeId }: Config,
  { ledger, clock, log }: Foundations,
  closing: Closing,
): Promise<Tracing | null> {
  closing.add("calls in the log", logCalls(ledger, log));
  if (target === undefined) return null;
  const tracing = await openTracing({ ...target, ledger, clock, log, version, nodeId });
  closing.add("traces", () => tracing.close());
  return tracing;
}
