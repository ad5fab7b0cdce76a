import { resolve } from "node:path";
import { Failure } from "../base/failure.ts";
import { findRunningPostgres } from "../store/running-postgres.ts";
import type { Terminal } from "./command.ts";

/**
 * DATABASE_URL, or the embedded database of a ringdown that runs here; a data folder that is named goes before both.
 * Failure "unavailable" when there is neither.
 */
export async function findDatabase(dataDir: string | null, { environment }: Terminal): Promise<string> {
  const url = environment["DATABASE_URL"];
  if (url !== undefined && url !== "" && dataDir === null) return url;
  const folder = resolve(dataDir ?? environment["RINGDOWN_DATA_DIR"] ?? "data");
  const running = await findRunningPostgres(folder);
  if (running !== null) return running;
  throw new Failure(
    "unavailable",
    `There is no database to work on: DATABASE_URL is not set, and no embedded one runs in ${folder}. Start ringdown, or name the place with --data-dir.`,
  );
}
