// `npm run test:live`: the conformance suite against the real drachtio-server and FreeSWITCH that the variables
// name. The system suites start their own program and follow the same variables.
import { spawnSync } from "node:child_process";
import { build, install, requireNode, root, stop } from "./prepare.mjs";
import { installSystemPackages } from "./system-packages.mjs";

const needed = ["DRACHTIO_HOST", "DRACHTIO_SECRET", "FREESWITCH_HOST", "FREESWITCH_SECRET"];
const missing = needed.filter((name) => !process.env[name]);
if (missing.length > 0) stop(`test:live needs ${missing.join(", ")} (see .env.example)`);

requireNode();
install();
installSystemPackages();
build();
const projects = process.argv.length > 2 ? process.argv.slice(2) : ["--project", "conformance"];
const vitest = ["node_modules/vitest/vitest.mjs", "run", ...projects];
process.exitCode = spawnSync(process.execPath, vitest, { cwd: root, stdio: "inherit" }).status ?? 1;
