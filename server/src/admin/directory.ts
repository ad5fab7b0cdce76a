import type { Emergency } from "../contract/emergency.ts";
import type { Flow } from "../contract/flow.ts";
import type { Person } from "../contract/people.ts";
import { isOpen } from "../contract/opening-hours.ts";
import type { Queue } from "../contract/queues.ts";
import type { AgentCapacity, Skill } from "../contract/routing.ts";
import type { Schedule } from "../contract/schedules.ts";
import type { Change } from "./changes.ts";
import { changesBetween } from "./core/configuration-changes.ts";
import { membershipsByPerson, type QueueMembership } from "./core/memberships.ts";
import type { Label } from "./labels.postgres.ts";
import type { StoredPhone } from "./people.postgres.ts";
import type { Postgres } from "../store/postgres.ts";
import {
  loadDirectory,
  type DirectoryRows,
  type StoredNumber,
  type KnownTrunk,
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
  /** The queues that a person works in, by themselves or by a team, and on which terms. */
  membershipsOf(personId: string): readonly QueueMembership[];
  /** Proficiencies 1 to 10 by skill. */
  skillsOf(personId: string): Readonly<Record<string, number>>;
  /** Null: one call at a time. */
  capacityOf(personId: string): AgentCapacity | null;
  skills(): readonly Skill[];
  schedule(scheduleId: string): Schedule | null;
  schedules(): readonly Schedule[];
  /** By the schedule alone. One that does not exist counts as open: callers are rather served than sent away. */
  isOpen(scheduleId: string, at: number): boolean;
  person(personId: string): Person | null;
  people(): readonly Person[];
  trunks(): readonly KnownTrunk[];
  /** A desk phone of an active person, by its SIP username. */
  deskPhone(username: string): StoredPhone | null;
  /** Reasons and dispositions that may be chosen, not the retired ones. */
  labels(): { notReadyReasons: Label[]; dispositions: Label[] };
  /** What the emergency switch was put on with, also when it has ended by itself (`isEmergencyOn`). */
  emergency(): Emergency | null;
}

export interface OpenDirectory extends Directory {
  /**
   * Reads everything again and answers with what is new, whoever changed it. Throws Failure "unavailable", and then
   * keeps what it had.
   */
  reload(): Promise<Change[]>;
}

export async function openDirectory(postgres: Postgres): Promise<OpenDirectory> {
  let now = index(await loadDirectory(postgres));
  let reloading: Promise<unknown> = Promise.resolve();
  const read = async () => {
    const before = now.rows;
    now = index(await loadDirectory(postgres));
    return changesBetween(before, now.rows);
  };
  return {
    // One after the other: an older answer must not replace a newer one.
    reload() {
      const done = reloading.then(read, read);
      reloading = done;
      return done;
    },
    number: (dialed) => now.numbers.get(dialed) ?? null,
    publishedFlow: (flowId) => now.flows.get(flowId) ?? null,
    queue: (queueId) => now.queues.get(queueId) ?? null,
    queues: () => now.rows.queues,
    numbers: () => now.rows.numbers,
    membershipsOf: (personId) => now.memberships.get(personId) ?? [],
    skillsOf: (personId) => now.agents.get(personId)?.skills ?? {},
    capacityOf: (personId) => now.agents.get(personId)?.capacity ?? null,
    skills: () => now.rows.routing.skills,
    schedule: (scheduleId) => now.schedules.get(scheduleId) ?? null,
    schedules: () => now.rows.routing.schedules,
    isOpen(scheduleId, at) {
      const schedule = now.schedules.get(scheduleId);
      return schedule === undefined || isOpen(schedule, at);
    },
    person: (personId) => now.people.get(personId) ?? null,
    people: () => now.rows.people,
    trunks: () => now.rows.trunks,
    deskPhone: (username) => now.deskPhones.get(username) ?? null,
    labels: () => now.labels,
    emergency: () => now.rows.emergency,
  };
}

function index(rows: DirectoryRows) {
  return {
    rows,
    memberships: membershipsByPerson(rows.routing),
    agents: new Map(rows.routing.agents.map((each) => [each.personId, each])),
    schedules: new Map(rows.routing.schedules.map((each) => [each.id, each])),
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
