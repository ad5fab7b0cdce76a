/** Where the agents' own choice of status outlives the process. */
import type { Log } from "../base/log.ts";
import { AgentStatus } from "../contract/agent-desk.ts";
import type { Postgres } from "../store/postgres.ts";
import type { StatusStore } from "./agents.ts";

interface Row {
  person_id: string;
  status: string;
  reason: string | null;
}

const upsert = `
  insert into agent_status (person_id, status, reason) values ($1, $2, $3)
  on conflict (person_id) do update set status = excluded.status, reason = excluded.reason, changed_at = now()`;

/** Writes are in order per process; one that fails is logged and replaced by the next. */
export function openStatusStore(postgres: Postgres, log: Log): StatusStore {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async load() {
      const rows = await postgres.query<Row>("select person_id, status, reason from agent_status");
      return rows.map((row) => ({
        personId: row.person_id,
        status: AgentStatus.parse(row.status),
        reason: row.reason,
      }));
    },
    async save(personId, status, reason) {
      last = last
        .then(() => postgres.query(upsert, [personId, status, reason]))
        .catch((error: unknown) => {
          log.warn({ personId, error }, "An agent's status could not be kept for the next start");
        });
      await last;
    },
  };
}
