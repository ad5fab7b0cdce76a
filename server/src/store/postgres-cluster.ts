import { execFile } from "node:child_process";
import { chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describeError, type Log } from "../base/log.ts";
import type { PostgresAccount } from "./postgres-account.ts";
import type { PostgresBinaries } from "./postgres-binaries.ts";

const run = promisify(execFile);

export interface ClusterParts {
  binaries: PostgresBinaries;
  account: PostgresAccount;
  /** The folder of the cluster's files. */
  cluster: string;
  password: string;
  log: Log;
}

/** Makes the files of the server on the first start; checks on later ones that this version can read them. */
export async function createCluster(parts: ClusterParts): Promise<void> {
  const found = await readFile(join(parts.cluster, "PG_VERSION"), "utf8").catch(() => null);
  if (found === null) return await initialise(parts);
  const major = await majorOf(parts.binaries.postgres);
  if (found.trim() !== major)
    throw new Error(
      `${parts.cluster} was made by PostgreSQL ${found.trim()}, this is ${major}: dump and restore it, or set RINGDOWN_DATA_DIR to a new place`,
    );
}

/** Into a folder beside, moved when complete: what a crash or a full disk leaves half made never counts. */
async function initialise({ binaries, account, cluster, password, log }: ClusterParts): Promise<void> {
  const draft = `${cluster}.new`;
  const passwordFile = join(dirname(cluster), "postgres.init");
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account !== null)
    await Promise.all([draft, passwordFile].map((p) => chown(p, account.uid, account.gid)));
  try {
    await run(
      binaries.initdb,
      [
        `--pgdata=${draft}`,
        "--username=ringdown",
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C",
        "--builtin-locale=C.UTF-8",
        "--no-sync",
        "--no-instructions",
      ],
      { ...identity(account), cwd: draft, env: postgresEnvironment() },
    );
    await rename(draft, cluster);
    log.info({ cluster }, "the embedded PostgreSQL was created");
  } catch (error) {
    throw explain(error, cluster);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function explain(error: unknown, cluster: string): Error {
  const { stderr } = error as { stderr?: unknown };
  const said = typeof stderr === "string" && stderr !== "" ? stderr : describeError(error);
  if (/No space left on device|ENOSPC/.test(said))
    return new Error(`The disk is full: PostgreSQL could not be set up in ${cluster}`, { cause: error });
  return new Error(`PostgreSQL could not be set up in ${cluster}: ${said.trim().slice(-500)}`, {
    cause: error,
  });
}

async function majorOf(postgres: string): Promise<string> {
  const { stdout } = await run(postgres, ["--version"]);
  return /(\d+)[.\d]*\s*$/.exec(stdout.trim())?.[1] ?? "unknown";
}

/** Messages in English, since some are read by us. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: "C", LC_MESSAGES: "C" };
}

export function identity(account: PostgresAccount): { uid?: number; gid?: number } {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}
