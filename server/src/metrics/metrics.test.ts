import { afterEach, describe, expect, it } from "vitest";
import { type MetricsListener, startMetricsListener } from "../api/metrics-listener.ts";
import { systemClock as clock } from "../base/clock.ts";
import { countLines } from "../base/counted-log.ts";
import { openLog } from "../base/log.ts";
import type { LedgerEntry, LedgerEvent } from "../contract/ledger.ts";
import type { LiveQueue } from "../contract/live.ts";
import { type MetricsSources, openMetrics } from "./metrics.ts";

const row: LiveQueue = {
  queueId: "q1",
  waiting: 3,
  longestSince: null,
  agents: { idle: 1, offered: 0, talking: 2, wrapUp: 0, notReady: 4 },
  today: {
    offered: 0,
    answered: 0,
    answeredInTime: 0,
    abandoned: 0,
    shortAbandoned: 0,
    convertedToCallback: 0,
    calledBack: 0,
    flowedOut: 0,
    serviceLevel: null,
    averageWaitMs: null,
    longestWaitMs: null,
  },
  router: {
    estimatedWaitMs: 90_000,
    estimateErrorMs: null,
    estimatesJudged: 0,
    timeToOfferMs: null,
    late: 1,
    callbacks: 2,
  },
};

const servers: ReturnType<MetricsSources["servers"]> = {
  sip: [
    {
      ...{ name: "10.0.0.5:9022", state: "up", since: 0, reconnects: 3, legs: 0, registrations: 4 },
      sentence: "Connected",
    },
  ],
  media: [
    {
      ...{
        name: "10.0.0.7:8021",
        state: "draining",
        isDraining: true,
        since: 0,
        reconnects: 1,
        sessions: 12,
      },
      ...{
        maxSessions: 1_000,
        channels: 8,
        waiting: 3,
        idleCpu: 0.75,
        failures: { refused: 2 },
        mayBeStopped: false,
      },
      sentence: "Draining",
    },
    {
      ...{ name: "10.0.0.8:8021", state: "down", isDraining: false, since: 0, reconnects: 0, sessions: null },
      ...{ maxSessions: null, channels: 0, waiting: 0, idleCpu: null, failures: {}, mayBeStopped: false },
      sentence: "It does not answer",
    },
  ],
};

let closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

/** A program's metrics behind a real listener; `tell` is the ledger, `queues` may be changed. */
async function open() {
  const listeners = new Set<(entry: LedgerEntry) => void>();
  const house = {
    queues: [{ name: 'Sales "north"', row }],
    parts: () => Promise.resolve({ postgres: { ok: true, tookMs: 5 }, eventLog: { ok: false, tookMs: 9 } }),
    disk: () => Promise.resolve({ freeBytes: 1_000, totalBytes: 4_000 }),
  };
  const log = countLines(openLog("silent"));
  const metrics = openMetrics({
    clock,
    version: "1.2.3",
    nodeId: "node-7",
    queues: () => house.queues,
    ledger: {
      on(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    routing: () => ({ isLeading: true, epoch: 5, unfinalLines: 2, lagMs: 1_500 }),
    parts: () => house.parts(),
    traffic: () => ({ callsNow: 6, callsRejected: { forbidden: 9 }, registrations: 4 }),
    trunks: () => ({ trunks: [], attempts: [], emergencyCalls: 0 }),
    backlog: () => ({ entries: 11 }),
    servers: () => servers,
    logged: () => log.counts,
    pool: () => ({ inUse: 4, idle: 6, waiting: 1 }),
    disk: () => house.disk(),
    realtimeConnections: () => 8,
    callbacks: () => ({ open: 5, busy: 2 }),
    traces: () => ({ exported: 20, dropped: 3, waiting: 1 }),
  });
  const { contentType } = metrics;
  const scrape = () => metrics.scrape();
  const listener = await startMetricsListener({ host: "127.0.0.1", port: 0, contentType, scrape, log });
  closing.push(
    () => {
      metrics.close();
    },
    () => listener.close(),
  );
  const tell = (event: LedgerEvent) => {
    for (const hear of listeners) hear({ interactionId: "i", seq: 1, at: 0, event });
  };
  return { house, log, listener, metrics, tell, read: () => readSeries(listener) };
}

async function get(listener: MetricsListener, path = "/metrics", method = "GET") {
  return await fetch(`http://127.0.0.1:${listener.port}${path}`, { method });
}

/** Prometheus' text format as a map from series to value; throws on a line that is neither series nor comment. */
async function readSeries(listener: MetricsListener): Promise<Map<string, number>> {
  const response = await get(listener);
  expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  const series = new Map<string, number>();
  for (const line of (await response.text()).split("\n")) {
    if (line === "" || line.startsWith("# HELP ") || line.startsWith("# TYPE ")) continue;
    const found = /^([a-z_:][a-z0-9_:]*(?:\{.*\})?) (\S+)$/i.exec(line);
    if (found === null) throw new Error(`Not a series: ${line}`);
    series.set(found[1] ?? "", Number(found[2]));
  }
  return series;
}

const offer = { offerId: "o", agentId: "a", queueId: "q1" };
const made = (timeToOfferMs: number | null, queueId = "q1"): LedgerEvent =>
  ({ ...offer, type: "offer.made", queueId, timeToOfferMs, reason: {} }) as unknown as LedgerEvent;

describe("the metrics", () => {
  it("tell each SIP edge and each media server, and leave out what is not known of one that is down", async () => {
    const { read } = await open();
    const series = await read();
    expect(Object.fromEntries(series)).toMatchObject({
      'ringdown_media_server_up{server="10.0.0.7:8021"}': 1,
      'ringdown_media_server_up{server="10.0.0.8:8021"}': 0,
      'ringdown_media_server_draining{server="10.0.0.7:8021"}': 1,
      'ringdown_media_server_channels{server="10.0.0.7:8021"}': 8,
      'ringdown_media_server_waiting{server="10.0.0.7:8021"}': 3,
      'ringdown_media_server_sessions{server="10.0.0.7:8021"}': 12,
      'ringdown_media_server_max_sessions{server="10.0.0.7:8021"}': 1_000,
      'ringdown_media_server_idle_cpu_ratio{server="10.0.0.7:8021"}': 0.75,
      'ringdown_media_server_reconnects_total{server="10.0.0.7:8021"}': 1,
      'ringdown_media_channel_failures_total{server="10.0.0.7:8021",cause="refused"}': 2,
      'ringdown_media_channel_failures_total{server="10.0.0.8:8021",cause="timeout"}': 0,
      'ringdown_sip_server_up{server="10.0.0.5:9022"}': 1,
      'ringdown_sip_server_registrations{server="10.0.0.5:9022"}': 4,
      'ringdown_sip_server_reconnects_total{server="10.0.0.5:9022"}': 3,
    });
    expect(series.has('ringdown_media_server_idle_cpu_ratio{server="10.0.0.8:8021"}')).toBe(false);
  });

  it("tell each queue, the router, the parts and the process", async () => {
    const { read, log } = await open();
    log.child({ part: "x" }).error({}, "a bug");
    const series = await read();
    expect(Object.fromEntries(series)).toMatchObject({
      'ringdown_queue_info{queue_id="q1",name="Sales \\"north\\""}': 1,
      'ringdown_queue_waiting{queue_id="q1"}': 3,
      'ringdown_queue_longest_wait_seconds{queue_id="q1"}': 0,
      'ringdown_queue_estimated_wait_seconds{queue_id="q1"}': 90,
      'ringdown_queue_late_callers{queue_id="q1"}': 1,
      'ringdown_queue_callbacks{queue_id="q1"}': 2,
      'ringdown_queue_agents{queue_id="q1",state="not-ready"}': 4,
      'ringdown_build_info{version="1.2.3",node="node-7"}': 1,
      ringdown_router_leader: 1,
      ringdown_router_epoch: 5,
      ringdown_router_unfinal_lines: 2,
      ringdown_router_lag_seconds: 1.5,
      'ringdown_part_up{part="postgres"}': 1,
      'ringdown_part_up{part="eventLog"}': 0,
      'ringdown_part_up{part="sip"}': 0,
      ringdown_calls: 6,
      'ringdown_calls_rejected_total{cause="forbidden"}': 9,
      ringdown_ledger_backlog_entries: 11,
      'ringdown_log_lines_total{level="error"}': 1,
      'ringdown_log_lines_total{level="warn"}': 0,
    });
    // Nothing is said of what is not known.
    expect(series.has('ringdown_queue_estimate_error_seconds{queue_id="q1"}')).toBe(false);
    expect(series.get("process_resident_memory_bytes")).toBeGreaterThan(1_000_000);
    expect(series.has("nodejs_eventloop_lag_p99_seconds")).toBe(true);
  });

  it("begin with every kind of error at 0, so that the first one is an increase", async () => {
    const { read } = await open();
    const series = await read();
    const kinds = ["fault", "offer-failed", "agent-lost", "recording-failed", "recording-mismatch"];
    expect(kinds.map((kind) => series.get(`ringdown_errors_total{kind="${kind}"}`))).toEqual([0, 0, 0, 0, 0]);
    expect(series.get('ringdown_calls_ended_total{outcome="failed"}')).toBe(0);
  });

  it("count a call from its ledger", async () => {
    const { read, tell } = await open();
    const queueId = "q1";
    tell({ type: "interaction.started", source: "web" } as LedgerEvent);
    tell({ type: "queue.entered", queueId, priority: 0, enqueuedAt: 0 });
    tell(made(4));
    tell({ ...offer, type: "offer.ended", cause: "no-answer", ringMs: 1 });
    tell(made(0.4));
    tell(made(null));
    tell({ ...offer, type: "offer.ended", cause: "accepted", ringMs: 1 });
    tell({ type: "queue.left", queueId, cause: "answered", waitMs: 25_000 });
    tell({ type: "fault", where: "anywhere", sentence: "s" });
    tell({ type: "interaction.ended", outcome: "answered", by: "customer", cause: "bye", durationMs: 1 });
    expect(Object.fromEntries(await read())).toMatchObject({
      'ringdown_calls_started_total{source="web"}': 1,
      'ringdown_calls_ended_total{outcome="answered"}': 1,
      'ringdown_queue_entered_total{queue_id="q1"}': 1,
      'ringdown_queue_left_total{queue_id="q1",cause="answered"}': 1,
      'ringdown_offers_ended_total{queue_id="q1",cause="no-answer"}': 1,
      'ringdown_offers_ended_total{queue_id="q1",cause="accepted"}': 1,
      'ringdown_time_to_offer_seconds_bucket{le="0.001",queue_id="q1"}': 1,
      'ringdown_time_to_offer_seconds_bucket{le="0.005",queue_id="q1"}': 2,
      'ringdown_time_to_offer_seconds_count{queue_id="q1"}': 2,
      'ringdown_queue_answered_wait_seconds_sum{queue_id="q1"}': 25,
      'ringdown_errors_total{kind="fault"}': 1,
    });
  });

  it("forget a queue that is deleted, and go on in the same series when one is renamed", async () => {
    const { read, tell, house } = await open();
    house.queues.push({ name: "Support", row: { ...row, queueId: "q2" } });
    for (const queueId of ["q1", "q2"]) {
      tell({ type: "queue.entered", queueId, priority: 0, enqueuedAt: 0 });
      tell({ type: "queue.left", queueId, cause: "abandoned", waitMs: 1 });
      tell(made(3, queueId));
    }
    expect([...(await read()).keys()].some((name) => name.includes("q2"))).toBe(true);
    house.queues = [{ name: "Verkauf", row }];
    tell({ type: "queue.entered", queueId: "q1", priority: 0, enqueuedAt: 0 });
    const series = await read();
    expect([...series.keys()].filter((name) => name.includes("q2"))).toEqual([]);
    expect(series.get('ringdown_queue_entered_total{queue_id="q1"}')).toBe(2);
    const infos = [...series.keys()].filter((name) => name.startsWith("ringdown_queue_info"));
    expect(infos).toEqual(['ringdown_queue_info{queue_id="q1",name="Verkauf"}']);
  });

  it("tell the database's pool, the disk, browsers, calls back and traces", async () => {
    const { read, house } = await open();
    expect(Object.fromEntries(await read())).toMatchObject({
      'ringdown_part_answer_seconds{part="postgres"}': 0.005,
      'ringdown_postgres_connections{state="in-use"}': 4,
      'ringdown_postgres_connections{state="idle"}': 6,
      ringdown_postgres_waiting: 1,
      ringdown_data_free_bytes: 1_000,
      ringdown_data_size_bytes: 4_000,
      ringdown_realtime_connections: 8,
      'ringdown_callbacks{state="waiting"}': 3,
      'ringdown_callbacks{state="busy"}': 2,
      'ringdown_trace_spans_total{result="exported"}': 20,
      'ringdown_trace_spans_total{result="dropped"}': 3,
    });
    house.disk = () => Promise.reject(new Error("gone"));
    const series = await read();
    expect(series.has("ringdown_data_free_bytes")).toBe(false);
    // Away: how long it took to find that out is no time of an answer.
    expect(series.has('ringdown_part_answer_seconds{part="eventLog"}')).toBe(false);
  });

  it("count recordings, messages, keys, faults and calls back", async () => {
    const { read, tell } = await open();
    const recording = { recordingId: "r", kind: "talk" } as const;
    tell({ ...recording, type: "recording.stopped", durationMs: 2_500, bytes: 40_000, sha256: "s" });
    tell({ type: "recording.mismatch", recordingId: "r", durationMs: 2_500, expectedMs: 3_000 });
    tell({ type: "recording.failed", recordingId: "r", sentence: "No room" });
    tell({ type: "voicemail.left", recordingId: "r", queueId: null, durationMs: 1 });
    tell({ type: "flow.pressed", node: "menu", digits: "1" });
    tell({ type: "flow.timeout", node: "menu" });
    tell({ type: "fault", where: "ivr", sentence: "s" });
    tell({ type: "fault", where: "somewhere new", sentence: "s" });
    tell({ type: "callback.asked", callbackId: "c", queueId: "q1", number: "+15550142" });
    tell({ type: "callback.called", number: "+15550142", try: 1, cause: "busy", ringMs: 1 });
    expect(Object.fromEntries(await read())).toMatchObject({
      'ringdown_recordings_total{result="finished"}': 1,
      'ringdown_recordings_total{result="mismatch"}': 1,
      'ringdown_recordings_total{result="failed"}': 1,
      ringdown_recorded_bytes_total: 40_000,
      ringdown_recorded_seconds_total: 2.5,
      ringdown_voicemails_total: 1,
      'ringdown_ivr_inputs_total{result="pressed"}': 1,
      'ringdown_ivr_inputs_total{result="timeout"}': 1,
      'ringdown_ivr_inputs_total{result="invalid"}': 0,
      'ringdown_faults_total{where="ivr"}': 1,
      'ringdown_faults_total{where="other"}': 1,
      ringdown_callbacks_asked_total: 1,
      'ringdown_callback_tries_total{result="busy"}': 1,
      'ringdown_callback_tries_total{result="answered"}': 0,
    });
  });

  it("measure requests by route and class of status", async () => {
    const { read, metrics } = await open();
    metrics.requestAnswered({ method: "GET", route: "/api/queues/:queueId", status: 200, tookMs: 12 });
    metrics.requestAnswered({ method: "GET", route: "/api/queues/:queueId", status: 204, tookMs: 3 });
    metrics.requestAnswered({ method: "BREW", route: "none", status: 404, tookMs: 1 });
    expect(Object.fromEntries(await read())).toMatchObject({
      'ringdown_http_request_seconds_count{method="GET",route="/api/queues/:queueId",status="2xx"}': 2,
      'ringdown_http_request_seconds_sum{method="GET",route="/api/queues/:queueId",status="2xx"}': 0.015,
      'ringdown_http_request_seconds_count{method="other",route="none",status="4xx"}': 1,
    });
  });

  it("come though a part does not say how it is", async () => {
    const { read, house } = await open();
    house.parts = () => Promise.reject(new Error("gone"));
    expect((await read()).get('ringdown_part_up{part="postgres"}')).toBe(0);
  });

  it("are at /metrics and nowhere else, for GET and HEAD", async () => {
    const { listener } = await open();
    expect((await get(listener, "/")).status).toBe(404);
    expect((await get(listener, "/metrics", "POST")).status).toBe(405);
    expect((await get(listener, "/metrics?x=1", "HEAD")).status).toBe(200);
  });

  it("say which address can't be had", async () => {
    const { listener } = await open();
    const again = startMetricsListener({
      host: "127.0.0.1",
      port: listener.port,
      contentType: "text/plain",
      scrape: () => Promise.resolve(""),
      log: openLog("silent"),
    });
    await expect(again).rejects.toThrow(`127.0.0.1:${listener.port}`);
  });
});
