/** Media servers in the database: which are being drained, and how the nodes see them. */
import { Failure } from "../base/failure.ts";
import type { MediaServer } from "../contract/operations.ts";
import type { Queryable } from "../store/postgres.ts";
import { type Actor, audit } from "./audit.ts";
import { type KnownMediaServer, refusalOfDrain } from "./core/may-drain.ts";

export interface MediaServerDrain {
  name: string;
  since: Date;
  byName: string;
}

export async function listMediaDrains(postgres: Queryable): Promise<MediaServerDrain[]> {
  return await postgres.query<MediaServerDrain>(
    `select name, since, by_name as "byName" from media_server_drain order by name`,
  );
}

/**
 * Drains a server, or leaves it drained. Throws Failure "not-found" for one that nobody knows, and "conflict" for the
 * last one that takes calls; `force` allows both.
 */
export async function drainMediaServer(
  inside: Queryable,
  actor: Actor,
  { name, force, servers }: { name: string; force: boolean; servers: readonly KnownMediaServer[] },
): Promise<void> {
  // Two administrators who drain the last two servers at the same time take turns.
  await inside.query("lock table media_server_drain in share row exclusive mode");
  const drained = new Set((await listMediaDrains(inside)).map((each) => each.name));
  if (drained.has(name)) return;
  const refusal = refusalOfDrain(name, servers, drained);
  if (refusal !== null && !force)
    throw new Failure(refusal.isUnknown ? "not-found" : "conflict", refusal.sentence);
  const byName = actor.user?.name ?? "the command line";
  await inside.query("insert into media_server_drain (name, by_name) values ($1, $2)", [name, byName]);
  const detail = refusal === null ? {} : { forced: refusal.sentence };
  await audit(inside, actor, { action: "media-server.drained", subject: `media-server:${name}`, detail });
}

/** Whether it was drained. */
export async function undrainMediaServer(inside: Queryable, actor: Actor, name: string): Promise<boolean> {
  const rows = await inside.query("delete from media_server_drain where name = $1 returning name", [name]);
  if (rows.length === 0) return false;
  await audit(inside, actor, { action: "media-server.undrained", subject: `media-server:${name}` });
  return true;
}

/** How one node sees one server. */
export interface MediaServerReport {
  nodeId: string;
  name: string;
  state: MediaServer["state"];
  sessions: number | null;
  maxSessions: number | null;
  channels: number;
  sentence: string;
  toldAt: Date;
}

/** Those of nodes that have told of themselves lately. */
export async function listMediaReports(postgres: Queryable): Promise<MediaServerReport[]> {
  return await postgres.query<MediaServerReport>(
    `select node_id as "nodeId", name, state, sessions, max_sessions as "maxSessions", channels, sentence,
            told_at as "toldAt"
       from media_server_report where told_at > now() - interval '60 seconds' order by name, node_id`,
  );
}

/** Replaces what this node told before. */
export async function saveMediaReports(
  inside: Queryable,
  nodeId: string,
  servers: readonly MediaServer[],
): Promise<void> {
  const names = servers.map(({ name }) => name);
  await inside.query("delete from media_server_report where node_id = $1 and name <> all($2)", [
    nodeId,
    names,
  ]);
  for (const { name, state, sessions, maxSessions, channels, sentence } of servers)
    await inside.query(
      `insert into media_server_report (node_id, name, state, sessions, max_sessions, channels, sentence)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (node_id, name) do update set state = $3, sessions = $4, max_sessions = $5, channels = $6,
         sentence = $7, told_at = now()`,
      [nodeId, name, state, sessions, maxSessions, channels, sentence],
    );
}

/** A node that leaves sees nothing any more. */
export async function forgetMediaReports(postgres: Queryable, nodeId: string): Promise<void> {
  await postgres.query("delete from media_server_report where node_id = $1", [nodeId]);
}
