import { createWriteStream } from "node:fs";
import { access, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { Failure } from "../base/failure.ts";
import { describeError } from "../base/log.ts";
import { endOfArchive, packBuffer, packFile } from "./archive-writer.ts";
import { type About, format, type Manifest, pathOfTablePart } from "./core/manifest.ts";
import { openSnapshot, type Snapshot } from "./database-dump.postgres.ts";
import { listFiles, sumBytes } from "./files.ts";
import { seal } from "./sealing.ts";

export interface BackupOptions {
  databaseUrl: string;
  dataDir: string;
  archive: string;
  nodeId: string;
  version: string;
  /** Encrypts the archive; null: it is readable by whoever has it. */
  passphrase: string | null;
  /** secrets.key too. */
  secrets: boolean;
  signal: AbortSignal;
  onProgress?: (what: string, bytes: number, ofBytes: number | null) => void;
}

export interface BackupResult {
  about: About;
  rows: number;
  files: number;
  /** Of the archive. */
  bytes: number;
}

/** From speech, the lowest level takes a third less; higher ones take far longer for little more. */
const gzipLevel = 1;

/**
 * Writes a backup beside the running program: written aside, synced, and renamed when it is whole. Failure "conflict"
 * when `archive` exists already, and a Failure that names the file for what can't be read or written.
 */
export async function makeBackup(options: BackupOptions): Promise<BackupResult> {
  const { archive } = options;
  if (
    await access(archive).then(
      () => true,
      () => false,
    )
  )
    // prettier-ignore
    throw new Failure("conflict", `${archive} exists already: name another file`);
  const aside = `${archive}.partial-${process.pid}`;
  try {
    const made = await write(options, aside);
    await rename(aside, archive);
    await syncFolder(dirname(archive));
    return made;
  } catch (error) {
    await rm(aside, { force: true });
    throw explain(error, options);
  }
}

async function write(options: BackupOptions, aside: string): Promise<BackupResult> {
  const { dataDir, passphrase, secrets, signal } = options;
  const handle = await open(aside, "wx", 0o600);
  try {
    // Lines that wait for the database are listed and read before its moment: in both places is better than in none.
    const files = await listFiles(dataDir, { secrets });
    const spooled = files.filter((file) => !file.includes("/"));
    const snapshot = await openSnapshot(options.databaseUrl);
    try {
      const about = describe(options, snapshot);
      const manifest: Manifest = { parts: [], tables: [] };
      const stored = { ...options, about, snapshot, spooled, manifest };
      const plain = Readable.from(pack(stored), { objectMode: false });
      const target = createWriteStream("", { fd: handle.fd, autoClose: false });
      const gzip = createGzip({ level: gzipLevel });
      if (passphrase === null) await pipeline(plain, gzip, target, { signal });
      else
        await pipeline(plain, gzip, (source: AsyncIterable<Buffer>) => seal(source, passphrase), target, {
          signal,
        });
      await handle.sync();
      return { about, ...countUp(manifest), bytes: (await handle.stat()).size };
    } finally {
      await snapshot.close();
    }
  } finally {
    await handle.close();
  }
}

function describe(options: BackupOptions, { postgres, migrations, tables, sequences }: Snapshot): About {
  const { version, nodeId, secrets } = options;
  const madeAt = new Date().toISOString();
  return { format, version, madeAt, nodeId, postgres, migrations, tables, sequences, secrets };
}

interface Packing extends BackupOptions {
  about: About;
  snapshot: Snapshot;
  spooled: readonly string[];
  manifest: Manifest;
}

async function* pack(packing: Packing): AsyncGenerator<Buffer> {
  const { about, manifest, onProgress, dataDir } = packing;
  const now = Date.parse(about.madeAt) / 1_000;
  const json = (value: object) => Buffer.from(`${JSON.stringify(value, null, 1)}\n`);
  yield* packBuffer("about.json", json(about), now, []);
  for (const file of packing.spooled) yield* packFile(`files/${file}`, join(dataDir, file), manifest.parts);
  yield* packTables(packing, now);
  // Listed after the database's moment: every finished recording that its rows tell of is there by now.
  const files = (await listFiles(dataDir, packing)).filter((file) => file.includes("/"));
  const ofBytes = await sumBytes(dataDir, files);
  let bytes = 0;
  for (const file of files) {
    for await (const chunk of packFile(`files/${file}`, join(dataDir, file), manifest.parts)) {
      bytes += chunk.length;
      onProgress?.("files", Math.min(bytes, ofBytes), ofBytes);
      yield chunk;
    }
  }
  yield* packBuffer("manifest.json", json(manifest), now, []);
  yield endOfArchive();
}

async function* packTables(
  { about, snapshot, manifest, onProgress }: Packing,
  now: number,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for (const table of about.tables) {
    let [rows, index] = [0, 0];
    for await (const part of snapshot.dump(table)) {
      yield* packBuffer(pathOfTablePart(table.name, index), part.body, now, manifest.parts);
      [rows, index] = [rows + part.rows, index + 1];
      onProgress?.("the database", (bytes += part.body.length), null);
    }
    manifest.tables.push({ name: table.name, rows });
  }
}

export function countUp({ parts, tables }: Manifest): { rows: number; files: number } {
  return {
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    files: parts.filter(({ path }) => path.startsWith("files/")).length,
  };
}

/** A rename is safe over a power cut only once its folder is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function explain(error: unknown, { archive, signal }: BackupOptions): unknown {
  if (signal.aborted) return new Failure("conflict", `Interrupted: ${archive} was not written`);
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC")
    return new Failure(
      "disk-full",
      `The disk is full: ${archive} was not written, and nothing of it is left`,
    );
  if (error instanceof Failure || code === undefined || syscall === undefined) return error;
  return new Failure("unavailable", `${path ?? archive} can't be written: ${describeError(error)}`);
}
