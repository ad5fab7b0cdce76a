// Prometheus: what it scrapes is served, and every rule reads metrics that exist and says what to do.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { knownMetrics, metricProblems, metricsIn } from "./metrics.mjs";

const config = "deploy/prometheus/prometheus.yml";
const folder = "deploy/prometheus/rules";

export function prometheusProblems(tree) {
  const files = tree.list(folder).filter((path) => path.endsWith(".yml"));
  const rules = files.flatMap((path) => rulesOf(tree, path));
  const known = knownMetrics(tree);
  // What a recording rule makes can be read as well.
  for (const { record } of rules) if (record !== undefined) known.add(record);
  return [
    ...metricProblems(tree),
    ...targetProblems(tree),
    ...rules.flatMap((rule) => ruleProblems(rule, known)),
    ...doubles(rules.map(({ alert }) => alert).filter((name) => name !== undefined)).map(
      (name) => `${folder}: there are two alerts ${name}`,
    ),
    ...(files.length === 0 ? [`${folder}: there are no rules`] : []),
  ];
}

const doubles = (names) => [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];

function rulesOf(tree, path) {
  const { groups } = tree.yaml(path) ?? {};
  if (!Array.isArray(groups)) return [{ path, broken: "has no groups" }];
  return groups.flatMap((group) => (group.rules ?? []).map((rule) => ({ path, ...rule })));
}

const duration = /^(\d+(ms|s|m|h|d|w|y))+$/;

function ruleProblems({ path, broken, alert, record, expr, annotations, labels, for: lasting }, known) {
  if (broken !== undefined) return [`${path}: ${broken}`];
  const name = alert ?? record ?? "a rule";
  if (typeof expr !== "string") return [`${path}: ${name} has no expr`];
  const unknown = metricsIn(expr).filter((metric) => !known.has(metric));
  const problems = unknown.map((metric) => `reads ${metric}, which nothing makes`);
  if (alert !== undefined) {
    if (!annotations?.summary) problems.push("has no summary");
    if (!annotations?.action) problems.push("does not say what to do (annotations.action)");
    if (!["page", "ticket"].includes(labels?.severity)) problems.push("has no severity (page or ticket)");
  }
  if (lasting !== undefined && !duration.test(lasting))
    problems.push(`lasts ${lasting}, which is no duration`);
  return problems.map((problem) => `${path}: ${name} ${problem}`);
}

/** Each target is an address that a container of the stack listens on for it. */
function targetProblems(tree) {
  const { scrape_configs: jobs = [], rule_files: files } = tree.yaml(config);
  const { services } = tree.yaml("docker-compose.yml");
  const { RINGDOWN_METRICS_HOST: host, RINGDOWN_METRICS_PORT: port } = services.ringdown.environment;
  const served = [`${host}:${port}`, services.drachtio.environment.DRACHTIO_PROMETHEUS_SCRAPE_PORT];
  const targets = jobs.flatMap((job) => (job.static_configs ?? []).flatMap(({ targets: some }) => some));
  return [
    ...targets
      .filter((target) => !served.includes(target))
      .map((target) => `${config}: nothing of docker-compose.yml serves ${target}`),
    ...served
      .filter((target) => !targets.includes(target))
      .map((target) => `${config}: does not scrape ${target}`),
    ...(files?.includes("rules/*.yml") ? [] : [`${config}: does not read rules/*.yml`]),
  ];
}

/** Where Prometheus is installed, its own opinion too: it alone knows its whole language. */
export function promtoolProblems(tree) {
  const result = spawnSync("promtool", ["check", "config", join(tree.root, config)], { encoding: "utf8" });
  if (result.error !== undefined || result.status === 0) return [];
  return [`${config}: promtool says ${result.stderr.trim()}`];
}
