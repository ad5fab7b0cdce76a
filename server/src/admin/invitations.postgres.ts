import type { Role } from "../contract/people.ts";
import type { Queryable } from "../store/postgres.ts";

export interface StoredInvitation {
  id: string;
  kind: "first-administrator" | "person";
  personId: string | null;
  name: string | null;
  username: string | null;
  role: Role;
  active: boolean | null;
  expiresAt: Date;
  usedAt: Date | null;
}

/** Earlier unused links for the same purpose stop working. */
export async function replaceInvitation(
  inside: Queryable,
  invitation: { tokenHash: Buffer; personId: string | null; at: number; expiresAt: number },
): Promise<void> {
  const { tokenHash, personId, at, expiresAt } = invitation;
  await inside.query("delete from invitation where used_at is null and person_id is not distinct from $1", [
    personId,
  ]);
  await inside.query(
    `insert into invitation (token_hash, kind, person_id, created_at, expires_at)
     values ($1, $2, $3, to_timestamp($4::float8 / 1000), to_timestamp($5::float8 / 1000))`,
    [tokenHash, personId === null ? "first-administrator" : "person", personId, at, expiresAt],
  );
}

/** With `lock` nobody else uses it until the transaction ends. */
export async function findInvitation(
  postgres: Queryable,
  tokenHash: Buffer,
  lock = false,
): Promise<StoredInvitation | null> {
  const [row] = await postgres.query<StoredInvitation>(
    `select invitation.id, kind, person_id as "personId", name, username, coalesce(role, 'administrator') as role,
            active, expires_at as "expiresAt", used_at as "usedAt"
     from invitation left join person on person.id = person_id
     where token_hash = $1 ${lock ? "for update of invitation" : ""}`,
    [tokenHash],
  );
  return row ?? null;
}

export async function useInvitation(inside: Queryable, id: string, at: number): Promise<void> {
  await inside.query("update invitation set used_at = to_timestamp($2::float8 / 1000) where id = $1", [
    id,
    at,
  ]);
}

/** Somebody can administer: active, and has chosen a password. */
export async function hasAdministrator(postgres: Queryable): Promise<boolean> {
  const rows = await postgres.query(
    "select 1 from person where role = 'administrator' and active and password_hash is not null limit 1",
  );
  return rows.length > 0;
}
