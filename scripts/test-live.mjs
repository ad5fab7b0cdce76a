// `npm run test:live`: the conformance suite and the system tests of calls on the real drachtio-server and FreeSWITCH
// that the variables name. Arguments go to vitest instead (`-- --project conformance`).
import { spawnSync } from "node:child_process";
import { build, install, requireNode, root, stop } from "./prepare.mjs";
import { installSystemPackages } from "./system-packages.mjs";

const needed = [
  ...["DRACHTIO_HOST", "DRACHTIO_SECRET", "DRACHTIO_WS_URL", "FREESWITCH_HOST", "FREESWITCH_SECRET"],
  "RINGDOWN_LIVE_SIP", // host:port of drachtio's SIP over UDP, where the callers call
];
const missing = needed.filter((name) => !process.env[name]);
if (missing.length > 0) stop(`test:live needs ${missing.join(", ")} (CONTRIBUTING.md, .env.example)`);

/** What is about calls; the others are about the embedded pair's own processes. */
const callSuites = ["call", "leaving", "agent-fails", "tab-closed", "crowd", "phone-vanishes"];

requireNode();
install();
installSystemPackages();
build();
const given = process.argv.slice(2);
const runs =
  given.length > 0
    ? [given]
    : [
        ["--project", "conformance"],
        ["--project", "system", ...callSuites.map((name) => `system/${name}.system`)],
      ];
for (const args of runs) {
  const vitest = ["node_modules/vitest/vitest.mjs", "run", ...args];
  const { status } = spawnSync(process.execPath, vitest, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
