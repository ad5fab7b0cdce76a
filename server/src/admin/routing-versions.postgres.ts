import { RoutingDocument, type RoutingDraft, type RoutingVersion } from "../contract/routing.ts";
import type { Queryable } from "../store/postgres.ts";
import { inOrder } from "./core/routing-fields.ts";

interface VersionRow {
  version: number;
  at: Date;
  person_name: string | null;
  note: string;
  source: RoutingVersion["source"];
  differences: number;
}

function toVersion({ version, at, person_name, note, source, differences }: VersionRow): RoutingVersion {
  return { version, at: at.toISOString(), personName: person_name, note, source, differences };
}

/** The newest version's number; 0 before the first. */
export async function newestVersion(inside: Queryable): Promise<number> {
  const [row] = await inside.query<{ newest: number }>(
    "select coalesce(max(version), 0) as newest from routing_version",
  );
  return row?.newest ?? 0;
}

export interface NewVersion {
  version: number;
  person: { id: string; name: string } | null;
  note: string;
  source: RoutingVersion["source"];
  differences: number;
  document: RoutingDocument;
}

export async function appendVersion(inside: Queryable, added: NewVersion): Promise<void> {
  const { version, person, note, source, differences, document } = added;
  await inside.query(
    `insert into routing_version (version, person_id, person_name, note, source, differences, document)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [version, person?.id ?? null, person?.name ?? null, note, source, differences, JSON.stringify(document)],
  );
}

const columns = "version, at, person_name, note, source, differences";

/** Newest first. */
export async function listVersions(
  postgres: Queryable,
  before: number | null,
  limit: number,
): Promise<RoutingVersion[]> {
  const rows = await postgres.query<VersionRow>(
    `select ${columns} from routing_version where $1::integer is null or version < $1
     order by version desc limit $2`,
    [before, limit],
  );
  return rows.map(toVersion);
}

export async function findVersion(
  postgres: Queryable,
  version: number,
): Promise<{ version: RoutingVersion; document: RoutingDocument } | null> {
  const [row] = await postgres.query<VersionRow & { document: unknown }>(
    `select ${columns}, document from routing_version where version = $1`,
    [version],
  );
  if (row === undefined) return null;
  return { version: toVersion(row), document: inOrder(RoutingDocument.parse(row.document)) };
}

export async function findDraft(postgres: Queryable): Promise<RoutingDraft | null> {
  const [row] = await postgres.query<{
    base_version: number;
    document: unknown;
    changed_at: Date;
    changed_by: string | null;
    revision: number;
  }>("select base_version, document, changed_at, changed_by, revision from routing_draft");
  if (row === undefined) return null;
  return {
    baseVersion: row.base_version,
    document: RoutingDocument.parse(row.document),
    changedAt: row.changed_at.toISOString(),
    changedBy: row.changed_by,
    revision: row.revision,
  };
}

export async function saveDraft(inside: Queryable, draft: Omit<RoutingDraft, "changedAt">): Promise<void> {
  const { baseVersion, document, changedBy, revision } = draft;
  await inside.query(
    `insert into routing_draft (base_version, document, changed_by, revision) values ($1, $2, $3, $4)
     on conflict (only_one) do update set base_version = excluded.base_version, document = excluded.document,
       changed_at = now(), changed_by = excluded.changed_by, revision = excluded.revision`,
    [baseVersion, JSON.stringify(document), changedBy, revision],
  );
}

export async function removeDraft(inside: Queryable): Promise<void> {
  await inside.query("delete from routing_draft");
}
