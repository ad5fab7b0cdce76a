// `npm run bench`: measures and prints tables; `-- --json` prints one JSON object and nothing else on stdout.
import { spawnSync } from "node:child_process";
import { build, install, requireNode, root } from "./prepare.mjs";
import { installSystemPackages } from "./system-packages.mjs";

const wantsJson = process.argv.includes("--json");
const log = console.log;
if (wantsJson) console.log = console.error;
requireNode();
install();
installSystemPackages();
build();
console.log = log;
const tsx = "node_modules/tsx/dist/cli.mjs";
const bench = spawnSync(process.execPath, [tsx, "server/bench/main.ts", ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
process.exitCode = bench.status ?? 1;
