// `npm run check`: what a machine can say of the tree. Each check is one command; all run, none hides another.
import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";
import { root } from "./prepare.mjs";

const node = process.execPath;
const tool = (path, ...args) => [node, `node_modules/${path}`, ...args];
const command = (name, ...lines) => ({
  name,
  run: () =>
    lines.every((line) => spawnSync(line[0], line.slice(1), { cwd: root, stdio: "inherit" }).status === 0),
});

export const checks = [
  command("format (prettier)", tool("prettier/bin/prettier.cjs", "--check", "--log-level", "warn", ".")),
  command(
    "types (tsc)",
    ...["server", "embedded", "softphone"].map((name) => tool("typescript/bin/tsc", "-p", name, "--noEmit")),
  ),
  command("lint with types (oxlint)", tool("oxlint/bin/oxlint", "--type-aware", "--deny-warnings")),
  command("boundaries and cycles (dependency-cruiser)", [node, "scripts/boundaries.mjs"]),
  command("deployment: compose, image, Kubernetes, figures, guides", [node, "scripts/check-deploy.mjs"]),
  command("unused files, exports, packages (knip)", tool("knip/bin/knip.js", "--no-progress")),
];

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const failed = checks.filter((check) => {
    const ok = check.run();
    console.log(`${ok ? "ok  " : "FAIL"} ${check.name}`);
    return !ok;
  });
  process.exitCode = failed.length === 0 ? 0 : 1;
}
