import { bind, type BoundEndpoint, type SignedInContext } from "../base/handler.ts";
import { Failure } from "../base/failure.ts";
import * as contract from "../contract/operations.ts";
import type { Servers } from "../contract/operations.ts";
import type { Postgres, Queryable } from "../store/postgres.ts";
import { actorOf } from "./audit.ts";
import type { MediaDrains } from "./media-servers.ts";
import { drainMediaServer, undrainMediaServer } from "./media-servers.postgres.ts";

export interface ServersOffice {
  postgres: Postgres;
  drains: MediaDrains;
  /** As this node sees them now. */
  servers(): Servers;
}

/** The servers that calls go through, and the switch that empties a media server. */
export function serverEndpoints(office: ServersOffice): BoundEndpoint[] {
  return [
    bind(contract.listServers, () => Promise.resolve(office.servers())),
    bind(contract.drainMediaServer, ({ body: { name, force } }, context) =>
      change(office, async (inside) => {
        const servers = office.servers().media.map((each) => ({
          name: each.name,
          isReady: each.state === "up" || each.state === "draining",
        }));
        await drainMediaServer(inside, actorOf(context), { name, force, servers });
      }),
    ),
    bind(contract.undrainMediaServer, ({ body: { name } }, context) =>
      change(office, async (inside) => undrain(inside, context, name)),
    ),
  ];
}

async function change(office: ServersOffice, run: (inside: Queryable) => Promise<void>): Promise<Servers> {
  await office.postgres.transaction(run);
  await office.drains.reload();
  return office.servers();
}

async function undrain(inside: Queryable, context: SignedInContext, name: string): Promise<void> {
  if (await undrainMediaServer(inside, actorOf(context), name)) return;
  throw new Failure("not-found", `The media server ${name} is not being drained`);
}
