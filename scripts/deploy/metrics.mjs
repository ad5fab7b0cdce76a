// Which metrics there are: those that docs/metrics-endpoint.md lists, which must be those of the sources.
const page = "docs/metrics-endpoint.md";

/** prom-client's own, of a Node process on Linux; the page names them together as `process_*`, `nodejs_*`. */
const ofNode = [
  ...["cpu_user_seconds_total", "cpu_system_seconds_total", "cpu_seconds_total", "start_time_seconds"],
  ...["resident_memory_bytes", "virtual_memory_bytes", "heap_bytes", "open_fds", "max_fds"],
]
  .map((name) => `process_${name}`)
  .concat(
    ["", "_min", "_max", "_mean", "_stddev", "_p50", "_p90", "_p99"]
      .map((part) => `eventloop_lag${part}_seconds`)
      .map((name) => `nodejs_${name}`),
    ["heap_size_total_bytes", "heap_size_used_bytes", "external_memory_bytes", "active_handles_total"].map(
      (name) => `nodejs_${name}`,
    ),
    ["_bucket", "_sum", "_count"].map((part) => `nodejs_gc_duration_seconds${part}`),
  );

/** drachtio-server's (src/drachtio.h of drachtio/drachtio-server), as far as rules and dashboards use them. */
const ofDrachtio = [
  "drachtio_stable_dialogs",
  "drachtio_registered_endpoints",
  "drachtio_app_connections",
  "drachtio_sip_requests_in_total",
  "drachtio_sip_responses_out_total",
];

/** Prometheus' own. */
const ofPrometheus = ["up", "ALERTS"];

/** Rows of the page's tables: name and type. */
function listed(text) {
  const rows = [
    ...text.matchAll(/^\|\s*`([a-z_][a-z0-9_]*)`\s*\|\s*(gauge|counter|histogram|summary)\s*\|/gm),
  ];
  return rows.map(([, name, type]) => ({ name, type }));
}

/** Names as they stand in an expression. */
export function knownMetrics(tree) {
  const ours = listed(tree.read(page)).flatMap(({ name, type }) =>
    type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  return new Set([...ours, ...ofNode, ...ofDrachtio, ...ofPrometheus]);
}

/** The page and the sources name the same metrics. */
export function metricProblems(tree) {
  const sources = tree.list("server/src/metrics").filter((path) => !path.endsWith(".test.ts"));
  const made = new Set(
    sources.flatMap((path) =>
      [...tree.read(path).matchAll(/"(ringdown_[a-z0-9_]+)"/g)].map(([, name]) => name),
    ),
  );
  const told = new Set(listed(tree.read(page)).map(({ name }) => name));
  return [
    ...[...made].filter((name) => !told.has(name)).map((name) => `${page}: ${name} is not listed`),
    ...[...told].filter((name) => !made.has(name)).map((name) => `${page}: nothing makes ${name}`),
  ];
}

const notMetrics =
  /^(by|without|on|ignoring|group_left|group_right|offset|bool|and|or|unless|inf|nan|sum|min|max|avg|count|topk|bottomk|quantile|stddev|stdvar|group|count_values|limitk|start|end|atan2)$/i;

/** The metrics that a PromQL expression reads. */
export function metricsIn(expression) {
  const bare = expression
    .replace(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/g, '""')
    .replace(/\{[^}]*\}/g, "")
    .replace(/\[[^\]]*\]/g, "")
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/gi, " ");
  const words = [...bare.matchAll(/(?<![\w$.])([a-zA-Z_:][\w:]*)(?!\w)(?!\s*\()/g)].map(([, word]) => word);
  return [...new Set(words)].filter((word) => !notMetrics.test(word));
}
