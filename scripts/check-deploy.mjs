// Part of `npm run check`: what a machine can say of how Ringdown is deployed without running it. Each problem is a line.
import { pathToFileURL } from "node:url";
import { composeProblems } from "./deploy/compose.mjs";
import { dockerfileProblems } from "./deploy/dockerfile.mjs";
import { grafanaProblems } from "./deploy/grafana.mjs";
import { guideProblems } from "./deploy/guides.mjs";
import { kubernetesProblems } from "./deploy/kubernetes.mjs";
import { portProblems } from "./deploy/ports.mjs";
import { prometheusProblems } from "./deploy/prometheus.mjs";
import { openTree } from "./deploy/tree.mjs";
import { root } from "./prepare.mjs";

const checks = [
  composeProblems,
  dockerfileProblems,
  portProblems,
  prometheusProblems,
  grafanaProblems,
  kubernetesProblems,
  guideProblems,
];

/** One sentence a problem, beginning with the file. */
export function deployProblems(tree) {
  return checks.flatMap((problemsOf) => problemsOf(tree));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const problems = deployProblems(openTree(root));
  for (const problem of problems) console.error(problem);
  console.log(`deployment: ${problems.length === 0 ? "in order" : `${problems.length} problems`}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
