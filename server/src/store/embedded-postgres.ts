import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import pg from "pg";
import type { Log } from "../base/log.ts";
import { checkReach, checkWritable, findPostgresAccount, letPass } from "./postgres-account.ts";
import { findPostgresBinaries } from "./postgres-binaries.ts";
import { createCluster } from "./postgres-cluster.ts";
import { startPostgresProcess, stopLeftOver } from "./postgres-process.ts";
import { startOf } from "./process-identity.ts";

/** A PostgreSQL server of our own, on loopback, with its files below the data directory. */
export interface EmbeddedPostgres {
  url: string;
  /** Fast shutdown; resolves when the server is gone. Idempotent. */
  close(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Tests only: forgets durability for speed. */
  disposable?: boolean;
  /** Stays over restarts of the server; default a free one. */
  port?: number;
}

/**
 * Starts the embedded PostgreSQL below `dataDir` (created on the first start, about a second; later under 0.2 s).
 * A server that a killed process left behind is stopped first. Throws an Error with one sentence that names the
 * thing: no right, another process with the same data, a full disk, files of another version.
 */
export async function startEmbeddedPostgres(
  dataDir: string,
  log: Log,
  options: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  await makeFolder(dataDir);
  await checkWritable(dataDir);
  await claim(dataDir);
  try {
    const server = await start(dataDir, log, options);
    return {
      url: server.url,
      close: async () => {
        await server.close();
        await release(dataDir);
      },
    };
  } catch (error) {
    await release(dataDir);
    throw error;
  }
}

async function start(dataDir: string, log: Log, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const [binaries, account] = await Promise.all([findPostgresBinaries(), findPostgresAccount()]);
  const cluster = join(dataDir, "postgres");
  await checkReach(account, binaries.postgres);
  await letPass(account, dataDir);
  await checkReach(account, cluster);
  const password = await readOrMakePassword(join(dataDir, "postgres.password"));
  await createCluster({ binaries, account, cluster, password, log });
  await stopLeftOver(cluster, log);
  const port = options.port ?? (await findFreePort());
  const disposable = options.disposable ?? false;
  const server = await startPostgresProcess({ binaries, account, cluster, port, disposable, log });
  const base = `postgres://ringdown:${password}@127.0.0.1:${port}`;
  try {
    await createDatabase(`${base}/postgres`);
  } catch (error) {
    await server.close();
    throw error;
  }
  return { url: `${base}/ringdown`, close: () => server.close() };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const detail = error instanceof Error ? error.message : "";
    throw new Error(`The data directory ${folder} cannot be made (${detail}): set RINGDOWN_DATA_DIR`, {
      cause: error,
    });
  }
}

/** One program per data directory: a second one would stop the first one's database. */
async function claim(dataDir: string): Promise<void> {
  const file = join(dataDir, "owner.pid");
  const [pid, started] = await readFile(file, "utf8").then(
    (text) => text.trim().split("\n"),
    () => [], // never claimed
  );
  const owner = Number(pid);
  if (owner > 0 && started !== undefined && (await startOf(owner)) === started)
    throw new Error(
      `The data directory ${dataDir} is in use by process ${owner}: stop it, or set RINGDOWN_DATA_DIR`,
    );
  await writeFile(file, `${process.pid}\n${(await startOf(process.pid)) ?? ""}\n`);
}

async function release(dataDir: string): Promise<void> {
  await rm(join(dataDir, "owner.pid"), { force: true });
}

async function readOrMakePassword(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const password = randomBytes(24).toString("hex");
    await writeFile(file, `${password}\n`, { mode: 0o600 });
    await chmod(file, 0o600); // writeFile's mode is subject to the umask and to an existing file
    return password;
  }
}

export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => {
        resolve(port);
      });
    });
  });
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query("select 1 from pg_database where datname = 'ringdown'");
    if (rowCount === 0) await client.query("create database ringdown");
  } finally {
    await client.end();
  }
}
