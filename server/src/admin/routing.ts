/**
 * The routing configuration as versions. Whoever changes it, from a screen, a file or a single queue's form, goes
 * through `publish`: checked, compared, written to the tables, kept as a version and noted in the audit, in one
 * transaction.
 */
import { Failure } from "../base/failure.ts";
import type {
  RoutingDifference,
  RoutingDocument,
  RoutingProblem,
  RoutingVersion,
} from "../contract/routing.ts";
import type { Queryable } from "../store/postgres.ts";
import { type Actor, audit, type AuditRecord } from "./audit.ts";
import { checkRouting, type RoutingSurroundings } from "./core/check-routing.ts";
import { diffRouting, type Names } from "./core/diff-routing.ts";
import { inOrder } from "./core/routing-fields.ts";
import { listFlowsPublished } from "./flows.postgres.ts";
import { applyRouting, lockRouting, readRouting } from "./routing.postgres.ts";
import { appendVersion, newestVersion } from "./routing-versions.postgres.ts";

/** What is published, and what there is around it; read in one snapshot or under the lock. */
export interface PublishedRouting {
  version: number;
  document: RoutingDocument;
  around: RoutingSurroundings;
  names: Names;
}

export async function readPublished(inside: Queryable): Promise<PublishedRouting> {
  const version = await newestVersion(inside);
  const document = await readRouting(inside);
  const people = await inside.query<{ id: string; name: string; active: boolean }>(
    "select id, name, active from person",
  );
  const flows = await inside.query<{ id: string; name: string }>(
    "select id, name from flow where removed_at is null",
  );
  const running = new Map((await listFlowsPublished(inside)).map(({ flowId, flow }) => [flowId, flow]));
  const prompts = await inside.query<{ id: string; name: string }>("select id, name from prompt");
  return {
    version,
    document,
    around: {
      people: new Map(people.map(({ id, ...person }) => [id, person])),
      flows: flows.map((each) => ({ ...each, flow: running.get(each.id) ?? null })),
      promptIds: new Set(prompts.map(({ id }) => id)),
      published: document,
    },
    names: new Map([...people, ...flows, ...prompts].map(({ id, name }) => [id, name])),
  };
}

/** What is wrong with a document, and what it would change. */
export function judge(
  document: RoutingDocument,
  { document: before, around, names }: PublishedRouting,
): { problems: RoutingProblem[]; differences: RoutingDifference[] } {
  return { problems: checkRouting(document, around), differences: diffRouting(before, document, names) };
}

export interface Publication {
  document: RoutingDocument;
  source: RoutingVersion["source"];
  note: string;
  actor: Actor;
  /** Noted instead of `routing.published`. */
  record?: AuditRecord;
  /** A single change is not held up by what was wrong before it. */
  onlyNewErrors?: boolean;
}

/** Takes the lock, then reads: what is published can't change until the transaction ends. */
export async function readToChange(inside: Queryable): Promise<PublishedRouting> {
  await lockRouting(inside);
  return await readPublished(inside);
}

/** Inside the transaction of `readToChange`. A document without differences makes no version. */
export async function publish(
  inside: Queryable,
  published: PublishedRouting,
  { document, source, note, actor, record, onlyNewErrors }: Publication,
): Promise<{ version: number; differences: RoutingDifference[] }> {
  const { problems, differences } = judge(document, published);
  const known = onlyNewErrors === true ? checkRouting(published.document, published.around) : [];
  refuseErrors(problems, known);
  if (differences.length === 0) return { version: published.version, differences };
  const version = published.version + 1;
  await applyRouting(inside, published.document, document);
  const count = differences.length;
  const kept = inOrder(document);
  await appendVersion(inside, {
    version,
    person: actor.user,
    note,
    source,
    differences: count,
    document: kept,
  });
  const usual = { action: "routing.published", subject: `routing:${version}`, detail: { note, source } };
  await audit(inside, actor, record ?? usual);
  return { version, differences };
}

function refuseErrors(problems: readonly RoutingProblem[], known: readonly RoutingProblem[]): void {
  const accepted = new Set(known.map(({ message }) => message));
  const errors = problems.filter(({ severity, message }) => severity === "error" && !accepted.has(message));
  const [first] = errors;
  if (first === undefined) return;
  const more = errors.length === 1 ? "" : ` (and ${errors.length - 1} more)`;
  throw new Failure(
    "bad-request",
    `${first.message}${more}`,
    errors.map(({ path, message }) => ({ path, message })),
  );
}

/** An installation from before there were versions: what it has becomes the first. */
export async function keepFirstVersion(inside: Queryable, actor: Actor, note: string): Promise<void> {
  await lockRouting(inside);
  if ((await newestVersion(inside)) > 0) return;
  const document = await readRouting(inside);
  const count = diffRouting(
    { ...document, queues: [], skills: [], schedules: [], teams: [], agents: [] },
    document,
  );
  if (count.length === 0) return;
  const { user: person } = actor;
  const differences = count.length;
  await appendVersion(inside, { version: 1, person, note, source: "direct", differences, document });
}
