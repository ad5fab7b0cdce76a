#!/usr/bin/env node
// `npm run -s ringdown -- <command>`: the command line, built first if something has changed. What building has to say
// goes to stderr, so that a command's result can be piped.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { requireNode, root } from "./prepare.mjs";

requireNode();
const prepared = spawnSync(process.execPath, [join(root, "scripts/build.mjs")], {
  cwd: root,
  stdio: ["inherit", 2, "inherit"],
});
if (prepared.status !== 0) process.exit(1);
const env = join(root, ".env");
const options = existsSync(env) ? ["--env-file", env] : [];
const program = join(root, "server/dist/cli/main.js");
// In the folder of whoever calls: paths of files are theirs. npm runs scripts in the root and says where it was called.
const cwd = process.env.INIT_CWD ?? process.cwd();
const child = spawn(
  process.execPath,
  ["--enable-source-maps", ...options, program, ...process.argv.slice(2)],
  { cwd, stdio: "inherit", env: { RINGDOWN_DATA_DIR: join(root, "data"), ...process.env } },
);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
});
