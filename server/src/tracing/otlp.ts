/** StorySpans as OpenTelemetry's exporter wants them. Loaded only when traces go somewhere. */
import { type HrTime, SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { describeError } from "../base/log.ts";
import type { StorySpan } from "./core/span.ts";
import type { SendSpans } from "./span-queue.ts";

interface Sender {
  send: SendSpans;
  close(): Promise<void>;
}

const sendWithinMs = 10_000;
const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };

/**
 * OTLP over HTTP, as JSON. `OTEL_EXPORTER_OTLP_HEADERS` (a token of the collector's, for instance) is read by the
 * exporter itself; it tries again by itself, too, what the collector refuses for a moment.
 */
export function openSender(endpoint: string, service: { version: string; nodeId: string }): Sender {
  const url = `${endpoint.replace(/\/$/, "")}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: sendWithinMs });
  const resource = resourceFromAttributes({
    "service.name": "ringdown",
    "service.version": service.version,
    "service.instance.id": service.nodeId,
  });
  return {
    send: (spans) =>
      new Promise((resolve) => {
        const readable = spans.map((span) => readableSpan(span, resource, service.version));
        exporter.export(readable, ({ code, error }) => {
          resolve((code as number) === 0 ? null : describeError(error ?? "refused"));
        });
      }),
    close: () => exporter.shutdown(),
  };
}

function readableSpan(span: StorySpan, resource: Resource, version: string): ReadableSpan {
  const { traceId, spanId, parentId, name, kind, attributes, isFailed } = span;
  const context = (id: string) => ({ traceId, spanId: id, traceFlags: TraceFlags.SAMPLED });
  return {
    ...{ name, kind: kinds[kind], attributes, resource, links: [], ended: true },
    spanContext: () => context(spanId),
    ...(parentId === null ? {} : { parentSpanContext: context(parentId) }),
    startTime: hrTime(span.startAt),
    endTime: hrTime(span.endAt),
    duration: hrTime(span.endAt - span.startAt),
    status: { code: isFailed ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    events: span.events.map(({ at, ...event }) => ({ ...event, time: hrTime(at) })),
    instrumentationScope: { name: "ringdown", version },
    ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  };
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1_000_000)];
}
