// `npm run check`: what a machine can say of the tree. Each check is one command; all run, none hides another.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { root } from "./prepare.mjs";

const node = process.execPath;
const tool = (path, ...args) => [node, `node_modules/${path}`, ...args];
const types = (name) => ({
  name: `types of ${name} (tsc)`,
  line: tool("typescript/bin/tsc", "-p", name, "--noEmit"),
});

/** The longest ones first: they run side by side. */
const checks = [
  { name: "lint with types (oxlint)", line: tool("oxlint/bin/oxlint", "--type-aware", "--deny-warnings") },
  types("server"),
  types("softphone"),
  {
    name: "format (prettier)",
    line: tool("prettier/bin/prettier.cjs", "--check", "--log-level", "warn", "."),
  },
  types("embedded"),
  { name: "boundaries and cycles (dependency-cruiser)", line: [node, "scripts/boundaries.mjs"] },
  {
    name: "deployment: compose, image, Kubernetes, figures, guides",
    line: [node, "scripts/check-deploy.mjs"],
  },
  { name: "unused files, exports, packages (knip)", line: tool("knip/bin/knip.js", "--no-progress") },
];

/** Runs all, as many at a time as there are cores, and prints of each what it said. Resolves with how many passed. */
export async function runChecks() {
  const waiting = [...checks];
  let passed = 0;
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const { ok, output } = await run(check.line);
      if (ok) passed += 1;
      process.stdout.write(`${ok ? "" : output}${ok ? "ok  " : "FAIL"} ${check.name}\n`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return { passed, failed: checks.length - passed };
}

function run([command, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.once("error", (error) => resolve({ ok: false, output: `${output}${error.message}\n` }));
    child.once("close", (code) => resolve({ ok: code === 0, output }));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { failed } = await runChecks();
  process.exitCode = failed === 0 ? 0 : 1;
}
