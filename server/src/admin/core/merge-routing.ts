/**
 * Two changes of the same routing document made into one, thing by thing and field by field. Where only one side
 * changed a field, its value holds; where both did, differently, that is a collision, and `mine` stays.
 */
import type { RoutingDocument } from "../../contract/routing.ts";
import { documentOf, isSame, isUnchanged, type Thing, thingsOf, type What } from "./routing-fields.ts";

export interface Collision {
  what: What;
  id: string;
  /** Null: one side removed the thing and the other changed it. */
  field: string | null;
  mine: unknown;
  theirs: unknown;
}

export interface Merged {
  document: RoutingDocument;
  collisions: Collision[];
}

export function mergeRouting(base: RoutingDocument, mine: RoutingDocument, theirs: RoutingDocument): Merged {
  const [was, here, there] = [thingsOf(base), thingsOf(mine), thingsOf(theirs)];
  const collisions: Collision[] = [];
  const things: Thing[] = [];
  for (const key of new Set([...here.keys(), ...there.keys()])) {
    const merged = mergeThing(was.get(key), here.get(key), there.get(key), collisions);
    if (merged) things.push(merged);
  }
  return { document: documentOf(things), collisions };
}

function mergeThing(
  was: Thing | undefined,
  mine: Thing | undefined,
  theirs: Thing | undefined,
  collisions: Collision[],
): Thing | undefined {
  if (was && (!mine || !theirs)) return mergeRemoval(was, mine, theirs, collisions);
  if (!mine || !theirs) return mine ?? theirs;
  const fields = new Map<string, unknown>();
  for (const field of new Set([...mine.fields.keys(), ...theirs.fields.keys()])) {
    const [base, one, other] = [was, mine, theirs].map((thing) => thing?.fields.get(field));
    const isMineNew = !isSame(base, one);
    if (isMineNew && !isSame(base, other) && !isSame(one, other))
      collisions.push({ what: mine.what, id: mine.id, field, mine: one ?? null, theirs: other ?? null });
    const kept = isMineNew ? one : other;
    if (kept !== undefined) fields.set(field, kept);
  }
  return { ...mine, fields };
}

/** Agents come and go by their fields; other things are removed as a whole. */
function mergeRemoval(
  was: Thing,
  mine: Thing | undefined,
  theirs: Thing | undefined,
  collisions: Collision[],
): Thing | undefined {
  if (was.what === "agent") {
    const nothing: Thing = { ...was, fields: new Map() };
    const merged = mergeThing(was, mine ?? nothing, theirs ?? nothing, collisions);
    return merged && merged.fields.size > 0 ? merged : undefined;
  }
  const left = mine ?? theirs;
  if (!left || isUnchanged(was, left)) return undefined;
  const removed = "removed";
  const { what, id } = was;
  collisions.push({
    what,
    id,
    field: null,
    mine: mine ? "changed" : removed,
    theirs: theirs ? "changed" : removed,
  });
  return mine;
}
