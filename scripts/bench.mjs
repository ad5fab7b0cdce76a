// `npm run bench`: measures and prints tables; `-- --json` prints one JSON object and nothing else on stdout.
import { spawnSync } from "node:child_process";
import { requireNode, root } from "./prepare.mjs";
import { installSystemPackages } from "./system-packages.mjs";

const node = (args, stdout) =>
  spawnSync(process.execPath, args, { cwd: root, stdio: ["inherit", stdout, "inherit"] }).status ?? 1;

requireNode();
console.log = console.error; // what comes before the figures is for people: npm's and the compilers' output too
if (node(["scripts/build.mjs"], 2) !== 0) process.exit(1);
installSystemPackages();
const tsx = "node_modules/tsx/dist/cli.mjs";
const options = process.argv.slice(2);
const program = options.includes("--real") ? "server/bench/real/main.ts" : "server/bench/main.ts";
process.exitCode = node([tsx, program, ...options], "inherit");
