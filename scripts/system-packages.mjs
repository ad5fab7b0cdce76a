// What the tests need from the system: a browser, a SIP traffic generator, Redis, another clock; as root also networks
// and a relay of their own. Installs it where it can.
import { spawnSync } from "node:child_process";

const needed = [
  { command: "chromium", package: "chromium", variable: "CHROMIUM_PATH" },
  { command: "sipp", package: "sip-tester", variable: "SIPP_PATH" },
  { command: "redis-server", package: "redis-server", variable: "REDIS_SERVER_PATH" },
  { command: "faketime", package: "faketime", variable: "LIBFAKETIME_PATH" },
  // Network namespaces are root's to make: the tests behind NAT skip themselves, with the reason, for everyone else.
  { command: "ip", package: "iproute2", isForRoot: true },
  { command: "nft", package: "nftables", isForRoot: true },
  { command: "turnserver", package: "coturn", isForRoot: true },
];

const has = (command) => spawnSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore" }).status === 0;
const isRoot = process.getuid?.() === 0;
const isMissing = (tool) =>
  !process.env[tool.variable ?? ""] && !has(tool.command) && (isRoot || !tool.isForRoot);
const quiet = (command, args, env = {}) =>
  spawnSync(command, args, { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...env } })
    .status === 0;

/** Installs what is missing with apt-get where this is Debian and we are root; else names it in one line. */
export function installSystemPackages() {
  const missing = needed.filter(isMissing);
  if (missing.length === 0) return;
  const names = missing.map((tool) => tool.package);
  if (isRoot && has("apt-get")) {
    console.log(`Installing for the tests: ${names.join(", ")} …`);
    const apt = ["install", "-y", "-qq", "--no-install-recommends", ...names];
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    quiet("apt-get", ["update", "-qq"], env);
    quiet("apt-get", apt, env);
  }
  const still = needed.filter((tool) => !tool.isForRoot && isMissing(tool));
  if (still.length === 0) return;
  const list = still.map(
    (tool) => `${tool.command} (Debian package ${tool.package}, or set ${tool.variable})`,
  );
  console.error(`ringdown: the tests need ${list.join(", ")}`);
  process.exit(1);
}
