import type { Role } from "../contract/people.ts";
import type { Queryable } from "../store/postgres.ts";

export interface StoredSession {
  id: string;
  personId: string;
  name: string;
  role: Role;
  lastSeenAt: Date;
}

export interface NewSession {
  tokenHash: Buffer;
  personId: string;
  at: number;
  expiresAt: number;
  ip: string;
}

const time = (position: number) => `to_timestamp($${position}::float8 / 1000)`;

export async function insertSession(postgres: Queryable, session: NewSession): Promise<string> {
  const [row] = await postgres.query<{ id: string }>(
    `insert into session (token_hash, person_id, created_at, last_seen_at, expires_at, ip)
     values ($1, $2, ${time(3)}, ${time(3)}, ${time(4)}, $5) returning id`,
    [session.tokenHash, session.personId, session.at, session.expiresAt, session.ip],
  );
  if (row === undefined) throw new Error("An insert returned no row");
  return row.id;
}

/** A session that still holds: not expired, used after `idleSince`, of an active person. */
export async function findSession(
  postgres: Queryable,
  tokenHash: Buffer,
  at: number,
  idleSince: number,
): Promise<StoredSession | null> {
  const [row] = await postgres.query<StoredSession>(
    `select session.id, person_id as "personId", name, role, last_seen_at as "lastSeenAt"
     from session join person on person.id = person_id
     where token_hash = $1 and expires_at > ${time(2)} and last_seen_at > ${time(3)} and active`,
    [tokenHash, at, idleSince],
  );
  return row ?? null;
}

export async function noteSeen(postgres: Queryable, sessionId: string, at: number): Promise<void> {
  await postgres.query(`update session set last_seen_at = ${time(2)} where id = $1`, [sessionId, at]);
}

/** Ends sessions of a person (all, one, or all but one); returns the ids. */
export async function deleteSessions(
  postgres: Queryable,
  personId: string,
  which: { only?: string; except?: string } = {},
): Promise<string[]> {
  const rows = await postgres.query<{ id: string }>(
    `delete from session where person_id = $1 and ($2::uuid is null or id = $2) and ($3::uuid is null or id <> $3)
     returning id`,
    [personId, which.only ?? null, which.except ?? null],
  );
  return rows.map((row) => row.id);
}

export async function deleteOldSessions(postgres: Queryable, at: number, idleSince: number): Promise<void> {
  await postgres.query(`delete from session where expires_at <= ${time(1)} or last_seen_at <= ${time(2)}`, [
    at,
    idleSince,
  ]);
}
