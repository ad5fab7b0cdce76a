import type { About } from "./manifest.ts";
import { format } from "./manifest.ts";

/** What there is before a restore. */
export interface Target {
  /** Steps of the schema that this program knows, oldest first. */
  migrations: readonly string[];
  /** Tables that hold something of somebody's, with their rows. */
  filled: readonly { name: string; rows: number }[];
  /** Whether the database is Ringdown's, or has no table at all. */
  isOurs: boolean;
  /** Connections of running programs to this database. */
  users: readonly string[];
}

export type RestorePlan = { refusal: string } | { before: string[]; after: string[] };

/**
 * Which steps of the schema run before the rows are put back, and which after; or a sentence why not. Steps must be
 * those of the archive in the same order: rows of another history would be read wrongly.
 */
export function planRestore(about: About, target: Target, { replace }: { replace: boolean }): RestorePlan {
  const refusal = findRefusal(about, target, replace);
  if (refusal !== null) return { refusal };
  const steps = about.migrations.length;
  return { before: target.migrations.slice(0, steps), after: target.migrations.slice(steps) };
}

function findRefusal(about: About, target: Target, replace: boolean): string | null {
  if (about.format !== format)
    return `The backup has the format ${about.format}; this program reads ${format}: restore with the version that made it (${about.version})`;
  const unknown = about.migrations.filter((step) => !target.migrations.includes(step));
  if (unknown.length > 0)
    return `The backup is of a newer version (${about.version}; ${unknown.join(", ")} unknown here): restore with that version`;
  const differs = about.migrations.findIndex((step, index) => step !== target.migrations[index]);
  if (differs !== -1)
    return `The backup's schema has another history than this version (${about.migrations[differs] ?? ""} came after other steps): restore with version ${about.version}`;
  if (target.users.length > 0)
    return `A program uses this database now (${target.users.join(", ")}): stop it first`;
  if (!target.isOurs)
    return "The database has tables that are not Ringdown's: give Ringdown a database of its own";
  if (target.filled.length > 0 && !replace)
    return `${sayFilled(target.filled)}. --replace puts the backup in its place`;
  return null;
}

function sayFilled(filled: Target["filled"]): string {
  const told = filled.slice(0, 4).map(({ name, rows }) => `${rows} in ${name}`);
  const more = filled.length > 4 ? ` and ${filled.length - 4} more tables` : "";
  return `The database is not empty (${told.join(", ")}${more})`;
}

const tellTales = ["person", "interaction", "ledger"];

/** Tables into which the schema's steps put rows, which tell nothing of whether the database was ever used. */
export function shippedTables(steps: readonly { sql: string }[]): Set<string> {
  const named = steps.flatMap(({ sql }) =>
    [...sql.matchAll(/insert\s+into\s+(\w+)/gi)].map(([, name = ""]) => name),
  );
  return new Set(named.filter((name) => !tellTales.includes(name)));
}
