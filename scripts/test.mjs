// `npm test`: sets up and runs everything: the checks of the tree, then every test. Ends with the counts.
// Arguments go to vitest (a file, `--project system`); then the checks are left out.
import { spawnSync } from "node:child_process";
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

const report = join(root, ".cache", "vitest.json");
mkdirSync(join(root, ".cache"), { recursive: true });
rmSync(report, { force: true });
const vitest = spawnSync(
  process.execPath,
  [
    "node_modules/vitest/vitest.mjs",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...only,
  ],
  { cwd: root, stdio: "inherit" },
);
count();
console.log(
  `${results.passed} passed, ${results.failed} failed` +
    (results.skipped > 0 ? `, ${results.skipped} skipped` : ""),
);
process.exitCode = results.failed === 0 ? 0 : 1;

/** Adds vitest's own counts; a run that broke off, or a file that did not load, counts as failed. */
function count() {
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
  if (results.failed === 0 && vitest.status !== 0) results.failed += 1;
}
