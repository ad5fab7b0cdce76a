// `npm test`: sets up and runs everything: the checks of the tree, then every test. Ends with the counts.
// Arguments go to vitest (a file, `--project system`); then the checks are left out.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runChecks } from "./check.mjs";
import { build, install, requireNode, root } from "./prepare.mjs";
import { installSystemPackages } from "./system-packages.mjs";

requireNode();
install();
installSystemPackages();
build();

const only = process.argv.slice(2);
const results = { passed: 0, failed: 0, skipped: 0 };

if (only.length === 0) {
  const { passed, failed } = await runChecks();
  results.passed += passed;
  results.failed += failed;
}

const cache = join(root, ".cache");
mkdirSync(cache, { recursive: true });
// The router's fault tests mostly wait: beside all others, where they would keep a place that others need.
const runs =
  only.length > 0
    ? [["all", ...only]]
    : [
        ["faults", "--project", "faults"],
        ["others", "--project", "!faults"],
      ];
for (const { report, status } of await Promise.all(runs.map(([name, ...args]) => vitest(name, args))))
  count(report, status);
console.log(
  `${results.passed} passed, ${results.failed} failed` +
    (results.skipped > 0 ? `, ${results.skipped} skipped` : ""),
);
process.exitCode = results.failed === 0 ? 0 : 1;

/** Resolves when it has ended, with where its report is. */
function vitest(name, args) {
  const report = join(cache, `vitest-${name}.json`);
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const child = spawn(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...args], {
    cwd: root,
    stdio: "inherit",
  });
  return new Promise((resolve) => child.once("close", (status) => resolve({ report, status })));
}

/** Adds vitest's own counts; a run that broke off, or a file that did not load, counts as failed. */
function count(report, status) {
  let counted;
  try {
    counted = JSON.parse(readFileSync(report, "utf8"));
  } catch {
    console.error("ringdown: vitest left no report");
    results.failed += 1;
    return;
  }
  results.passed += counted.numPassedTests;
  results.failed += counted.numFailedTests;
  results.skipped += counted.numPendingTests + counted.numTodoTests;
  const brokenFiles = counted.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
  );
  results.failed += brokenFiles.length;
  if (results.failed === 0 && status !== 0) results.failed += 1;
}
