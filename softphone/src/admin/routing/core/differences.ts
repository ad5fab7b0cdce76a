import type { routing } from "@ringdown/contract";

type Difference = routing.RoutingDifference;

/** All differences of one thing. */
export interface ChangedThing {
  what: Difference["what"];
  id: string;
  name: string;
  /** Of the thing as a whole. */
  kind: Difference["kind"];
  /** Set when the name changed, and with it nothing but a label. */
  renamedFrom: string | null;
  changes: FieldChange[];
}

/** A field before and after. `part` is what comes behind the field: a person's name, a skill, a cause. */
export interface FieldChange {
  field: string;
  part: string | null;
  before: unknown;
  after: unknown;
}

/** Fields whose parts are things of their own, with names that may hold dots. */
const keyed = ["members", "teams", "personIds", "skills", "settings.overflow"];

/** Differences by thing, in the order in which they came. */
export function groupDifferences(differences: readonly Difference[]): ChangedThing[] {
  const things = new Map<string, ChangedThing>();
  for (const { what, id, name, kind, field, before, after } of differences) {
    const key = `${what} ${id}`;
    const thing = things.get(key) ?? { what, id, name, kind, renamedFrom: null, changes: [] };
    things.set(key, thing);
    if (field === "name" && typeof before === "string") thing.renamedFrom = before;
    else if (field !== null) thing.changes.push({ ...splitField(field), before, after });
  }
  return [...things.values()];
}

function splitField(path: string): { field: string; part: string | null } {
  const field = keyed.find((one) => path.startsWith(`${one}.`));
  return field === undefined ? { field: path, part: null } : { field, part: path.slice(field.length + 1) };
}
