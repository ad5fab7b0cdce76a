import type { Flow } from "../contract/flow.ts";
import type { Person } from "../contract/people.ts";
import type { Queue } from "../contract/queues.ts";
import type { Label } from "./labels.postgres.ts";
import type { StoredPhone } from "./people.postgres.ts";
import type { Postgres } from "../store/postgres.ts";
import {
  loadDirectory,
  type DirectoryRows,
  type StoredNumber,
  type StoredTrunk,
} from "./directory.postgres.ts";

export interface PublishedFlow {
  flowId: string;
  version: number;
  flow: Flow;
}

/**
 * The published configuration in memory, so that a call never waits for the database. Up to date before a change
 * is told. Everything returned is shared: not to be changed.
 */
export interface Directory {
  /** The number as dialed, or null. */
  number(dialed: string): StoredNumber | null;
  /** What new calls run, or null when nothing is published. */
  publishedFlow(flowId: string): PublishedFlow | null;
  queue(queueId: string): Queue | null;
  queues(): readonly Queue[];
  numbers(): readonly StoredNumber[];
  /** The queues that a person works in, with the priorities of the memberships. */
  membershipsOf(personId: string): readonly { queueId: string; priority: number }[];
  person(personId: string): Person | null;
  people(): readonly Person[];
  trunks(): readonly StoredTrunk[];
  /** A desk phone of an active person, by its SIP username. */
  deskPhone(username: string): StoredPhone | null;
  /** Reasons and dispositions that may be chosen, not the retired ones. */
  labels(): { notReadyReasons: Label[]; dispositions: Label[] };
}

export interface OpenDirectory extends Directory {
  /** Reads everything again; throws Failure "unavailable", and then keeps what it had. */
  reload(): Promise<void>;
}

export async function openDirectory(postgres: Postgres): Promise<OpenDirectory> {
  let now = index(await loadDirectory(postgres));
  let reloading: Promise<void> = Promise.resolve();
  const read = async () => {
    now = index(await loadDirectory(postgres));
  };
  return {
    // One after the other: an older answer must not replace a newer one.
    reload() {
      reloading = reloading.then(read, read);
      return reloading;
    },
    number: (dialed) => now.numbers.get(dialed) ?? null,
    publishedFlow: (flowId) => now.flows.get(flowId) ?? null,
    queue: (queueId) => now.queues.get(queueId) ?? null,
    queues: () => now.rows.queues,
    numbers: () => now.rows.numbers,
    membershipsOf: (personId) => now.memberships.get(personId) ?? [],
    person: (personId) => now.people.get(personId) ?? null,
    people: () => now.rows.people,
    trunks: () => now.rows.trunks,
    deskPhone: (username) => now.deskPhones.get(username) ?? null,
    labels: () => now.labels,
  };
}

function index(rows: DirectoryRows) {
  const memberships = new Map<string, { queueId: string; priority: number }[]>();
  for (const queue of rows.queues)
    for (const { personId, priority } of queue.members) {
      const mine = memberships.get(personId) ?? [];
      mine.push({ queueId: queue.id, priority });
      memberships.set(personId, mine);
    }
  return {
    rows,
    memberships,
    numbers: new Map(rows.numbers.map((each) => [each.number, each])),
    flows: new Map(rows.flows.map((each) => [each.flowId, each])),
    queues: new Map(rows.queues.map((each) => [each.id, each])),
    people: new Map(rows.people.map((each) => [each.id, each])),
    deskPhones: new Map(rows.deskPhones.map((each) => [each.username, each])),
    labels: { notReadyReasons: open(rows.notReadyReasons), dispositions: open(rows.dispositions) },
  };
}

function open(labels: readonly Label[]): Label[] {
  return labels.filter((label) => !label.retired);
}
