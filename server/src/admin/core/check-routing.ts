/** What is wrong with a routing document: everything at once, each with a sentence that says what and where. */
import type { Flow } from "../../contract/flow.ts";
import { type KnownSkills, knownSkills } from "../../contract/known-skills.ts";
import type { RoutingDocument, RoutingProblem } from "../../contract/routing.ts";
import { checkAgents } from "./check-agents.ts";
import { checkFlowsOnRouting } from "./check-flows-on-routing.ts";
import { checkOverflow } from "./check-overflow.ts";
import { checkQueues } from "./check-queues.ts";
import { checkSchedules } from "./check-schedules.ts";
import { checkSkills } from "./check-skills.ts";
import { checkUniqueness } from "./check-uniqueness.ts";
import { membershipsByPerson } from "./memberships.ts";

/** What exists around the document. */
export interface RoutingSurroundings {
  people: ReadonlyMap<string, { name: string; active: boolean }>;
  /** All flows; `flow` is what is published, null when nothing is. */
  flows: readonly { id: string; name: string; flow: Flow | null }[];
  /** Uploaded prompts, for music. */
  promptIds: ReadonlySet<string>;
  /** What is published now: what this document would take away from those who use it. */
  published: RoutingDocument;
}

/** What the checks share. */
export interface Inspection {
  document: RoutingDocument;
  around: RoutingSurroundings;
  known: KnownSkills;
  /** What is published now. */
  knownBefore: KnownSkills;
  nameOf(personId: string): string;
  /** Who belongs to a queue, by themselves or by a team. */
  staffOf(queueId: string): readonly { personId: string; level: number }[];
  error(path: string, subject: string, message: string): void;
  warning(path: string, subject: string, message: string): void;
}

/** Never throws, whatever the document says; in the order of the document. */
export function checkRouting(document: RoutingDocument, around: RoutingSurroundings): RoutingProblem[] {
  const problems: RoutingProblem[] = [];
  const staff = staffByQueue(document);
  const inspection: Inspection = {
    document,
    around,
    known: knownSkills(document.skills),
    knownBefore: knownSkills(around.published.skills),
    nameOf: (personId) => around.people.get(personId)?.name ?? personId,
    staffOf: (queueId) => staff.get(queueId) ?? [],
    error: (path, subject, message) => problems.push({ severity: "error", path, subject, message }),
    warning: (path, subject, message) => problems.push({ severity: "warning", path, subject, message }),
  };
  checkUniqueness(inspection);
  checkSkills(inspection);
  checkSchedules(inspection);
  checkAgents(inspection);
  checkQueues(inspection);
  checkOverflow(inspection);
  checkFlowsOnRouting(inspection);
  return problems;
}

function staffByQueue(document: RoutingDocument): Map<string, { personId: string; level: number }[]> {
  const staff = new Map<string, { personId: string; level: number }[]>();
  for (const [personId, memberships] of membershipsByPerson(document))
    for (const { queueId, level } of memberships) {
      const there = staff.get(queueId);
      if (there) there.push({ personId, level });
      else staff.set(queueId, [{ personId, level }]);
    }
  return staff;
}
