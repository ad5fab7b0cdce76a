import { Failure } from "../base/failure.ts";
import { bind, type BoundEndpoint, type SignedInContext } from "../base/handler.ts";
import * as contract from "../contract/routing.ts";
import type { RoutingDocument, RoutingDraft } from "../contract/routing.ts";
import type { Queryable } from "../store/postgres.ts";
import { actorOf, audit } from "./audit.ts";
import { refusingConflicts } from "./conflicts.ts";
import { diffRouting } from "./core/diff-routing.ts";
import { emptyRouting } from "./core/routing-fields.ts";
import type { Office } from "./office.ts";
import { judge, publish, type PublishedRouting, readPublished, readToChange } from "./routing.ts";
import { judgeDraft, mergeDraft, rebaseDraft } from "./routing-draft.ts";
import { atOneMoment } from "./routing.postgres.ts";
import { findDraft, findVersion, listVersions, removeDraft, saveDraft } from "./routing-versions.postgres.ts";

/** The routing configuration: what is published, the draft, the versions. */
export function routingEndpoints(office: Office): BoundEndpoint[] {
  const { postgres } = office;
  const tell = () => office.announce();
  return [
    bind(contract.readRouting, () => atOneMoment(postgres, readAll)),
    bind(contract.checkRouting, ({ body }) =>
      atOneMoment(postgres, async (inside) => judge(body.document, await readPublished(inside))),
    ),
    bind(contract.saveRoutingDraft, async ({ body }, context) => {
      const saved = await postgres.transaction((inside) => keepDraft(inside, body, context));
      await tell();
      return saved;
    }),
    bind(contract.discardRoutingDraft, async (_input, context) => {
      await postgres.transaction(async (inside) => {
        await readToChange(inside);
        await removeDraft(inside);
        await audit(inside, actorOf(context), { action: "routing.draft-discarded", subject: "routing" });
      });
      await tell();
      return {};
    }),
    bind(contract.publishRouting, async ({ body }, context) => {
      const published = await refusingConflicts("", () =>
        postgres.transaction((inside) =>
          body.document === undefined
            ? publishDraft(inside, body, context)
            : publishDocument(inside, { ...body, document: body.document }, context),
        ),
      );
      await tell();
      if ("collision" in published) throw new Failure("conflict", published.collision);
      return published;
    }),
    bind(contract.listRoutingVersions, async ({ query }) => ({
      versions: await listVersions(postgres, query.before ?? null, query.limit),
    })),
    bind(contract.readRoutingVersion, ({ params }) =>
      atOneMoment(postgres, (inside) => readVersion(inside, params.version)),
    ),
    bind(contract.rollBackRouting, async ({ params }, context) => {
      const done = await refusingConflicts("", () =>
        postgres.transaction((inside) => rollBack(inside, params.version, context)),
      );
      await tell();
      return done;
    }),
  ];
}

async function readAll(inside: Queryable) {
  const published = await readPublished(inside);
  const draft = await findDraft(inside);
  const { version, document } = published;
  const judged = draft === null ? judge(document, published) : await judgeDraft(inside, draft, published);
  return { version, document, draft, ...judged };
}

interface DraftBody {
  document: RoutingDocument;
  revision: number | null;
  baseVersion?: number | undefined;
}

async function keepDraft(inside: Queryable, body: DraftBody, context: SignedInContext) {
  const published = await readToChange(inside);
  const former = await findDraft(inside);
  refuseStale(former, body.revision);
  const baseVersion = former?.baseVersion ?? body.baseVersion ?? published.version;
  await mustFindVersion(inside, baseVersion);
  const { document } = body;
  const revision = (former?.revision ?? 0) + 1;
  await saveDraft(inside, { baseVersion, document, changedBy: context.user.name, revision });
  const draft = await findDraft(inside);
  if (draft === null) throw new Error("A draft that was saved is not there");
  return { draft, ...(await judgeDraft(inside, draft, published)) };
}

function refuseStale(draft: RoutingDraft | null, seen: number | null): void {
  if ((draft?.revision ?? null) === seen) return;
  if (draft === null)
    throw new Failure("conflict", "There is no draft any more: it was published or thrown away meanwhile");
  const who = draft.changedBy ?? "Somebody";
  throw new Failure("conflict", `${who} has changed the draft meanwhile: look at it again, then save`);
}

/** Merged with what others have published since; a collision is told once, and then the draft's values stand. */
async function publishDraft(
  inside: Queryable,
  { note, revision }: { note: string; revision?: number | undefined },
  context: SignedInContext,
) {
  const published = await readToChange(inside);
  const draft = await findDraft(inside);
  if (draft === null) throw new Failure("not-found", "There is no draft to publish");
  if (revision !== undefined) refuseStale(draft, revision);
  const merged = await mergeDraft(inside, draft, published);
  if (merged.collisions.length > 0)
    return { collision: await rebaseDraft(inside, draft, merged, published.version) };
  const actor = actorOf(context);
  const { document } = merged;
  const done = await publish(inside, published, { document, source: "screen", note, actor });
  await removeDraft(inside);
  return done;
}

async function publishDocument(
  inside: Queryable,
  body: { document: RoutingDocument; baseVersion?: number | undefined; note: string },
  context: SignedInContext,
) {
  const published = await readToChange(inside);
  refuseOutdated(published, body.baseVersion);
  const { document, note } = body;
  return await publish(inside, published, { document, source: "file", note, actor: actorOf(context) });
}

function refuseOutdated({ version }: PublishedRouting, baseVersion: number | undefined): void {
  if (baseVersion === undefined || baseVersion === version) return;
  throw new Failure(
    "conflict",
    `Version ${version} was published meanwhile, and this was made from version ${baseVersion}`,
  );
}

async function mustFindVersion(inside: Queryable, version: number) {
  if (version === 0) return { document: emptyRouting, version: null };
  const found = await findVersion(inside, version);
  if (found === null) throw new Failure("not-found", `There is no version ${version} of the routing`);
  return found;
}

async function readVersion(inside: Queryable, wanted: number) {
  const found = await mustFindVersion(inside, wanted);
  if (found.version === null) throw new Failure("not-found", "There is no version 0 of the routing");
  const before = await mustFindVersion(inside, wanted - 1);
  const published = await readPublished(inside);
  const { version, document } = found;
  return {
    version,
    document,
    toBefore: diffRouting(before.document, document, published.names),
    toNow: diffRouting(document, published.document, published.names),
  };
}

async function rollBack(inside: Queryable, wanted: number, context: SignedInContext) {
  const published = await readToChange(inside);
  const { document } = await mustFindVersion(inside, wanted);
  const actor = actorOf(context);
  const note = `Back to version ${wanted}`;
  const left = withoutTheGone(document, published);
  return await publish(inside, published, { document: left, source: "rollback", note, actor });
}

/** People may have been deleted since. */
function withoutTheGone(document: RoutingDocument, { around }: PublishedRouting): RoutingDocument {
  const isThere = (personId: string) => around.people.has(personId);
  return {
    ...document,
    teams: document.teams.map((team) => ({ ...team, personIds: team.personIds.filter(isThere) })),
    queues: document.queues.map((queue) => ({
      ...queue,
      members: queue.members.filter(({ personId }) => isThere(personId)),
    })),
    agents: document.agents.filter(({ personId }) => isThere(personId)),
  };
}
