/** Which database and which data directory a command works on, whether the program runs or not. */
import { resolve } from "node:path";
import { Failure } from "../base/failure.ts";
import { describeError, openLog } from "../base/log.ts";
import { startEmbeddedPostgres } from "../store/embedded-postgres.ts";
import { findRunningPostgres } from "../store/running-postgres.ts";
import type { Terminal } from "./command.ts";

export interface DataPlace {
  dataDir: string;
  databaseUrl: string;
  close(): Promise<void>;
}

export function findDataDir(named: string | null, { environment }: Terminal): string {
  return resolve(named ?? environment["RINGDOWN_DATA_DIR"] ?? "data");
}

/**
 * DATABASE_URL and RINGDOWN_DATA_DIR; without the first the embedded database below the second, started for as long
 * as it is needed. `beside` says whether a program that runs there may go on: else its database is refused.
 */
export async function openDataPlace(
  folder: string,
  { environment }: Terminal,
  { beside }: { beside: boolean },
): Promise<DataPlace> {
  const url = environment["DATABASE_URL"];
  const nothing = () => Promise.resolve();
  if (url !== undefined && url !== "") return { dataDir: folder, databaseUrl: url, close: nothing };
  const running = beside ? await findRunningPostgres(folder) : null;
  if (running !== null) return { dataDir: folder, databaseUrl: running, close: nothing };
  const server = await startEmbeddedPostgres(folder, openLog("silent")).catch((error: unknown) => {
    throw new Failure("unavailable", describeError(error));
  });
  return { dataDir: folder, databaseUrl: server.url, close: () => server.close() };
}
