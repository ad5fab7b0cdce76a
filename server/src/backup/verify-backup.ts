import { createHash } from "node:crypto";
import { Failure } from "../base/failure.ts";
import { type Entry, readArchive } from "./archive-reader.ts";
import { About, compareParts, kindOf, Manifest, type Part } from "./core/manifest.ts";
import { countRows } from "./database-dump.postgres.ts";

export interface Verified {
  about: About;
  manifest: Manifest;
}

/**
 * Reads a whole archive and compares every part with the manifest. Failure "bad-request" that names the archive and
 * the part which is missing, changed or cut off. Nothing is written anywhere.
 */
export async function verifyBackup(
  archive: string,
  passphrase: string | null,
  onProgress?: (bytes: number) => void,
): Promise<Verified> {
  const parts: Part[] = [];
  const rows = new Map<string, number>();
  let about: About | null = null;
  let manifest: Manifest | null = null;
  let bytes = 0;
  for await (const entry of readArchive(archive, passphrase)) {
    if (entry.path === "about.json") about = await readJson(archive, entry, About);
    else if (entry.path === "manifest.json") manifest = await readJson(archive, entry, Manifest);
    else parts.push(await measure(archive, entry, rows));
    onProgress?.((bytes += entry.bytes));
  }
  if (about === null) throw damaged(archive, "it does not say what it is");
  if (manifest === null) throw damaged(archive, "its manifest is missing");
  const problems = compareParts(manifest, parts, rows);
  if (problems.length === 0) return { about, manifest };
  const more = problems.length > 3 ? `, and ${problems.length - 3} more` : "";
  throw damaged(archive, `${problems.slice(0, 3).join("; ")}${more}`);
}

async function measure(
  archive: string,
  { path, bytes, body }: Entry,
  rows: Map<string, number>,
): Promise<Part> {
  const kind = kindOf(path);
  if (kind === null) throw damaged(archive, `it has a part ${JSON.stringify(path)}, which no backup has`);
  const hash = createHash("sha256");
  for await (const chunk of body) {
    hash.update(chunk);
    if (kind.kind === "table") rows.set(kind.table, (rows.get(kind.table) ?? 0) + countRows(chunk));
  }
  return { path, bytes, sha256: hash.digest("hex") };
}

async function readJson<T>(archive: string, entry: Entry, shape: { parse(value: unknown): T }): Promise<T> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry.body) chunks.push(chunk);
  try {
    return shape.parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  } catch (error) {
    throw damaged(archive, `${entry.path} can't be understood`, error);
  }
}

function damaged(archive: string, why: string, cause?: unknown): Failure {
  const failure = new Failure("bad-request", `${archive} is damaged: ${why}`);
  failure.cause = cause;
  return failure;
}
