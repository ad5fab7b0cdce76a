/**
 * The door of tracing: one trace for each interaction, made of the ledger's lines, so that screens, reports and traces
 * can't disagree. docs/observability.md tells what is in it.
 */
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { LedgerEntry } from "../contract/ledger.ts";
import { StoryTrace } from "./core/story-trace.ts";
import { SpanQueue } from "./span-queue.ts";

export { logCalls } from "./log-calls.ts";

export interface TracingOptions {
  /** Where the collector listens, `http://collector:4318`. */
  endpoint: string;
  ledger: { on(listener: (entry: LedgerEntry) => void): () => void };
  clock: Clock;
  log: Log;
  version: string;
  nodeId: string;
}

export interface Tracing {
  /** Spans since the start: taken by the collector, dropped because it was away or slow, and on their way. */
  counts(): { exported: number; dropped: number; waiting: number };
  /** Sends what is left, two seconds at most. Idempotent. */
  close(): Promise<void>;
}

const closeWithinMs = 2_000;

/** Listens to the ledger from now on. OpenTelemetry is loaded here, and not at all by a program without traces. */
export async function openTracing({
  endpoint,
  ledger,
  clock,
  log,
  ...service
}: TracingOptions): Promise<Tracing> {
  const { openSender } = await import("./otlp.ts");
  const sender = openSender(endpoint, service);
  const queue = new SpanQueue({ send: sender.send, clock, log });
  const stories = new Map<string, StoryTrace>();
  const stop = ledger.on((entry) => {
    const { interactionId } = entry;
    const story = stories.get(interactionId) ?? new StoryTrace(interactionId);
    for (const span of story.take(entry)) queue.add(span);
    if (story.isOver) stories.delete(interactionId);
    else stories.set(interactionId, story);
  });
  let closing: Promise<void> | null = null;
  const close = async () => {
    stop();
    await queue.close(closeWithinMs);
    await sender.close();
  };
  return { counts: () => queue.counts, close: () => (closing ??= close()) };
}
