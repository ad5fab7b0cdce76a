import { bind, type BoundEndpoint } from "../base/handler.ts";
import { listAudit } from "../contract/people.ts";
import type { Postgres } from "../store/postgres.ts";

interface Row {
  id: number;
  at: Date;
  actor_id: string | null;
  actor_name: string | null;
  action: string;
  subject: string;
  detail: Record<string, unknown>;
  ip: string | null;
}

export function auditEndpoints({ postgres }: { postgres: Postgres }): BoundEndpoint[] {
  return [
    bind(listAudit, async ({ query }) => {
      const rows = await postgres.query<Row>(
        "select * from audit where ($1::bigint is null or id < $1) order by id desc limit $2",
        [query.before ?? null, query.limit],
      );
      return { entries: rows.map(toEntry) };
    }),
  ];
}

function toEntry(row: Row) {
  const { id, action, subject, detail, ip } = row;
  return {
    id,
    at: row.at.toISOString(),
    actorId: row.actor_id,
    actorName: row.actor_name,
    action,
    subject,
    detail,
    ip,
  };
}
