import type { RequestContext } from "../base/handler.ts";
import type { Queryable } from "../store/postgres.ts";

/** Who did something, from where; null for the system itself and for somebody who is not signed in. */
export interface Actor {
  user: { id: string; name: string } | null;
  ip: string | null;
}

export interface AuditRecord {
  /** `queue.created`, `person.deactivated`, `recording.downloaded`. */
  action: string;
  /** What it was done to: `queue:<id>`. */
  subject: string;
  /** Names and new values; never a secret. */
  detail?: object;
}

/** Notes a change, inside the transaction that makes it: there is none without the other. */
export async function audit(inside: Queryable, actor: Actor, record: AuditRecord): Promise<void> {
  await inside.query(
    "insert into audit (actor_id, actor_name, action, subject, detail, ip) values ($1, $2, $3, $4, $5, $6)",
    [
      actor.user?.id ?? null,
      actor.user?.name ?? null,
      record.action,
      record.subject,
      JSON.stringify(record.detail ?? {}),
      actor.ip,
    ],
  );
}

export function actorOf(context: RequestContext): Actor {
  return { user: context.user, ip: context.ip };
}

export const system: Actor = { user: null, ip: null };
