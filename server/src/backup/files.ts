/** Which files of the data directory belong to a backup. */
import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { Failure } from "../base/failure.ts";
import { describeError } from "../base/log.ts";

/** Ledger lines on their way to a database that was away; written again in vain if the database has them. */
const spools = ["ledger-spool.jsonl", "ledger-refused.jsonl"];
const folders = ["recordings", "prompts"];
export const secretsFile = "secrets.key";

/**
 * Relative paths with slashes, oldest folders first. Recordings that are being written now are among them with their
 * notes: whoever starts on the restored data finishes them, as after a crash. Files of a restore are left out.
 */
export async function listFiles(dataDir: string, { secrets }: { secrets: boolean }): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) found.push(...(await listFolder(dataDir, join(dataDir, folder))));
  const single = secrets ? [...spools, secretsFile] : spools;
  for (const name of single) if (await exists(join(dataDir, name))) found.push(name);
  return found;
}

export async function sumBytes(dataDir: string, files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) bytes += (await stat(join(dataDir, file)).catch(() => null))?.size ?? 0;
  return bytes;
}

async function listFolder(dataDir: string, folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new Failure("unavailable", `${folder} can't be read: ${describeError(error)}`);
  });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) found.push(...(await listFolder(dataDir, path)));
    else if (entry.isFile()) found.push(relative(dataDir, path).split(sep).join("/"));
  }
  return found;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
