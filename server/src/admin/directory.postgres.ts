import type { Emergency } from "../contract/emergency.ts";
import type { Flow } from "../contract/flow.ts";
import type { Person } from "../contract/people.ts";
import type { Queue } from "../contract/queues.ts";
import type { RoutingDocument } from "../contract/routing.ts";
import type { PhoneNumber } from "../contract/telephony.ts";
import type { Postgres, Queryable } from "../store/postgres.ts";
import { listPresets, readEmergencyState } from "./emergency.postgres.ts";
import { listFlowsPublished } from "./flows.postgres.ts";
import { listLabels, type Label } from "./labels.postgres.ts";
import { listNumbers } from "./numbers.postgres.ts";
import { listDeskPhones, listPeople, type StoredPhone } from "./people.postgres.ts";
import { atOneMoment, readRouting } from "./routing.postgres.ts";
import { listStoredTrunks, type KnownTrunk } from "./trunks.postgres.ts";

export type { KnownTrunk } from "./trunks.postgres.ts";
export type StoredNumber = PhoneNumber;

export interface DirectoryRows {
  queues: Queue[];
  routing: RoutingDocument;
  numbers: StoredNumber[];
  flows: { flowId: string; version: number; flow: Flow }[];
  people: Person[];
  trunks: KnownTrunk[];
  deskPhones: StoredPhone[];
  /** Retired ones included. */
  notReadyReasons: Label[];
  dispositions: Label[];
  emergency: Emergency | null;
  revisions: Revisions;
}

/** What only screens show: enough of it to see that it changed. */
export interface Revisions {
  /** Published and newest version and the name, by flow. */
  flows: { id: string; text: string }[];
  prompts: string;
  /** What is prepared for the emergency switch. */
  emergencyPresets: string;
  customers: string;
  /** Of the routing: its version, and the draft's revision. */
  routing: string;
}

/** Everything as of one moment. */
export async function loadDirectory(postgres: Postgres): Promise<DirectoryRows> {
  return await atOneMoment(postgres, async (inside) => {
    const routing = await readRouting(inside);
    return {
      routing,
      queues: await queuesOf(inside, routing),
      numbers: await listNumbers(inside),
      flows: await listFlowsPublished(inside),
      people: await listPeople(inside),
      trunks: await listStoredTrunks(inside),
      deskPhones: await listDeskPhones(inside),
      notReadyReasons: await listLabels(inside, "not_ready_reason"),
      dispositions: await listLabels(inside, "disposition"),
      emergency: await readEmergencyState(inside),
      revisions: await readRevisions(inside),
    };
  });
}

async function queuesOf(inside: Queryable, { queues }: RoutingDocument): Promise<Queue[]> {
  const rows = await inside.query<{ id: string; created_at: Date }>(
    "select id, created_at from queue where removed_at is null",
  );
  const createdAt = new Map(rows.map((row) => [row.id, row.created_at.toISOString()]));
  return queues.map(({ id, name, settings, members }) => ({
    ...{ id, name, settings, members },
    createdAt: createdAt.get(id) ?? "",
  }));
}

async function readRevisions(inside: Queryable): Promise<Revisions> {
  const flows = await inside.query<{ id: string; text: string }>(
    `select id, concat_ws(' ', published_version, (select max(version) from flow_version where flow_id = id), name)
       as text from flow where removed_at is null`,
  );
  const emergencyPresets = JSON.stringify(await listPresets(inside));
  const [row] = await inside.query<Record<"prompts" | "routing" | "customers", string>>(
    `select
       (select coalesce(string_agg(concat_ws(' ', id, language, name), ',' order by id), '') from prompt) as prompts,
       (select revision::text from customer_revision) as customers,
       concat_ws(' ', (select max(version) from routing_version), 'draft',
                 (select concat_ws(' ', base_version, revision, changed_at) from routing_draft)) as routing`,
  );
  const { prompts = "", routing = "", customers = "" } = row ?? {};
  return { flows, prompts, routing, customers, emergencyPresets };
}
