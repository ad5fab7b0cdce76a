// The dashboard's source: `node deploy/grafana/dashboard.mjs` writes dashboards/ringdown.json, and `npm run check` holds
// the two together. What each figure means is in docs/metrics.md and docs/metrics-endpoint.md.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { datasource, figure, heat, lines, red, steps } from "./panels.mjs";

const orange = "orange";
const green = "green";

/** By queue: the name comes from the info metric, which has one series a queue and node. */
const byQueue = (expression) =>
  `(${expression}) * on (queue_id) group_left (name) max by (queue_id, name) (ringdown_queue_info{name=~"$queue"})`;
const queue = "{{name}}";
const increase = (metric, by) => `sum by (${by}) (increase(${metric}[$__rate_interval]))`;

const answered = (within) =>
  `sum by (queue_id) (increase(ringdown_queue_answered_wait_seconds_bucket{le="${within}"}[30m]))`;
const decided = `sum by (queue_id) (increase(ringdown_queue_left_total{cause=~"answered|abandoned"}[30m]))`;

const now = [
  figure("Calls", "Calls in progress, waiting ones included.", { unit: "short" }, ["sum(ringdown_calls)"]),
  figure(
    "Waiting",
    "Callers in a queue, ringing ones included.",
    { unit: "short", thresholds: steps(green, [1, "yellow"], [10, orange]) },
    ["sum(max by (queue_id) (ringdown_queue_waiting))"],
  ),
  figure(
    "Longest wait",
    "Of those who wait now.",
    { unit: "s", thresholds: steps(green, [60, orange], [180, red]) },
    ["max(ringdown_queue_longest_wait_seconds)"],
  ),
  figure(
    "Beyond the alarm",
    "Callers who wait longer than their queue's alarm allows.",
    { unit: "short", thresholds: steps(green, [1, red]) },
    ["sum(max by (queue_id) (ringdown_queue_late_callers))"],
  ),
  figure(
    "Registered phones",
    "Softphones and desk phones that can be rung.",
    { unit: "short", thresholds: steps(red, [1, green]) },
    ["sum(ringdown_registrations)"],
  ),
  figure(
    "Faults in the last hour",
    "Errors of the program itself. Each is a bug or a broken part: see the log.",
    { unit: "short", thresholds: steps(green, [1, red]) },
    ['sum(increase(ringdown_errors_total{kind="fault"}[1h]))'],
  ),
];

const service = [
  lines(
    "Service level",
    "Of the callers who were answered or gave up in the last 30 minutes: answered within 20 seconds. The target of each queue is in the reports; 80 % is drawn.",
    { unit: "percentunit", max: 1, thresholds: steps(red, [0.8, "transparent"]), legend: queue },
    [byQueue(`${answered(20)} / (${decided} > 0)`)],
  ),
  lines("Waiting by queue", "Callers in each queue.", { unit: "short", stacked: true, legend: queue }, [
    byQueue("max by (queue_id) (ringdown_queue_waiting)"),
  ]),
  lines("Longest wait by queue", "Of those who wait, at that moment.", { unit: "s", legend: queue }, [
    byQueue("max by (queue_id) (ringdown_queue_longest_wait_seconds)"),
  ]),
  lines(
    "Estimated wait by queue",
    "What somebody who came at that moment would wait. Nothing where it is unknown or nobody works.",
    { unit: "s", legend: queue },
    [byQueue("max by (queue_id) (ringdown_queue_estimated_wait_seconds)")],
  ),
  lines(
    "How queues were left",
    "Exits by cause: answered, abandoned, callback, … Counted over each step of the page.",
    { unit: "short", stacked: true, legend: "{{cause}}" },
    [increase("ringdown_queue_left_total", "cause")],
  ),
  heat(
    "Waits of the answered",
    "How long callers had waited when an agent answered: darker is more of them.",
    increase("ringdown_queue_answered_wait_seconds_bucket", "le"),
    "s",
  ),
];

const agents = [
  lines(
    "Agents by state",
    "Members of the chosen queues, an agent of two queues twice.",
    { unit: "short", stacked: true, legend: "{{state}}" },
    [
      `sum by (state) (max by (queue_id, state) (ringdown_queue_agents) * on (queue_id) group_left () max by (queue_id) (ringdown_queue_info{name=~"$queue"}))`,
    ],
  ),
  lines(
    "How offers ended",
    "accepted is good; declined and no-answer are people; unreachable and failed are phones and faults.",
    { unit: "short", stacked: true, legend: "{{cause}}" },
    [increase("ringdown_offers_ended_total", "cause")],
  ),
];

const calls = [
  lines("Calls in progress", "By node.", { unit: "short", legend: "{{instance}}" }, [
    "sum by (instance) (ringdown_calls)",
  ]),
  lines("Calls that came in", "A second, by source.", { unit: "cps", legend: "{{source}}" }, [
    "sum by (source) (rate(ringdown_calls_started_total[$__rate_interval]))",
  ]),
  lines(
    "How calls ended",
    "By outcome. failed is a fault of ours or of the network.",
    { unit: "short", stacked: true, legend: "{{outcome}}" },
    [increase("ringdown_calls_ended_total", "outcome")],
  ),
  lines(
    "Calls refused",
    "At the SIP edge, by cause: unknown sources are mostly scanners; no-capacity and draining are callers of yours.",
    { unit: "short", stacked: true, legend: "{{cause}}" },
    [increase("ringdown_calls_rejected_total", "cause")],
  ),
];

const router = [
  lines(
    "Time to offer",
    "From the event that made an offer possible to the INVITE on the wire. Beyond 100 ms somebody is told (OffersComeLate).",
    { unit: "s", line: 0.1 },
    ...["0.5", "0.99"].map((part) => [
      `histogram_quantile(${part}, sum by (le) (rate(ringdown_time_to_offer_seconds_bucket[$__rate_interval])))`,
      part === "0.5" ? "half of them" : "99 of 100",
    ]),
  ),
  heat(
    "Time to offer, all of them",
    "Darker is more offers.",
    increase("ringdown_time_to_offer_seconds_bucket", "le"),
    "s",
  ),
  lines(
    "Router's log: lag",
    "The age of the oldest line whose effects are not final yet. Beyond a second Redis is slow (RouterLags).",
    { unit: "s", line: 1, legend: "{{instance}}" },
    ["max by (instance) (ringdown_router_lag_seconds)"],
  ),
  lines(
    "Who is the router",
    "1 at one node. A gap is a takeover.",
    { unit: "short", max: 1, legend: "{{instance}}" },
    ["max by (instance) (ringdown_router_leader)"],
  ),
];

const house = [
  lines(
    "Parts",
    "1 when the part can be reached: the database, the router's log (Redis), the SIP edge, the media server.",
    { unit: "short", max: 1, legend: "{{part}} {{instance}}" },
    ["min by (instance, part) (ringdown_part_up)"],
  ),
  lines(
    "SIP edge",
    "drachtio's own: dialogs in progress, and connections of Ringdown to it (at least one for each node).",
    { unit: "short" },
    ["sum by (instance) (drachtio_stable_dialogs)", "dialogs {{instance}}"],
    ["sum by (instance) (drachtio_app_connections)", "Ringdown connected {{instance}}"],
  ),
  lines(
    "Errors",
    "By kind: faults are bugs; recordings may be a full disk; agents lost are browsers and networks.",
    { unit: "short", stacked: true, legend: "{{kind}}" },
    [increase("ringdown_errors_total", "kind")],
  ),
  lines("Lines logged", "As warnings and errors.", { unit: "short", legend: "{{level}}" }, [
    increase("ringdown_log_lines_total", "level"),
  ]),
  lines(
    "Event loop",
    "How late the program comes to what is due. Beyond 200 ms somebody is told.",
    { unit: "s", line: 0.2 },
    ["max by (instance) (nodejs_eventloop_lag_p50_seconds)", "half of the time {{instance}}"],
    ["max by (instance) (nodejs_eventloop_lag_p99_seconds)", "99 of 100 {{instance}}"],
  ),
  lines("Processor", "Of one core, by node.", { unit: "percentunit", legend: "{{instance}}" }, [
    'sum by (instance) (rate(process_cpu_seconds_total{job="ringdown"}[$__rate_interval]))',
  ]),
  lines(
    "Memory",
    "Of the process, and its heap.",
    { unit: "bytes" },
    ['process_resident_memory_bytes{job="ringdown"}', "process {{instance}}"],
    ["nodejs_heap_size_used_bytes", "heap {{instance}}"],
  ),
  lines(
    "Ledger",
    "Lines that are not in the database yet. It grows while PostgreSQL is away, and nothing is lost.",
    { unit: "short", legend: "{{instance}}" },
    ["max by (instance) (ringdown_ledger_backlog_entries)"],
  ),
];

const sections = [
  ["Now", now],
  ["Service", service],
  ["Agents", agents],
  ["Calls", calls],
  ["Router", router],
  ["The program and what it needs", house],
];

/** Panels from left to right, below each other, each section under its title. */
function layOut() {
  const placed = [];
  let y = 0;
  for (const [title, panels] of sections) {
    placed.push({ type: "row", title, collapsed: false, panels: [], gridPos: { x: 0, y, w: 24, h: 1 } });
    y += 1;
    let x = 0;
    let height = 0;
    for (const one of panels) {
      if (x + one.gridPos.w > 24) {
        x = 0;
        y += height;
      }
      placed.push({ ...one, gridPos: { ...one.gridPos, x, y } });
      x += one.gridPos.w;
      height = one.gridPos.h;
    }
    y += height;
  }
  return placed.map((one, index) => ({ id: index + 1, ...one }));
}

export function dashboard() {
  const board = {
    uid: "ringdown",
    title: "Ringdown",
    description: "Service, agents, calls, router and program. Made by deploy/grafana/dashboard.mjs.",
    tags: ["ringdown"],
    schemaVersion: 39,
    version: 1,
    editable: true,
    timezone: "browser",
    refresh: "15s",
    time: { from: "now-3h", to: "now" },
    templating: {
      list: [
        {
          type: "datasource",
          name: "datasource",
          label: "Prometheus",
          query: "prometheus",
          hide: 0,
          current: {},
        },
        {
          type: "query",
          name: "queue",
          label: "Queue",
          datasource,
          query: { query: "label_values(ringdown_queue_info, name)", refId: "queues" },
          refresh: 2,
          sort: 5,
          multi: true,
          includeAll: true,
          allValue: ".*",
          current: { text: "All", value: "$__all" },
        },
      ],
    },
    annotations: {
      list: [
        {
          name: "Alerts",
          datasource,
          enable: true,
          iconColor: red,
          expr: 'ALERTS{alertstate="firing", severity="page"}',
          titleFormat: "{{alertname}}",
          step: "60s",
        },
      ],
    },
    panels: layOut(),
  };
  // As it is read again: without what is undefined.
  return JSON.parse(JSON.stringify(board));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  writeFileSync(
    new URL("dashboards/ringdown.json", import.meta.url),
    `${JSON.stringify(dashboard(), null, 2)}\n`,
  );
