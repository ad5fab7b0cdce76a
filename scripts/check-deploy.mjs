// Part of `npm run check`: what a machine can say of how Ringdown is deployed without running it. Each problem is a line.
import { composeProblems } from "./deploy/compose.mjs";
import { dockerfileProblems } from "./deploy/dockerfile.mjs";
import { freeswitchProblems } from "./deploy/freeswitch.mjs";
import { grafanaProblems } from "./deploy/grafana.mjs";
import { guideProblems } from "./deploy/guides.mjs";
import { kubernetesProblems, kubernetesTypeProblems } from "./deploy/kubernetes.mjs";
import { portProblems } from "./deploy/ports.mjs";
import { prometheusProblems, promtoolProblems } from "./deploy/prometheus.mjs";
import { openTree } from "./deploy/tree.mjs";
import { root } from "./prepare.mjs";

const checks = [
  composeProblems,
  dockerfileProblems,
  freeswitchProblems,
  portProblems,
  prometheusProblems,
  promtoolProblems,
  grafanaProblems,
  kubernetesProblems,
  kubernetesTypeProblems,
  guideProblems,
];

const tree = openTree(root);
const problems = checks.flatMap((problemsOf) => problemsOf(tree));
for (const problem of problems) console.error(problem);
console.log(`deployment: ${problems.length === 0 ? "in order" : `${problems.length} problems`}`);
process.exitCode = problems.length === 0 ? 0 : 1;
