// `npm run test:live`: the conformance suite and the system tests of calls on the real drachtio-server and FreeSWITCH
// that the variables name, and what can be seen only on them (server/src/tests/live: recordings are measured over
// RINGDOWN_LIVE_MINUTES, 1 unless told). Arguments go to vitest instead (`-- --project conformance`).
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
const callSuites = [
  ...["call", "leaving", "agent-fails", "tab-closed", "crowd", "phone-vanishes"],
  ...["callbacks", "emergency", "skilled"],
];

/** Where the product takes several servers by lists, tests of a single pair take the first of each. */
const first = (list) => list?.split(",")[0].trim();

/** What the tests of telephony, and those of server/src/tests/live, take for their pair. */
function testPair() {
  const { DRACHTIO_HOST, DRACHTIO_PORT, DRACHTIO_SECRET, DRACHTIO_WS_URL } = process.env;
  const { FREESWITCH_HOST, FREESWITCH_PORT, FREESWITCH_SECRET, RINGDOWN_LIVE_SIP } = process.env;
  const door = (host, port, secret) => ({ host: first(host), port: Number(first(port)), secret });
  const of = ({ hostname: host, port }) => ({ host, port: Number(port) });
  return JSON.stringify({
    sip: door(DRACHTIO_HOST, DRACHTIO_PORT ?? "9022", DRACHTIO_SECRET),
    media: door(FREESWITCH_HOST, FREESWITCH_PORT ?? "8021", FREESWITCH_SECRET),
    udp: of(new URL(`udp://${RINGDOWN_LIVE_SIP}`)),
    ws: of(new URL(first(DRACHTIO_WS_URL))),
  });
}

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
        ["--project", "phones", "--project", "system", ...callSuites.map((name) => `system/${name}.system`)],
        ["--project", "live"],
      ];
for (const args of runs) {
  const vitest = ["node_modules/vitest/vitest.mjs", "run", ...args];
  // The project "live" is there only when it has a pair; nobody else minds.
  const env = args[1] === "live" ? { ...process.env, RINGDOWN_TEST_PAIR: testPair() } : process.env;
  const { status } = spawnSync(process.execPath, vitest, { cwd: root, stdio: "inherit", env });
  if (status !== 0) process.exitCode = 1;
}
