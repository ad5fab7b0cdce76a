/** Which node registers with carriers, and what it tells of that (telephony/directories.ts). */
import { RegistrationState } from "../contract/trunks.ts";
import type { Postgres } from "../store/postgres.ts";

const leaseSeconds = 30;

export interface RegistrarLeaseStore {
  hold(): Promise<boolean>;
  release(): Promise<void>;
  tell(trunkId: string, state: RegistrationState): Promise<void>;
  told(): Promise<ReadonlyMap<string, RegistrationState>>;
}

/** `nodeId` names this node, and no other one. */
export function openRegistrarLease(postgres: Postgres, nodeId: string): RegistrarLeaseStore {
  return {
    async hold() {
      const rows = await postgres.query(
        `insert into trunk_registrar (node_id, leased_until) values ($1, now() + make_interval(secs => $2))
         on conflict (id) do update set node_id = excluded.node_id, leased_until = excluded.leased_until
         where trunk_registrar.node_id = excluded.node_id or trunk_registrar.leased_until < now()
         returning node_id`,
        [nodeId, leaseSeconds],
      );
      return rows.length === 1;
    },
    async release() {
      await postgres.query("delete from trunk_registrar where node_id = $1", [nodeId]);
      await postgres.query("delete from trunk_registration where node_id = $1", [nodeId]);
    },
    async tell(trunkId, state) {
      // Of a trunk that was removed meanwhile there is nothing to tell.
      await postgres.query(
        `insert into trunk_registration (trunk_id, node_id, state)
         select id, $2, $3 from trunk where id = $1
         on conflict (trunk_id) do update set node_id = excluded.node_id, state = excluded.state`,
        [trunkId, nodeId, JSON.stringify(state)],
      );
    },
    async told() {
      const rows = await postgres.query<{ trunkId: string; state: unknown }>(
        `select trunk_id as "trunkId", state from trunk_registration`,
      );
      // A row of a newer version that we can't read is as good as none.
      return new Map(
        rows.flatMap(({ trunkId, state }) => {
          const read = RegistrationState.safeParse(state);
          return read.success ? [[trunkId, read.data] as const] : [];
        }),
      );
    },
  };
}
