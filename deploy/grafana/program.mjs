// Panels about the program: its router, and what it needs of the machine and the stores.
import { heat, lines, red, steps } from "./panels.mjs";
import { increase } from "./queries.mjs";

export const router = [
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

export const house = [
  lines(
    "Parts",
    "1 when the part can be reached: the database, the router's log (Redis), the SIP edge, the media server.",
    { unit: "short", max: 1, legend: "{{part}} {{instance}}" },
    ["min by (instance, part) (ringdown_part_up)"],
  ),
  lines(
    "How long parts take to answer",
    "The database, and Redis if it has the router's log, when they were asked last.",
    { unit: "s", legend: "{{part}} {{instance}}" },
    ["max by (instance, part) (ringdown_part_answer_seconds)"],
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
  lines(
    "Database connections",
    "Of the pool, and statements that wait for one: waiting ones mean that the database is slow.",
    { unit: "short" },
    ["sum by (instance, state) (ringdown_postgres_connections)", "{{state}} {{instance}}"],
    ["sum by (instance) (ringdown_postgres_waiting)", "waiting {{instance}}"],
  ),
  lines(
    "Room for recordings",
    "Left of the file system that has the data directory.",
    { unit: "percentunit", max: 1, thresholds: steps(red, [0.1, "transparent"]), legend: "{{instance}}" },
    ["min by (instance) (ringdown_data_free_bytes / ringdown_data_size_bytes)"],
  ),
  lines(
    "Requests",
    "How long the API takes, the slowest of a hundred, by class of status.",
    { unit: "s", legend: "{{status}}" },
    [
      "histogram_quantile(0.99, sum by (le, status) (rate(ringdown_http_request_seconds_bucket[$__rate_interval])))",
    ],
  ),
  lines(
    "Browsers",
    "At the realtime feed: desks, live pages, callers on the web.",
    { unit: "short", legend: "{{instance}}" },
    ["sum by (instance) (ringdown_realtime_connections)"],
  ),
];
