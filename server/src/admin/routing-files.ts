/** The routing for the command line, which works on the database directly; running servers hear of it. */
import { Failure } from "../base/failure.ts";
import type { RoutingDifference, RoutingDocument, RoutingProblem } from "../contract/routing.ts";
import type { Postgres } from "../store/postgres.ts";
import { system } from "./audit.ts";
import { refusingConflicts } from "./conflicts.ts";
import type { Names } from "./core/diff-routing.ts";
import { judge, publish, readPublished, readToChange } from "./routing.ts";
import { atOneMoment } from "./routing.postgres.ts";
import { findVersion } from "./routing-versions.postgres.ts";

/** What a file is written for and read against. */
export interface FileSurroundings {
  /** Of `document`. */
  version: number;
  /** What is published, or the version that was asked for. */
  document: RoutingDocument;
  published: RoutingDocument;
  names: Names;
  /** Ids by `person:<username>` and `flow:<name>`, in small letters. */
  idByName: ReadonlyMap<string, string>;
}

/** Failure "not-found" for a version that there is not. */
export async function readFileSurroundings(
  postgres: Postgres,
  wanted: number | null,
): Promise<FileSurroundings> {
  return await atOneMoment(postgres, async (inside) => {
    const published = await readPublished(inside);
    const usernames = await inside.query<{ id: string; username: string }>("select id, username from person");
    const idByName = new Map([
      ...usernames.map(({ id, username }): [string, string] => [`person:${username.toLowerCase()}`, id]),
      ...published.around.flows.map(({ id, name }): [string, string] => [`flow:${name.toLowerCase()}`, id]),
    ]);
    const { document, version, names } = published;
    const common = { published: document, names, idByName };
    if (wanted === null || wanted === version) return { ...common, version, document };
    const found = await findVersion(inside, wanted);
    if (found === null) throw new Failure("not-found", `There is no version ${wanted} of the routing`);
    return { ...common, version: wanted, document: found.document };
  });
}

export interface RoutingPlan {
  document: RoutingDocument;
  /** What it was compared with. */
  version: number;
  problems: RoutingProblem[];
  differences: RoutingDifference[];
}

/** Failure "conflict" when something was published since `version`. */
export async function planRouting(
  postgres: Postgres,
  document: RoutingDocument,
  version: number,
): Promise<RoutingPlan> {
  return await atOneMoment(postgres, async (inside) => {
    const published = await readPublished(inside);
    refuseOutdated(published.version, version);
    return { document, version, ...judge(document, published) };
  });
}

/** Publishes what was planned, unless something else was published meanwhile (Failure "conflict"). */
export async function changeRouting(
  postgres: Postgres,
  { document, version }: Pick<RoutingPlan, "document" | "version">,
  note: string,
): Promise<{ version: number }> {
  return await refusingConflicts("", () =>
    postgres.transaction(async (inside) => {
      const published = await readToChange(inside);
      refuseOutdated(published.version, version);
      return await publish(inside, published, { document, source: "file", note, actor: system });
    }),
  );
}

function refuseOutdated(now: number, version: number): void {
  if (now === version) return;
  throw new Failure(
    "conflict",
    `Version ${now} was published meanwhile (the plan was made against ${version})`,
  );
}
