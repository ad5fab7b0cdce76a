import type { Flow } from "../contract/flow.ts";
import type { Person } from "../contract/people.ts";
import type { Queue } from "../contract/queues.ts";
import type { PhoneNumber } from "../contract/telephony.ts";
import type { Queryable } from "../store/postgres.ts";
import { listFlowsPublished } from "./flows.postgres.ts";
import { listLabels, type Label } from "./labels.postgres.ts";
import { listNumbers } from "./numbers.postgres.ts";
import { listDeskPhones, listPeople, type StoredPhone } from "./people.postgres.ts";
import { listQueues } from "./queues.postgres.ts";
import { listStoredTrunks, type StoredTrunk } from "./trunks.postgres.ts";

export type { StoredTrunk } from "./trunks.postgres.ts";
export type StoredNumber = PhoneNumber;

export interface DirectoryRows {
  queues: Queue[];
  numbers: StoredNumber[];
  flows: { flowId: string; version: number; flow: Flow }[];
  people: Person[];
  trunks: StoredTrunk[];
  deskPhones: StoredPhone[];
  /** Retired ones included. */
  notReadyReasons: Label[];
  dispositions: Label[];
}

export async function loadDirectory(postgres: Queryable): Promise<DirectoryRows> {
  const [queues, numbers, flows, people, trunks, deskPhones, notReadyReasons, dispositions] =
    await Promise.all([
      listQueues(postgres),
      listNumbers(postgres),
      listFlowsPublished(postgres),
      listPeople(postgres),
      listStoredTrunks(postgres),
      listDeskPhones(postgres),
      listLabels(postgres, "not_ready_reason"),
      listLabels(postgres, "disposition"),
    ]);
  return { queues, numbers, flows, people, trunks, deskPhones, notReadyReasons, dispositions };
}
