/**
 * The routing document as a file: YAML with comments that say who is who, or JSON. What is written can be read again
 * and means the same; people may also write names where an id is wanted, and leave out ids of new things.
 */
import { randomUUID } from "node:crypto";
import { Document, isMap, isScalar, isSeq, parseDocument, type Scalar, visit } from "yaml";
import type { FileSurroundings } from "../admin/routing-files.ts";
import { RoutingDocument } from "../contract/routing.ts";
import { Failure } from "../base/failure.ts";

const preface = (
  version: number,
) => ` Ringdown's routing: skills, schedules, teams, queues, and what agents can do.
 Exported from version ${version}. Things are known by their ids: change a name here, and it is renamed; take a thing
 out, and it is removed. A new thing needs no id. Where an id is wanted, a name will do (of a queue, team, schedule or
 flow), and for a person the user name.
   ringdown config plan FILE    what is wrong with this file, and what it would change
   ringdown config apply FILE   publish it
 Times are milliseconds. docs/configuration.md describes every part.`;

const comments: Record<string, string> = {
  skills: " What agents are good at. Requirements go by the key, so that it stays.",
  schedules: " Opening hours. Days: 1 is Monday, 7 is Sunday. On a holiday only its own intervals count.",
  teams: " People who are put into queues together.",
  queues: " Queues with their settings, members and teams. A person's own membership goes before a team's.",
  agents: " Proficiencies from 1 to 10, and what somebody can do at a time (null: one call).",
};

export function writeRouting(document: RoutingDocument, { version, names }: FileSurroundings): string {
  const yaml = new Document(document);
  yaml.commentBefore = preface(version);
  const own = [document.skills, document.schedules, document.teams, document.queues].flat();
  const nameOf = new Map([...names, ...own.map(({ id, name }): [string, string] => [id, name])]);
  if (isMap(yaml.contents))
    for (const { key } of yaml.contents.items)
      if (isScalar(key) && typeof key.value === "string") {
        const comment = comments[key.value];
        if (comment !== undefined) explain(key, comment);
      }
  visit(yaml, {
    Scalar(at, node, path) {
      const pair = path.at(-1);
      const isOwnId = at === "value" && pair !== undefined && "key" in pair && isKey(pair.key, "id");
      const name = typeof node.value === "string" && at !== "key" && !isOwnId && nameOf.get(node.value);
      if (typeof name === "string") node.comment = ` ${name}`;
    },
  });
  return yaml.toString({ lineWidth: 0 });
}

function explain(key: Scalar, comment: string): void {
  key.commentBefore = comment;
  key.spaceBefore = true;
}

function isKey(key: unknown, name: string): boolean {
  return isScalar(key) && key.value === name;
}

/** Reads YAML (and so JSON). Failure "bad-request" with every fault of form, each with its place. */
export function readRouting(text: string, around: FileSurroundings): RoutingDocument {
  const yaml = parseDocument(text, { prettyErrors: true });
  const [fault] = yaml.errors;
  if (fault) throw new Failure("bad-request", `The file can't be read: ${fault.message.trim()}`);
  const raw: unknown = yaml.toJS({ maxAliasCount: 100 });
  const completed = complete(raw, around);
  const parsed = RoutingDocument.safeParse(completed);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => {
    const line = lineOf(yaml, path, text);
    return `  ${path.join(".") || "the file"}${line === null ? "" : ` (line ${line})`}: ${message}`;
  });
  throw new Failure("bad-request", `The file is no routing document:\n${faults.slice(0, 20).join("\n")}`);
}

function lineOf(
  yaml: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
  text: string,
): number | null {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = yaml.getIn(path.slice(0, length), true);
    const range = isScalar(node) || isMap(node) || isSeq(node) ? node.range : null;
    if (range) return text.slice(0, range[0]).split("\n").length;
  }
  return null;
}

const lists = ["skills", "schedules", "teams", "queues"] as const;
const references = new Set([
  "personId",
  "teamId",
  "scheduleId",
  "queueId",
  "flowId",
  "personIds",
  "borrowFrom",
]);

/** Ids for what has none: that of the published thing of the same name, else a new one. Names become ids. */
function complete(raw: unknown, { published, idByName }: FileSurroundings): unknown {
  if (!isRecord(raw)) return raw;
  const ids = new Map(idByName);
  const completed: Record<string, unknown> = { ...raw };
  for (const list of ["agents", ...lists]) completed[list] ??= [];
  for (const list of lists) {
    const things: unknown = completed[list];
    if (!Array.isArray(things)) continue;
    const taken = new Set(things.map((thing) => (isRecord(thing) ? thing["id"] : undefined)));
    const known = new Map(published[list].map(({ id, name }) => [name.toLowerCase(), id]));
    completed[list] = things.map((thing: unknown) => {
      if (!isRecord(thing)) return thing;
      const name = typeof thing["name"] === "string" ? thing["name"].trim().toLowerCase() : "";
      const former = known.get(name);
      const usual = former !== undefined && !taken.has(former) ? former : randomUUID();
      const id = thing["id"] ?? usual;
      if (typeof id === "string") ids.set(`${kindOf[list]}:${name}`, id);
      return { ...thing, id };
    });
  }
  return resolve(completed, null, ids);
}

const kindOf = { skills: "skill", schedules: "schedule", teams: "team", queues: "queue" };
const kindOfReference: Record<string, string> = {
  ...{ personId: "person", personIds: "person", teamId: "team", scheduleId: "schedule" },
  ...{ queueId: "queue", borrowFrom: "queue", flowId: "flow" },
};

function resolve(value: unknown, key: string | null, ids: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string" && key !== null && references.has(key))
    return ids.get(`${kindOfReference[key] ?? ""}:${value.trim().toLowerCase()}`) ?? value;
  if (Array.isArray(value)) return value.map((each: unknown) => resolve(each, key, ids));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolve(inner, name, ids)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
