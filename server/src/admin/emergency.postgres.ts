import { Emergency, EmergencyPreset } from "../contract/emergency.ts";
import type { Queryable } from "../store/postgres.ts";

/** What was switched on, also when it has ended by itself since; null while it is off. */
export async function readEmergencyState(postgres: Queryable): Promise<Emergency | null> {
  const [row] = await postgres.query<{ state: unknown }>("select state from emergency");
  return Emergency.nullable().parse(row?.state ?? null);
}

export async function writeEmergencyState(inside: Queryable, state: Emergency | null): Promise<void> {
  await inside.query("update emergency set state = $1, changed_at = now()", [
    state === null ? null : JSON.stringify(state),
  ]);
}

interface PresetRow {
  id: string;
  name: string;
  message: object;
}

function toPreset({ id, name, message }: PresetRow): EmergencyPreset {
  return EmergencyPreset.parse({ id, name, ...message });
}

export async function listPresets(postgres: Queryable): Promise<EmergencyPreset[]> {
  const rows = await postgres.query<PresetRow>(
    "select id, name, message from emergency_preset order by lower(name)",
  );
  return rows.map(toPreset);
}

export async function insertPreset(
  inside: Queryable,
  { name, ...message }: Omit<EmergencyPreset, "id">,
): Promise<EmergencyPreset> {
  const [row] = await inside.query<PresetRow>(
    "insert into emergency_preset (name, message) values ($1, $2) returning id, name, message",
    [name, JSON.stringify(message)],
  );
  if (row === undefined) throw new Error("An insert returned no row");
  return toPreset(row);
}

/** Null when there is no such preset. */
export async function savePreset(
  inside: Queryable,
  { id, name, ...message }: EmergencyPreset,
): Promise<EmergencyPreset | null> {
  const [row] = await inside.query<PresetRow>(
    "update emergency_preset set name = $2, message = $3 where id = $1 returning id, name, message",
    [id, name, JSON.stringify(message)],
  );
  return row === undefined ? null : toPreset(row);
}

/** The removed preset's name, or null if there was none. */
export async function deletePreset(inside: Queryable, id: string): Promise<string | null> {
  const [row] = await inside.query<{ name: string }>(
    "delete from emergency_preset where id = $1 returning name",
    [id],
  );
  return row?.name ?? null;
}
