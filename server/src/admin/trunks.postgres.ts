import type * as contract from "../contract/trunks.ts";
import type { Queryable } from "../store/postgres.ts";

/** A password that must be known (digest as a client), encrypted; admin/secret-box.ts. */
type Sealed = string | null;

/** A trunk with what digest needs; no password is readable here. */
export interface StoredTrunk {
  id: string;
  name: string;
  enabled: boolean;
  networks: string[];
  username: string | null;
  ha1Md5: string | null;
  ha1Sha256: string | null;
  region: string | null;
  maximumCalls: number;
  maximumOutboundCalls: number;
  outbound: {
    uri: string;
    transport: contract.TrunkTransport;
    username: string | null;
    sealedPassword: Sealed;
  } | null;
  registration: {
    registrarUri: string;
    transport: contract.TrunkTransport;
    username: string;
    sealedPassword: Sealed;
    expirySeconds: number;
  } | null;
  checkEverySeconds: number;
  order: number;
  prefixes: string[];
  codecs: contract.TrunkCodec[];
  encryption: contract.TrunkEncryption;
  offer: contract.TrunkOffer;
  callerId: contract.CallerIdRules;
  numbers: contract.NumberRules;
}

/** The user part of our Contact is made by the database and never changes. */
export type KnownTrunk = StoredTrunk & { contactToken: string };

const columnOf: Record<keyof StoredTrunk, string> = {
  id: "id",
  name: "name",
  enabled: "enabled",
  networks: "networks",
  username: "username",
  ha1Md5: "ha1_md5",
  ha1Sha256: "ha1_sha256",
  region: "region",
  maximumCalls: "maximum_calls",
  maximumOutboundCalls: "maximum_outbound_calls",
  outbound: "outbound",
  registration: "registration",
  checkEverySeconds: "check_every_seconds",
  order: "carrier_order",
  prefixes: "prefixes",
  codecs: "codecs",
  encryption: "encryption",
  offer: "media_offer",
  callerId: "caller_id",
  numbers: "number_rules",
};
const fields = Object.keys(columnOf) as (keyof StoredTrunk)[];
const columns = [
  ...fields.map((field) => `${columnOf[field]} as "${field}"`),
  `contact_token as "contactToken"`,
].join(", ");

export async function listStoredTrunks(postgres: Queryable): Promise<KnownTrunk[]> {
  return await postgres.query<KnownTrunk>(`select ${columns} from trunk order by lower(name)`);
}

export async function findTrunk(postgres: Queryable, id: string): Promise<KnownTrunk | null> {
  const [row] = await postgres.query<KnownTrunk>(`select ${columns} from trunk where id = $1 for update`, [
    id,
  ]);
  return row ?? null;
}

export async function insertTrunk(postgres: Queryable, trunk: StoredTrunk): Promise<KnownTrunk> {
  const [row] = await postgres.query<KnownTrunk>(
    `insert into trunk (${fields.map((field) => columnOf[field]).join(", ")})
     values (${fields.map((_, index) => `$${index + 1}`).join(", ")}) returning ${columns}`,
    fields.map((field) => trunk[field]),
  );
  if (row === undefined) throw new Error("An insert returned no row");
  return row;
}

export async function saveTrunk(postgres: Queryable, trunk: StoredTrunk): Promise<void> {
  await postgres.query(
    `update trunk set ${fields.map((field, index) => `${columnOf[field]} = $${index + 1}`).join(", ")}
     where id = $${fields.indexOf("id") + 1}`,
    fields.map((field) => trunk[field]),
  );
}

export async function deleteTrunk(postgres: Queryable, id: string): Promise<void> {
  await postgres.query("delete from trunk where id = $1", [id]);
}
