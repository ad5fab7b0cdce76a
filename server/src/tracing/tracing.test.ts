import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock as clock } from "../base/clock.ts";
import { openLog } from "../base/log.ts";
import type { LedgerEntry, LedgerEvent } from "../contract/ledger.ts";
import { StoryTrace } from "./core/story-trace.ts";
import type { StorySpan } from "./core/span.ts";
import { SpanQueue } from "./span-queue.ts";
import { openTracing } from "./tracing.ts";

interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
}
interface OtlpBody {
  resourceSpans: {
    resource: { attributes: { key: string; value: Record<string, unknown> }[] };
    scopeSpans: { spans: OtlpSpan[] }[];
  }[];
}

let closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  closing = [];
});

/** What an OpenTelemetry collector is to us: OTLP over HTTP. `answer` is its status. */
async function openCollector(answer: { status: number }) {
  const bodies: OtlpBody[] = [];
  const paths: string[] = [];
  const server: Server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      paths.push(request.url ?? "");
      if (answer.status === 200) bodies.push(JSON.parse(text) as OtlpBody);
      response.writeHead(answer.status, { "Content-Type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const spans = () =>
    bodies.flatMap(({ resourceSpans }) => resourceSpans).flatMap(({ scopeSpans }) => scopeSpans);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bodies,
    paths,
    spans: () => spans().flatMap((s) => s.spans),
  };
}

const interactionId = "0af76519-16cd-43dd-8448-eb211c80319c";
const at = Date.UTC(2026, 10, 30, 10, 0, 0, 7);
const lines: LedgerEvent[] = [
  {
    type: "interaction.started",
    channel: "voice",
    direction: "inbound",
    source: "web",
    trunkId: null,
    from: "+15550142",
    to: "+15550100",
    sipCallId: "s",
  },
  { type: "flow.entered", flowId: "f", version: 1 },
  { type: "flow.left", node: "bye", cause: "hung-up-by-flow" },
  {
    type: "interaction.ended",
    by: "system",
    cause: "flow-ended",
    outcome: "completed-in-flow",
    durationMs: 3,
  },
];
const entries = lines.map((event, index): LedgerEntry => ({
  interactionId,
  seq: index + 1,
  at: at + index,
  event,
}));

/** Tracing on a ledger of these tests; `tell` appends the call above to it. */
async function open(endpoint: string) {
  const listeners = new Set<(entry: LedgerEntry) => void>();
  const tracing = await openTracing({
    ...{ endpoint, clock, log: openLog("silent"), version: "1.2.3", nodeId: "node-7" },
    ledger: {
      on(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  closing.push(() => tracing.close());
  const tell = () => {
    for (const entry of entries) for (const hear of listeners) hear(entry);
  };
  return { tracing, tell };
}

describe("tracing", () => {
  it("sends an interaction to an OpenTelemetry collector", async () => {
    const { endpoint, bodies, paths, spans } = await openCollector({ status: 200 });
    const { tracing, tell } = await open(`${endpoint}/`);
    tell();
    await tracing.close();
    expect(paths).toEqual(["/v1/traces"]);
    expect(bodies[0]?.resourceSpans[0]?.resource.attributes).toEqual(
      expect.arrayContaining([
        { key: "service.name", value: { stringValue: "ringdown" } },
        { key: "service.instance.id", value: { stringValue: "node-7" } },
      ]),
    );
    const [flow, root] = spans();
    expect(root).toMatchObject({
      name: "interaction",
      traceId: "0af7651916cd43dd8448eb211c80319c",
      startTimeUnixNano: `${at}000000`,
    });
    expect(root?.parentSpanId).toBeUndefined();
    expect(flow).toMatchObject({ name: "flow", traceId: root?.traceId, parentSpanId: root?.spanId });
    expect(root?.attributes).toContainEqual({
      key: "ringdown.outcome",
      value: { stringValue: "completed-in-flow" },
    });
    expect(JSON.stringify(bodies)).not.toContain("15550");
    expect(tracing.counts()).toEqual({ exported: 2, dropped: 0, waiting: 0 });
  });

  it("counts what a collector refuses, and goes on", async () => {
    const answer = { status: 400 };
    const { endpoint, spans } = await openCollector(answer);
    const { tracing, tell } = await open(endpoint);
    tell();
    await tracing.close();
    expect(tracing.counts()).toEqual({ exported: 0, dropped: 2, waiting: 0 });
    expect(spans()).toEqual([]);
  });
});

describe("the spans' queue", () => {
  const spans = entries.flatMap((entry) => new StoryTrace(interactionId).take(entry));
  const one = spans.at(-1) as StorySpan;

  it("drops the newest when the collector holds a batch too long, and says so", async () => {
    let release = (_problem: string | null) => {};
    const batches: number[] = [];
    const queue = new SpanQueue({
      ...{ clock, log: openLog("silent"), mostWaiting: 3, mostInBatch: 2, everyMs: 60_000 },
      send: (batch) => {
        batches.push(batch.length);
        return new Promise((resolve) => (release = resolve));
      },
    });
    for (let index = 0; index < 6; index += 1) queue.add(one);
    expect(queue.counts).toEqual({ exported: 0, dropped: 1, waiting: 3 });
    release(null);
    await queue.close(20);
    expect(batches).toEqual([2, 2]);
    expect(queue.counts).toEqual({ exported: 2, dropped: 2, waiting: 0 });
  });
});
