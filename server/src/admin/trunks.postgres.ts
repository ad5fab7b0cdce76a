import type { Trunk } from "../contract/telephony.ts";
import type { Queryable } from "../store/postgres.ts";

/** A trunk with what digest needs; the password itself is nowhere. */
export interface StoredTrunk {
  id: string;
  name: string;
  enabled: boolean;
  networks: string[];
  username: string | null;
  ha1Md5: string | null;
  ha1Sha256: string | null;
  maximumCalls: number;
  outboundUri: string | null;
}

const columns = `id, name, enabled, networks, username, ha1_md5 as "ha1Md5", ha1_sha256 as "ha1Sha256",
  maximum_calls as "maximumCalls", outbound_uri as "outboundUri"`;

export async function listStoredTrunks(postgres: Queryable): Promise<StoredTrunk[]> {
  return await postgres.query<StoredTrunk>(`select ${columns} from trunk order by lower(name)`);
}

export async function findTrunk(postgres: Queryable, id: string): Promise<StoredTrunk | null> {
  const [row] = await postgres.query<StoredTrunk>(`select ${columns} from trunk where id = $1 for update`, [
    id,
  ]);
  return row ?? null;
}

export function toTrunk(stored: StoredTrunk): Trunk {
  const { id, name, enabled, networks, username, maximumCalls, outboundUri } = stored;
  const hasPassword = stored.ha1Md5 !== null;
  return { id, name, enabled, networks, username, hasPassword, maximumCalls, outboundUri };
}

export async function insertTrunk(postgres: Queryable, trunk: Omit<StoredTrunk, "id">): Promise<StoredTrunk> {
  const [row] = await postgres.query<StoredTrunk>(
    `insert into trunk (name, enabled, networks, username, ha1_md5, ha1_sha256, maximum_calls, outbound_uri)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${columns}`,
    valuesOf(trunk),
  );
  if (row === undefined) throw new Error("An insert returned no row");
  return row;
}

export async function saveTrunk(postgres: Queryable, { id, ...trunk }: StoredTrunk): Promise<void> {
  await postgres.query(
    `update trunk set name = $1, enabled = $2, networks = $3, username = $4, ha1_md5 = $5, ha1_sha256 = $6,
       maximum_calls = $7, outbound_uri = $8 where id = $9`,
    [...valuesOf(trunk), id],
  );
}

function valuesOf(trunk: Omit<StoredTrunk, "id">): unknown[] {
  const { name, enabled, networks, username, ha1Md5, ha1Sha256, maximumCalls, outboundUri } = trunk;
  return [name, enabled, networks, username, ha1Md5, ha1Sha256, maximumCalls, outboundUri];
}

export async function deleteTrunk(postgres: Queryable, id: string): Promise<void> {
  await postgres.query("delete from trunk where id = $1", [id]);
}
