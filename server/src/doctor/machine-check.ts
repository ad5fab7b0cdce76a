/** What can be seen without asking anybody: variables, files, limits, the disk. */
import { constants, existsSync } from "node:fs";
import { access, readFile, stat, statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { variableNames } from "../config.ts";
import type { Check, Surroundings } from "./check.ts";
import { judgeFileLimit, judgeModes, judgeNames, judgeNode } from "./core/configuration.ts";
import { judgeDisk } from "./core/disk.ts";

export function machineChecks({ config, environment }: Surroundings): Check[] {
  const set = Object.keys(environment).filter((name) => environment[name] !== "");
  return [
    {
      name: "configuration",
      run: async () => [...judgeNames(set, variableNames), ...(await judgeSecretFiles(config.dataDir))],
    },
    {
      name: "machine",
      run: async () => [judgeNode(process.version), ...judgeFileLimit(await readFileLimit())],
    },
    { name: "data directory", run: async () => judgeDisk(await lookAtDisk(config.dataDir, config)) },
  ];
}

async function judgeSecretFiles(dataDir: string) {
  const paths = [resolve(".env"), join(dataDir, "secrets.key"), join(dataDir, "postgres.password")];
  const modeOf = (path: string) => stat(path).then(({ mode }) => mode, () => null); // prettier-ignore
  return judgeModes(await Promise.all(paths.map(async (path) => ({ path, mode: await modeOf(path) }))));
}

/** The soft limit of this process; the program has the same when it is started from the same place. */
async function readFileLimit(): Promise<number | null> {
  const text = await readFile("/proc/self/limits", "utf8").catch(() => ""); // not Linux
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text)?.[1];
  if (soft === undefined) return null;
  return soft === "unlimited" ? Infinity : Number(soft);
}

/** Where it will be made. */
function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

async function lookAtDisk(dataDir: string, { media, servers }: Surroundings["config"]) {
  const exists = await stat(dataDir).then((found) => found.isDirectory(), () => false); // prettier-ignore
  const flags = constants.R_OK | constants.W_OK | constants.X_OK;
  const writable = await access(dataDir, flags).then(() => true, () => false); // prettier-ignore
  const room = await statfs(nearestFolder(dataDir));
  const space = { freeBytes: room.bavail * room.bsize, freeFiles: room.ffree, files: room.files };
  // A talk is two channels; of real servers the limit is their own, and a hundred talks a busy hour.
  const talks = servers ? 100 : Math.max(1, Math.floor(media.maxCalls / 2));
  return { dataDir, exists, writable, space, talks };
}
