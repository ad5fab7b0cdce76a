import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startOf } from "./process-identity.ts";

/**
 * The URL of the embedded PostgreSQL that a running program keeps below `dataDir`, for a command line beside it. Null
 * when there is none, or it does not run.
 */
export async function findRunningPostgres(dataDir: string): Promise<string | null> {
  const read = (...path: string[]) => readFile(join(dataDir, ...path), "utf8").catch(() => null);
  const [password, postmaster] = await Promise.all([
    read("postgres.password"),
    read("postgres", "postmaster.pid"),
  ]);
  // postmaster.pid: process, data directory, start time, port...
  const [pid, , , port] = postmaster?.split("\n") ?? [];
  if (password === null || !(Number(port) > 0) || (await startOf(Number(pid))) === null) return null;
  return `postgres://ringdown:${password.trim()}@127.0.0.1:${Number(port)}/ringdown`;
}
