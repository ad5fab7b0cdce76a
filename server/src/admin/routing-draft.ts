/** The one draft that everybody works on, against what others have published since it began. */
import type { RoutingDifference, RoutingDraft, RoutingProblem } from "../contract/routing.ts";
import type { Queryable } from "../store/postgres.ts";
import { describeCollisions } from "./core/describe-collisions.ts";
import { type Collision, type Merged, mergeRouting } from "./core/merge-routing.ts";
import { emptyRouting } from "./core/routing-fields.ts";
import { judge, type PublishedRouting } from "./routing.ts";
import { findVersion, saveDraft } from "./routing-versions.postgres.ts";

interface MergedDraft extends Merged {
  /** The collisions as people read them. */
  sentences: { collision: Collision; subject: string; message: string }[];
}

/** The draft with what others have published since; both sides of a collision in words. */
export async function mergeDraft(
  inside: Queryable,
  draft: RoutingDraft,
  published: PublishedRouting,
): Promise<MergedDraft> {
  const { baseVersion, document } = draft;
  if (baseVersion === published.version) return { document, collisions: [], sentences: [] };
  const base = (await findVersion(inside, baseVersion))?.document ?? emptyRouting;
  const merged = mergeRouting(base, document, published.document);
  return {
    ...merged,
    sentences: describeCollisions(merged.collisions, document, published.document, published.names),
  };
}

/** Problems and differences of what publishing the draft would make. */
export async function judgeDraft(
  inside: Queryable,
  draft: RoutingDraft,
  published: PublishedRouting,
): Promise<{ problems: RoutingProblem[]; differences: RoutingDifference[] }> {
  const merged = await mergeDraft(inside, draft, published);
  const { problems, differences } = judge(merged.document, published);
  const collisions = merged.sentences.map(({ subject, message }): RoutingProblem => ({
    severity: "warning",
    path: "",
    subject,
    message,
  }));
  return { problems: [...collisions, ...problems], differences };
}

/** From now on the draft is one of what is published, with its own values where both had changed something. */
export async function rebaseDraft(
  inside: Queryable,
  draft: RoutingDraft,
  { document, sentences }: MergedDraft,
  version: number,
): Promise<string> {
  const { revision, changedBy } = draft;
  await saveDraft(inside, { baseVersion: version, document, changedBy, revision: revision + 1 });
  const said = sentences.map(({ message }) => message).slice(0, 5);
  const more = sentences.length > said.length ? ` And ${sentences.length - said.length} more.` : "";
  return `${said.join(". ")}.${more} The draft keeps its own values: look at the differences again, then publish`;
}
