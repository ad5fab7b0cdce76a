import { z } from "zod";

/**
 * A backup is a tar, compressed by gzip and perhaps encrypted. In this order:
 *
 *   about.json                       what it is, readable before anything else
 *   database/<table>/<nnnnnn>.copy   the rows of a table, as PostgreSQL's COPY writes them, some megabytes a part
 *   files/<path below the data directory>
 *   manifest.json                    every part with its length and SHA-256; without it the archive is cut off
 */
export const format = "ringdown-backup/1";

const count = z.number().int().nonnegative();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const About = z.object({
  format: z.string(),
  /** Of the program that made it. */
  version: z.string(),
  madeAt: z.iso.datetime(),
  nodeId: z.string(),
  /** The server's own word: "18.0". */
  postgres: z.string(),
  /** Steps of the schema, oldest first. */
  migrations: z.array(z.string()).min(1),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()).min(1) })),
  /** Where each sequence stands that was ever used. */
  sequences: z.array(z.object({ name: z.string(), value: z.string().regex(/^-?\d+$/) })),
  /** Whether secrets.key was asked for. */
  secrets: z.boolean(),
});
export type About = z.infer<typeof About>;

export const Part = z.object({ path: z.string(), bytes: count, sha256 });
export type Part = z.infer<typeof Part>;

export const Manifest = z.object({
  parts: z.array(Part),
  tables: z.array(z.object({ name: z.string(), rows: count })),
});
export type Manifest = z.infer<typeof Manifest>;

const tablePart = /^database\/([A-Za-z_][A-Za-z0-9_]*)\/\d{6,}\.copy$/;
const filePart = /^files\/(.+)$/;

export type PartKind = { kind: "table"; table: string } | { kind: "file"; file: string };

/** What a part is by its path; null for one that no backup has (a path that would lead out of the data directory). */
export function kindOf(path: string): PartKind | null {
  const [, table] = tablePart.exec(path) ?? [];
  if (table !== undefined) return { kind: "table", table };
  const [, file] = filePart.exec(path) ?? [];
  const isPlain = (step: string) => step !== "" && step !== "." && step !== ".." && !step.includes("\0");
  return file?.split("/").every(isPlain) ? { kind: "file", file } : null;
}

export function pathOfTablePart(table: string, index: number): string {
  return `database/${table}/${String(index).padStart(6, "0")}.copy`;
}

/** Every difference between what the manifest promises and what was read; empty: all is there, unchanged. */
export function compareParts(manifest: Manifest, read: readonly Part[], rows: Map<string, number>): string[] {
  const found = new Map(read.map((part) => [part.path, part]));
  const problems: string[] = [];
  for (const { path, bytes, sha256: expected } of manifest.parts) {
    const part = found.get(path);
    found.delete(path);
    if (part === undefined) problems.push(`${path} is missing`);
    else if (part.bytes !== bytes) problems.push(`${path} has ${part.bytes} bytes instead of ${bytes}`);
    else if (part.sha256 !== expected) problems.push(`${path} was changed: its SHA-256 differs`);
  }
  for (const path of found.keys()) problems.push(`${path} is not in the manifest`);
  for (const { name, rows: expected } of manifest.tables)
    if ((rows.get(name) ?? 0) !== expected)
      problems.push(`table ${name} has ${rows.get(name) ?? 0} rows instead of ${expected}`);
  return problems;
}
