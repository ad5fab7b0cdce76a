import { Failure } from "../base/failure.ts";
import { type MigrationStep, readMigrationSteps } from "../store/migrate.ts";
import { readArchive } from "./archive-reader.ts";
import { type About, kindOf } from "./core/manifest.ts";
import { planRestore, shippedTables } from "./core/plan-restore.ts";
import { connect } from "./database-dump.postgres.ts";
import {
  beginEmpty,
  dropReferences,
  emptyTables,
  finishRows,
  inspectTarget,
  makeMigrationTable,
  noteSteps,
  RowWriter,
  runSteps,
} from "./database-restore.postgres.ts";
import { countUp } from "./make-backup.ts";
import { openPlaces, type Places } from "./restore-files.ts";
import { verifyBackup, type Verified } from "./verify-backup.ts";
import type pg from "pg";

export interface RestoreOptions {
  /** The database's URL, asked for only once the archive is known to be whole: an embedded one is made by it. */
  openDatabase(): Promise<string>;
  dataDir: string;
  archive: string;
  passphrase: string | null;
  /** A database that is not empty gives way to the backup. */
  replace: boolean;
  signal: AbortSignal;
  onProgress?: (what: string, bytes: number) => void;
}

export interface RestoreResult {
  about: About;
  rows: number;
  files: number;
  /** Steps of the schema that came after the backup. */
  migrated: string[];
  /** What was put aside in the data directory, since it belongs to the life before. */
  setAside: string[];
}

/**
 * Puts a backup back. All of it is read and compared with its manifest first; then everything happens in one
 * transaction, and files lie aside until just before its end: whatever fails leaves the database as it was. Failure
 * "conflict" when the database may not be replaced, "bad-request" when the archive is damaged.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreResult> {
  const { archive, passphrase, onProgress } = options;
  const verified = await verifyBackup(archive, passphrase, (bytes) => onProgress?.("checking", bytes));
  const steps = await readMigrationSteps();
  const client = await connect(await options.openDatabase(), "ringdown-restore");
  try {
    const target = {
      ...(await inspectTarget(client, shippedTables(steps))),
      migrations: steps.map(({ name }) => name),
    };
    const plan = planRestore(verified.about, target, options);
    if ("refusal" in plan) throw new Failure("conflict", plan.refusal);
    const find = (names: readonly string[]) => steps.filter(({ name }) => names.includes(name));
    return await restore(client, options, verified, { before: find(plan.before), after: find(plan.after) });
  } finally {
    await client.end();
  }
}

interface Steps {
  before: MigrationStep[];
  after: MigrationStep[];
}

async function restore(
  client: pg.Client,
  options: RestoreOptions,
  { about, manifest }: Verified,
  { before, after }: Steps,
): Promise<RestoreResult> {
  const places = await openPlaces(options.dataDir, manifest);
  try {
    await beginEmpty(client);
    await runSteps(client, before);
    await makeMigrationTable(client);
    const references = await dropReferences(client);
    await emptyTables(client);
    await fill(client, options, about, places);
    await finishRows(client, references, about.sequences);
    await runSteps(client, after);
    const migrated = after.map(({ name }) => name);
    await noteSteps(client, migrated);
    options.signal.throwIfAborted();
    const setAside = await places.putInPlace();
    await client.query("commit");
    return { about, ...countUp(manifest), migrated, setAside };
  } catch (error) {
    await client.query("rollback").catch(() => undefined); // the end of the connection does the same
    if (options.signal.aborted)
      throw new Failure("conflict", "Interrupted: the database is as it was before");
    throw error;
  } finally {
    await places.close();
  }
}

async function fill(client: pg.Client, options: RestoreOptions, about: About, places: Places): Promise<void> {
  const rows = new RowWriter(client, about.tables);
  let bytes = 0;
  for await (const entry of readArchive(options.archive, options.passphrase)) {
    options.signal.throwIfAborted();
    const kind = kindOf(entry.path);
    if (kind?.kind === "table") await rows.write(kind.table, entry.body);
    else if (kind?.kind === "file") await places.write(kind.file, entry.body);
    options.onProgress?.("restoring", (bytes += entry.bytes));
  }
  await rows.end();
}
