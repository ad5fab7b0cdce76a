/** What changes from one routing document to another: things matched by id, field by field, in readable values. */
import type { RoutingDifference, RoutingDocument } from "../../contract/routing.ts";
import { isRecord, isSame, type Thing, thingsOf } from "./routing-fields.ts";

/** Names, by id, of what documents refer to but don't hold: people, flows, prompts. */
export type Names = ReadonlyMap<string, string>;

/** Skills first, agents last; the order of people's reading within each. */
export function diffRouting(
  before: RoutingDocument,
  after: RoutingDocument,
  names: Names = new Map(),
): RoutingDifference[] {
  const [old, now] = [thingsOf(before), thingsOf(after)];
  const oldName = namer(before, names);
  const newName = namer(after, names);
  const differences: RoutingDifference[] = [];
  for (const [key, thing] of old) if (!now.has(key)) differences.push(...gone(thing, oldName));
  for (const [key, thing] of now) {
    const former = old.get(key);
    differences.push(...(former ? changes(former, thing, oldName, newName) : come(thing, newName)));
  }
  return differences.toSorted((a, b) => order.indexOf(a.what) - order.indexOf(b.what));
}

const order: RoutingDifference["what"][] = ["skill", "schedule", "team", "queue", "agent"];

export type Namer = (id: string) => string | undefined;

/** Names of what a document holds, and of what it refers to. */
export function namer(document: RoutingDocument, names: Names): Namer {
  const own = new Map(
    [document.skills, document.schedules, document.teams, document.queues].flatMap((things) =>
      things.map(({ id, name }): [string, string] => [id, name]),
    ),
  );
  return (id) => own.get(id) ?? names.get(id);
}

/** An agent is a person who is there anyway: only what they have changes. */
function come(thing: Thing, nameOf: Namer): RoutingDifference[] {
  if (thing.what === "agent") return changes({ ...thing, fields: new Map() }, thing, nameOf, nameOf);
  const { what, id, name, value } = thing;
  return [{ kind: "added", what, id, name, field: null, before: null, after: readable(value, nameOf) }];
}

function gone(thing: Thing, nameOf: Namer): RoutingDifference[] {
  if (thing.what === "agent") return changes(thing, { ...thing, fields: new Map() }, nameOf, nameOf);
  const { what, id, name, value } = thing;
  return [{ kind: "removed", what, id, name, field: null, before: readable(value, nameOf), after: null }];
}

function changes(before: Thing, after: Thing, oldName: Namer, newName: Namer): RoutingDifference[] {
  const { what, id } = after;
  const name = after.name || (newName(id) ?? id);
  return [...new Set([...after.fields.keys(), ...before.fields.keys()])]
    .filter((field) => !isSame(before.fields.get(field), after.fields.get(field)))
    .map((field) => ({
      kind: "changed",
      what,
      id,
      name,
      field: field
        .split(".")
        .map((step) => newName(step) ?? oldName(step) ?? step)
        .join("."),
      before: readable(before.fields.get(field) ?? null, oldName),
      after: readable(after.fields.get(field) ?? null, newName),
    }));
}

/** Ids replaced by the names of what they stand for; a thing keeps its own id. */
export function readable(value: unknown, nameOf: Namer, isOwnId = false): unknown {
  if (typeof value === "string") return isOwnId ? value : (nameOf(value) ?? value);
  if (Array.isArray(value)) return value.map((each) => readable(each, nameOf));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, readable(inner, nameOf, key === "id")]),
  );
}
