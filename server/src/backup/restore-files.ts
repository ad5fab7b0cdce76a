import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Failure } from "../base/failure.ts";
import { describeError } from "../base/log.ts";
import type { Manifest } from "./core/manifest.ts";

export interface Places {
  write(file: string, body: AsyncIterable<Buffer>): Promise<void>;
  /** Everything goes where it belongs. Returns what lay there and is of the life before, under its new name. */
  putInPlace(): Promise<string[]>;
  /** Nothing is left aside. */
  close(): Promise<void>;
}

/** Beside each folder's files, in it: it may be a file system of its own, and a rename goes through none. */
const asideName = ".restoring";

/** Failure "disk-full" when there is no room for the files and the rows. */
export async function openPlaces(dataDir: string, manifest: Manifest): Promise<Places> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const bytes = manifest.parts.reduce((sum, part) => sum + part.bytes, 0);
  const { bavail, bsize } = await statfs(dataDir);
  if (bavail * bsize < bytes)
    throw new Failure(
      "disk-full",
      `The backup needs ${Math.ceil(bytes / 1e6)} MB, and only ${Math.floor((bavail * bsize) / 1e6)} MB are free in ${dataDir}`,
    );
  const written: { aside: string; place: string }[] = [];
  const asides = new Set<string>();
  return {
    async write(file, body) {
      const [top = "", ...rest] = file.split("/");
      const root = rest.length === 0 ? dataDir : join(dataDir, top);
      const aside = join(root, asideName, rest.length === 0 ? top : rest.join("/"));
      asides.add(join(root, asideName));
      await store(aside, body);
      written.push({ aside, place: join(dataDir, file) });
    },
    async putInPlace() {
      const setAside = await setFormerLifeAside(dataDir);
      for (const { aside, place } of written) {
        await mkdir(dirname(place), { recursive: true, mode: 0o700 });
        await rename(aside, place);
      }
      return setAside;
    },
    async close() {
      for (const aside of asides) await rm(aside, { recursive: true, force: true });
    },
  };
}

async function store(path: string, body: AsyncIterable<Buffer>): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await pipeline(Readable.from(body, { objectMode: false }), createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("unavailable", `${path} can't be written: ${describeError(error)}`);
  }
}

/**
 * Ledger lines that still wait for the database, and notes of recordings that were being written: the next start
 * would write them into a database that knows nothing of their calls.
 */
async function setFormerLifeAside(dataDir: string): Promise<string[]> {
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const setAside: string[] = [];
  const notes = join(dataDir, "recordings", "unfinished");
  const hasNotes = (await readdir(notes).catch(() => [])).length > 0;
  for (const path of [join(dataDir, "ledger-spool.jsonl"), ...(hasNotes ? [notes] : [])]) {
    if (!(await stat(path).then(({ size }) => size > 0, () => false))) continue; // prettier-ignore
    const to = `${path}.before-restore-${stamp}`;
    await rename(path, to);
    setAside.push(to);
  }
  return setAside;
}
