// `npm start`: sets up what is missing and runs the whole product; signals go to it, its exit code comes back.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build, install, requireNode, root } from "./prepare.mjs";

requireNode();
install();
build();
const env = join(root, ".env");
const options = existsSync(env) ? ["--env-file", env] : [];
const server = spawn(process.execPath, ["--enable-source-maps", ...options, "server/dist/main.js"], {
  cwd: root,
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => server.kill(signal));
server.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" || signal === "SIGTERM" ? 0 : 1);
});
