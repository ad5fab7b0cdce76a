import { describe, expect, it } from "vitest";
import { composeProblems, hasExactTag } from "./deploy/compose.mjs";
import { dockerfileProblems } from "./deploy/dockerfile.mjs";
import { freeswitchProblems } from "./deploy/freeswitch.mjs";
import { grafanaProblems } from "./deploy/grafana.mjs";
import { guideProblems } from "./deploy/guides.mjs";
import { kubernetesProblems, kubernetesTypeProblems } from "./deploy/kubernetes.mjs";
import { metricsIn } from "./deploy/metrics.mjs";
import { portProblems } from "./deploy/ports.mjs";
import { prometheusProblems } from "./deploy/prometheus.mjs";
import { openTree } from "./deploy/tree.mjs";
import { root } from "./prepare.mjs";

type Check = (tree: ReturnType<typeof openTree>) => string[];
/** A break: what it is, who finds it, where it is, what becomes of what, and what is said of it. */
type Break = [string, Check, string, [string, string], string];

const tree = openTree(root);
const compose = "docker-compose.yml";
const board = "deploy/grafana/dashboards/ringdown.json";
const rules = "deploy/prometheus/rules/ringdown.yml";
const base = "deploy/kubernetes/base";

describe("the check of the deployment", () => {
  const breaks: Break[] = [
    [
      "a field that Compose does not know",
      composeProblems,
      compose,
      ["mem_limit: 1g", "memory_limit: 1g"],
      "the schema of Compose",
    ],
    [
      "an image that moves",
      composeProblems,
      compose,
      ["coturn:4.17.2-r0", "coturn:latest"],
      "has no exact version",
    ],
    [
      "a mount of what is not there",
      composeProblems,
      compose,
      ["./deploy/Caddyfile:", "./deploy/Caddyfil:"],
      "which is not in the tree",
    ],
    [
      "a volume that is not declared",
      composeProblems,
      compose,
      ["redis:/data", "rediss:/data"],
      "there is no volume rediss",
    ],
    [
      "a misspelled variable",
      composeProblems,
      compose,
      ["RINGDOWN_TURN_URLS:", "RINGDOWN_TURN_URL:"],
      "nothing there reads RINGDOWN_TURN_URL",
    ],
    [
      "FreeSWITCH's too",
      composeProblems,
      compose,
      ["FREESWITCH_MUSIC_DIR:", "FREESWITCH_MUSIC:"],
      "nothing there reads FREESWITCH_MUSIC",
    ],
    [
      "a tag of FreeSWITCH's that is not closed",
      freeswitchProblems,
      "freeswitch-config/vars.xml",
      ["</include>", ""],
      "<include> is not closed",
    ],
    [
      "an include of nothing",
      freeswitchProblems,
      "freeswitch-config/freeswitch.xml",
      ["dialplan/*.xml", "dialplans/*.xml"],
      "includes dialplans/*.xml",
    ],
    [
      "a variable of FreeSWITCH's that nobody sets",
      freeswitchProblems,
      "freeswitch-config/configuration/acl.conf.xml",
      ["edge_network}", "edge_net}"],
      "nobody sets $${edge_net}",
    ],
    [
      "one that its README keeps to itself",
      freeswitchProblems,
      "freeswitch-config/README.md",
      ["`FREESWITCH_MUSIC_DIR`", "music"],
      "does not tell of FREESWITCH_MUSIC_DIR",
    ],
    [
      "a variable that nobody writes",
      composeProblems,
      compose,
      ["${RINGDOWN_SECRETS_KEY:?", "${RINGDOWN_KEY:?"],
      "setup:env does not write it",
    ],
    [
      "a wait for what has no health",
      composeProblems,
      compose,
      ["test: [CMD, pg_isready", "start_interval: 1s #"],
      "which has no healthcheck",
    ],
    [
      "a capability that is kept",
      composeProblems,
      compose,
      ["cap_drop: [ALL]", "cap_drop: [CHOWN]"],
      "keeps capabilities",
    ],
    [
      "a port of the world",
      composeProblems,
      compose,
      ['"127.0.0.1:5432:5432"', '"5432:5432"'],
      "publishes a port on more than loopback",
    ],
    [
      "a port that the guide leaves out",
      portProblems,
      compose,
      ["127.0.0.1:8088", "127.0.0.1:8089"],
      "port 8089 is used and not listed",
    ],
    [
      "a firewall that opens another",
      portProblems,
      "deploy/nftables.conf",
      ["dport 20000-29998", "dport 20000-30000"],
      "opens 20000-30000",
    ],
    [
      "a firewall that opens too little",
      portProblems,
      "deploy/nftables.conf",
      ["{ 3478, 5349 }", "{ 3478 }"],
      "does not open 5349",
    ],
    [
      "an image without what it copies",
      dockerfileProblems,
      "Dockerfile",
      ["/app/server/assets ", "/app/server/sounds "],
      "copies server/sounds",
    ],
    [
      "what its context leaves out",
      dockerfileProblems,
      ".dockerignore",
      ["docs\n", "docs\nserver/assets\n"],
      "which .dockerignore leaves out",
    ],
    [
      "an image that runs as root",
      dockerfileProblems,
      "Dockerfile",
      ["USER 10001:10001", "USER root"],
      "the last USER",
    ],
    [
      "a rule on a metric that is not there",
      prometheusProblems,
      rules,
      ["(ringdown_router_leader)", "(ringdown_leader)"],
      "reads ringdown_leader",
    ],
    [
      "a rule that does not say what to do",
      prometheusProblems,
      rules,
      ["action:", "advice:"],
      "does not say what to do",
    ],
    [
      "a target that nobody serves",
      prometheusProblems,
      "deploy/prometheus/prometheus.yml",
      ["127.0.0.1:9464", "127.0.0.1:9466"],
      "serves 127.0.0.1:9466",
    ],
    [
      "a dashboard changed by hand",
      grafanaProblems,
      board,
      ['"Longest wait"', '"Longest"'],
      "is not what its source makes",
    ],
    [
      "a panel on a metric that is not there",
      grafanaProblems,
      board,
      ["sum(ringdown_calls)", "sum(ringdown_call)"],
      "reads ringdown_call,",
    ],
    ["two panels with one id", grafanaProblems, board, ['"id": 3,', '"id": 2,'], "two panels with one id"],
    [
      "a field that Kubernetes does not know",
      kubernetesTypeProblems,
      `${base}/ringdown.yaml`,
      ["periodSeconds: 2", "periodSecond: 2"],
      "periodSecond",
    ],
    [
      "a selector that finds nobody",
      kubernetesProblems,
      `${base}/coturn.yaml`,
      [
        "labels: { app.kubernetes.io/name: coturn }\n    spec",
        "labels: { app.kubernetes.io/name: turn }\n    spec",
      ],
      "does not select its own pods",
    ],
    [
      "a secret that is not made",
      kubernetesProblems,
      `${base}/ringdown.yaml`,
      ["key: DATABASE_URL", "key: DATABASE"],
      "reads DATABASE of the secret",
    ],
    [
      "a probe of no port",
      kubernetesProblems,
      `${base}/ringdown.yaml`,
      ["path: /readyz, port: http", "path: /readyz, port: web"],
      "is asked at port web",
    ],
    [
      "a policy for no port",
      kubernetesProblems,
      `${base}/network.yaml`,
      ["port: event-socket", "port: esl"],
      "names the port esl",
    ],
    [
      "a pod that may be root",
      kubernetesProblems,
      "deploy/kubernetes/stores/redis.yaml",
      ["runAsNonRoot: true", "runAsNonRoot: false"],
      "may run as root",
    ],
    [
      "a drain that is cut",
      kubernetesProblems,
      "deploy/kubernetes/example/settings.env",
      ["DRAIN_SECONDS=600", "DRAIN_SECONDS=610"],
      "terminationGracePeriodSeconds",
    ],
    [
      "a media server that is not named",
      kubernetesProblems,
      `${base}/freeswitch.yaml`,
      ["replicas: 2", "replicas: 3"],
      "freeswitch-2.freeswitch",
    ],
    [
      "a file that FreeSWITCH would miss",
      kubernetesProblems,
      "freeswitch-config/kustomization.yaml",
      ["      - configuration/opus.conf.xml\n", ""],
      "leaves out",
    ],
    [
      "a command that does not exist",
      guideProblems,
      "docs/install.md",
      ["npm run setup:env --", "npm run make:env --"],
      "npm run make:env does not exist",
    ],
    [
      "a guide's variable that nobody reads",
      guideProblems,
      "docs/install.md",
      ["`RINGDOWN_TRUSTED_PROXIES`", "`RINGDOWN_PROXIES`"],
      "names RINGDOWN_PROXIES",
    ],
  ];
  it.each(breaks)("finds %s", (_what, problemsOf, path, [from, to], sentence) => {
    const text = tree.read(path);
    expect(text).toContain(from);
    const before = new Set(problemsOf(tree));
    const problems = problemsOf(openTree(root, { [path]: text.replace(from, to) })).filter(
      (one) => !before.has(one),
    );
    expect(problems.join("\n")).toContain(sentence);
  });

  it("finds a file that is gone", () => {
    const problems = kubernetesProblems(openTree(root, { [`${base}/network.yaml`]: undefined }));
    expect(problems).toContain("deploy/kubernetes/base/kustomization.yaml: network.yaml is not there");
  });

  it("knows which metrics an expression reads", () => {
    const expression =
      'histogram_quantile(0.99, sum by (le, queue_id) (rate(a_bucket{le="b_total", x=~"c"}[5m:1m] offset 1h))) > 0.1 ' +
      "and on (d) group_left (e) max without (f) (g:h) unless absent(up)";
    expect(metricsIn(expression).toSorted()).toEqual(["a_bucket", "g:h", "up"]);
  });

  it("takes a tag for exact when it names one version", () => {
    const exact = [
      "postgres:17.6-alpine",
      "redis:7.2.5",
      "prom/prometheus:v3.5.0",
      "node:20.19.5-bookworm-slim",
    ];
    const moving = [
      "redis",
      "redis:latest",
      "redis:7",
      "redis:7.2-alpine",
      "redis:alpine",
      "localhost:5000/redis",
    ];
    expect(exact.map(hasExactTag)).toEqual(exact.map(() => true));
    expect(moving.map(hasExactTag)).toEqual(moving.map(() => false));
  });
});
