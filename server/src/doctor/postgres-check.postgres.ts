import pg from "pg";
import { readMigrationSteps } from "../store/migrate.ts";
import { findRunningPostgres } from "../store/running-postgres.ts";
import { type Check, medianOf, type Surroundings, unreachable, until } from "./check.ts";
import { type Finding, notApplicable } from "./core/finding.ts";
import { judgePostgres, type PostgresFacts } from "./core/stores.ts";

export function postgresCheck({ config }: Surroundings): Check {
  return {
    name: "postgres",
    async run(signal) {
      const url = config.databaseUrl ?? (await findRunningPostgres(config.dataDir));
      if (url === null)
        return [
          notApplicable("postgres", "The embedded database runs only while Ringdown does, and it does not"),
        ];
      return await examine(url, signal);
    },
  };
}

async function examine(url: string, signal: AbortSignal): Promise<Finding[]> {
  const client = new pg.Client({ connectionString: url, application_name: "ringdown-doctor" });
  client.on("error", () => undefined); // told by the statement under way
  try {
    await until(signal, client.connect());
    return judgePostgres(await until(signal, readFacts(client)));
  } catch (error) {
    return [unreachable("postgres", whereOf(url), error, adviceOn(error))];
  } finally {
    void client.end().catch(() => undefined); // a server that does not answer is not waited for
  }
}

async function readFacts(client: pg.Client): Promise<PostgresFacts> {
  const sentAt = Date.now();
  const { rows } = await client.query<Record<string, unknown>>(
    `select extract(epoch from clock_timestamp()) * 1000 as now,
            current_setting('server_version_num')::int as version,
            has_schema_privilege(current_user, 'public', 'CREATE') as "mayCreate",
            (select count(*) > 0 from pg_extension where extname = 'pg_trgm')
              or (select count(*) > 0 from pg_available_extension_versions v where v.name = 'pg_trgm'
                    and (v.trusted and has_database_privilege(current_database(), 'CREATE')
                         or (select rolsuper from pg_roles where rolname = current_user))) as trigrams,
            current_setting('max_connections')::int
              - current_setting('superuser_reserved_connections')::int as "maxConnections",
            (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as "usedConnections",
            to_regclass('public.schema_migration') is not null as "isOurs"`,
  );
  const [row = {}] = rows;
  const halfWay = (sentAt + Date.now()) / 2;
  const applied = row["isOurs"] === true ? await readApplied(client) : [];
  return {
    version: Number(row["version"]),
    mayCreate: row["mayCreate"] === true,
    trigrams: row["trigrams"] === true,
    applied,
    known: (await readMigrationSteps()).map(({ name }) => name),
    roundTripMs: await medianOf(() => client.query("select 1")),
    clockOffsetMs: Number(row["now"]) - halfWay,
    maxConnections: Number(row["maxConnections"]),
    usedConnections: Number(row["usedConnections"]),
  };
}

async function readApplied(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>("select name from schema_migration order by id");
  return rows.map(({ name }) => name);
}

/** Without user and password. */
function whereOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `PostgreSQL at ${host}${pathname}`;
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
function adviceOn(error: unknown): string {
  const { code } = error as { code?: string };
  if (code === "28P01" || code === "28000")
    return "Correct user and password in DATABASE_URL (or pg_hba.conf)";
  if (code === "3D000") return "Create the database (createdb), or correct its name in DATABASE_URL";
  if (code === "53300") return "Raise max_connections, or end what else uses the server";
  if (code === "ENOTFOUND") return "Correct the host in DATABASE_URL";
  return "See that the server runs and lets this machine in; check host and port in DATABASE_URL";
}
