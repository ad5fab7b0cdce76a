// Grafana: the dashboard is what its source makes, reads metrics that exist, and can be pointed to any Prometheus.
import { dashboard } from "../../deploy/grafana/dashboard.mjs";
import { knownMetrics, metricsIn } from "./metrics.mjs";

const folder = "deploy/grafana/dashboards";
const ours = `${folder}/ringdown.json`;

export function grafanaProblems(tree) {
  const known = knownMetrics(tree);
  const files = tree.list(folder).filter((path) => path.endsWith(".json"));
  const isCurrent = JSON.stringify(tree.json(ours)) === JSON.stringify(dashboard());
  return [
    ...(isCurrent ? [] : [`${ours}: is not what its source makes; run node deploy/grafana/dashboard.mjs`]),
    ...files.flatMap((path) => boardProblems(tree.json(path), known).map((problem) => `${path}: ${problem}`)),
    ...provisioningProblems(tree),
  ];
}

function boardProblems(board, known) {
  const panels = board.panels.filter(({ type }) => type !== "row");
  const ids = board.panels.map(({ id }) => id);
  const hasVariable = board.templating.list.some(
    ({ type, name }) => type === "datasource" && name === "datasource",
  );
  return [
    ...(hasVariable ? [] : ["has no variable for its datasource"]),
    ...(new Set(ids).size === ids.length ? [] : ["has two panels with one id"]),
    ...panels.flatMap((panel) =>
      panelProblems(panel, known).map((problem) => `panel "${panel.title}" ${problem}`),
    ),
    ...variableProblems(board, known),
  ];
}

function panelProblems({ description, datasource, targets = [], fieldConfig, gridPos }, known) {
  const unknown = targets.flatMap(({ expr }) => metricsIn(expr)).filter((metric) => !known.has(metric));
  return [
    ...unknown.map((metric) => `reads ${metric}, which nothing makes`),
    ...(targets.length > 0 ? [] : ["shows nothing"]),
    ...(description ? [] : ["has no description"]),
    ...(datasource?.uid === "${datasource}" ? [] : ["has a datasource of its own"]),
    ...(fieldConfig?.defaults?.unit ? [] : ["has no unit"]),
    ...(gridPos.x + gridPos.w <= 24 ? [] : ["is wider than the page"]),
  ];
}

function variableProblems(board, known) {
  const queries = board.templating.list.filter(({ type }) => type === "query");
  return queries.flatMap(({ name, query }) => {
    const metric = /^label_values\((\w+)/.exec(query.query)?.[1];
    return known.has(metric) ? [] : [`the variable ${name} reads ${metric}, which nothing makes`];
  });
}

/** What Grafana is told of is mounted where it is told to look. */
function provisioningProblems(tree) {
  const { environment, volumes } = tree.yaml("docker-compose.yml").services.grafana;
  const inside = new Map(volumes.map((mount) => mount.split(":").slice(0, 2).toReversed()));
  const { providers } = tree.yaml("deploy/grafana/provisioning/dashboards/ringdown.yml");
  const { datasources } = tree.yaml("deploy/grafana/provisioning/datasources/prometheus.yml");
  const listens = tree
    .yaml("docker-compose.yml")
    .services.prometheus.command.find((word) => word.startsWith("--web.listen"));
  const home = environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH;
  return [
    ...providers
      .filter(({ options }) => inside.get(options.path) !== `./${folder}`)
      .map(({ options }) => `provisioning: ${options.path} is not ${folder}`),
    ...(tree.exists(home.replace("/etc/ringdown/dashboards", folder))
      ? []
      : [`the home page ${home} is not there`]),
    ...datasources
      .filter(({ url }) => url !== `http://${listens.split("=")[1]}`)
      .map(({ url }) => `provisioning: Prometheus does not listen on ${url}`),
  ];
}
