import type { Person, Role } from "../contract/people.ts";
import type { Queryable } from "../store/postgres.ts";

interface Row {
  id: string;
  username: string;
  name: string;
  role: Role;
  active: boolean;
  has_password: boolean;
  created_at: Date;
  last_sign_in_at: Date | null;
  phone_username: string | null;
  phone_created_at: Date | null;
}

const select = `
  select person.id, person.username, name, role, active, password_hash is not null as has_password,
         person.created_at, last_sign_in_at, phone.username as phone_username, phone.created_at as phone_created_at
  from person left join desk_phone as phone on phone.person_id = person.id`;

function toPerson(row: Row): Person {
  const { id, username, name, role, active } = row;
  return {
    id,
    username,
    name,
    role,
    active,
    hasPassword: row.has_password,
    createdAt: row.created_at.toISOString(),
    lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
    deskPhone:
      row.phone_username === null || row.phone_created_at === null
        ? null
        : { username: row.phone_username, createdAt: row.phone_created_at.toISOString() },
  };
}

export async function listPeople(postgres: Queryable): Promise<Person[]> {
  return (await postgres.query<Row>(`${select} order by lower(name), username`)).map(toPerson);
}

export async function findPerson(postgres: Queryable, id: string): Promise<Person | null> {
  const [row] = await postgres.query<Row>(`${select} where person.id = $1`, [id]);
  return row === undefined ? null : toPerson(row);
}

export async function insertPerson(
  postgres: Queryable,
  person: { username: string; name: string; role: Role; passwordHash?: string },
): Promise<string> {
  const [row] = await postgres.query<{ id: string }>(
    "insert into person (username, name, role, password_hash) values ($1, $2, $3, $4) returning id",
    [person.username, person.name, person.role, person.passwordHash ?? null],
  );
  if (row === undefined) throw new Error("An insert returned no row");
  return row.id;
}

export async function changePerson(
  postgres: Queryable,
  id: string,
  change: { name?: string | undefined; role?: Role | undefined; active?: boolean | undefined },
): Promise<void> {
  await postgres.query(
    `update person set name = coalesce($2, name), role = coalesce($3, role), active = coalesce($4, active)
     where id = $1`,
    [id, change.name ?? null, change.role ?? null, change.active ?? null],
  );
}

export async function setPasswordHash(postgres: Queryable, id: string, passwordHash: string): Promise<void> {
  await postgres.query("update person set password_hash = $2 where id = $1", [id, passwordHash]);
}

/** Whether somebody besides `except` could administer. Locks those rows, so that two cannot leave at once. */
export async function hasOtherAdministrator(inside: Queryable, except: string): Promise<boolean> {
  const rows = await inside.query(
    "select id from person where role = 'administrator' and active and password_hash is not null for update",
  );
  return rows.some((row) => (row as { id: string }).id !== except);
}

export interface StoredPassword {
  id: string;
  name: string;
  username: string;
  role: Role;
  active: boolean;
  passwordHash: string | null;
}

export async function findPassword(
  postgres: Queryable,
  by: { username: string } | { id: string },
): Promise<StoredPassword | null> {
  const [row] = await postgres.query<StoredPassword>(
    `select id, name, username, role, active, password_hash as "passwordHash" from person
     where ${"id" in by ? "id" : "username"} = $1`,
    ["id" in by ? by.id : by.username],
  );
  return row ?? null;
}

export async function noteSignIn(postgres: Queryable, id: string, at: number): Promise<void> {
  await postgres.query("update person set last_sign_in_at = to_timestamp($2::float8 / 1000) where id = $1", [
    id,
    at,
  ]);
}

export interface StoredPhone {
  personId: string;
  username: string;
  ha1Md5: string;
  ha1Sha256: string;
}

export async function saveDeskPhone(postgres: Queryable, phone: StoredPhone): Promise<void> {
  await postgres.query(
    `insert into desk_phone (person_id, username, ha1_md5, ha1_sha256) values ($1, $2, $3, $4)
     on conflict (person_id) do update set username = excluded.username, ha1_md5 = excluded.ha1_md5,
       ha1_sha256 = excluded.ha1_sha256, created_at = now()`,
    [phone.personId, phone.username, phone.ha1Md5, phone.ha1Sha256],
  );
}

/** False if there was none. */
export async function removeDeskPhone(postgres: Queryable, personId: string): Promise<boolean> {
  const rows = await postgres.query("delete from desk_phone where person_id = $1 returning 1", [personId]);
  return rows.length > 0;
}

/** Only of people who may still sign in. */
export async function listDeskPhones(postgres: Queryable): Promise<StoredPhone[]> {
  return await postgres.query<StoredPhone>(
    `select person_id as "personId", desk_phone.username, ha1_md5 as "ha1Md5", ha1_sha256 as "ha1Sha256"
     from desk_phone join person on person.id = person_id where active`,
  );
}
