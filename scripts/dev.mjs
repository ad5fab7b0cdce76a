// `npm run dev`: the server restarts and the app reloads when a source changes. Two processes, ended together.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { build, install, requireNode, root } from "./prepare.mjs";

requireNode();
install();
build();
const commands = [
  [root, ["node_modules/tsx/dist/cli.mjs", "watch", "--clear-screen=false", "server/src/main.ts"]],
  [join(root, "softphone"), ["../node_modules/vite/bin/vite.js"]],
];
const children = commands.map(([cwd, args]) => spawn(process.execPath, args, { cwd, stdio: "inherit" }));
const stopAll = () => children.forEach((child) => child.kill("SIGTERM"));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stopAll);
for (const child of children)
  child.on("exit", (code) => {
    process.exitCode ||= code ?? 0;
    stopAll();
  });
