import type { PhoneNumber } from "../contract/telephony.ts";
import type { Queryable } from "../store/postgres.ts";

const columns = `id, number, label, flow_id as "flowId", open_to_web as "openToWeb"`;

export async function listNumbers(postgres: Queryable): Promise<PhoneNumber[]> {
  return await postgres.query<PhoneNumber>(`select ${columns} from number order by number`);
}

/** Refuses (null) a flow that is not there any more. */
export async function insertNumber(
  postgres: Queryable,
  number: Omit<PhoneNumber, "id">,
): Promise<PhoneNumber | null> {
  const [row] = await postgres.query<PhoneNumber>(
    `insert into number (number, label, flow_id, open_to_web)
     select $1, $2, id, $4 from flow where id = $3 and removed_at is null returning ${columns}`,
    [number.number, number.label, number.flowId, number.openToWeb],
  );
  return row ?? null;
}

export async function findNumber(postgres: Queryable, id: string): Promise<PhoneNumber | null> {
  const [row] = await postgres.query<PhoneNumber>(`select ${columns} from number where id = $1`, [id]);
  return row ?? null;
}

export async function saveNumber(postgres: Queryable, number: PhoneNumber): Promise<void> {
  await postgres.query("update number set label = $2, flow_id = $3, open_to_web = $4 where id = $1", [
    number.id,
    number.label,
    number.flowId,
    number.openToWeb,
  ]);
}

export async function deleteNumber(postgres: Queryable, id: string): Promise<void> {
  await postgres.query("delete from number where id = $1", [id]);
}
