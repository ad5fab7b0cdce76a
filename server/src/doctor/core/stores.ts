/** PostgreSQL and Redis. */
import { judgeOffset } from "./clocks.ts";
import { type Finding, ok, problem, warning } from "./finding.ts";

export interface PostgresFacts {
  /** server_version_num: 180001. */
  version: number;
  mayCreate: boolean;
  /** The extension that searches need: there, or to be had by this user. */
  trigrams: boolean;
  applied: readonly string[];
  known: readonly string[];
  roundTripMs: number;
  /** Theirs minus ours. */
  clockOffsetMs: number;
  maxConnections: number;
  usedConnections: number;
}

/** What one controller takes: the pool, the listener, a migration. */
const ownConnections = 12;

export function judgePostgres(facts: PostgresFacts): Finding[] {
  const { version, applied, known } = facts;
  const major = Math.floor(version / 10_000);
  return [
    major >= 14
      ? ok("postgres: version", `PostgreSQL ${major}.${version % 10_000} answers`)
      : problem("postgres: version", `PostgreSQL ${major} is too old`, "Use PostgreSQL 14 or newer"),
    judgeRights(facts),
    judgeMigrations(applied, known),
    judgeRoundTrip("postgres: round trip", facts.roundTripMs, [5, 50]),
    judgeConnections(facts),
    judgeOffset("PostgreSQL", facts.clockOffsetMs),
  ];
}

function judgeRights({ mayCreate, trigrams }: PostgresFacts): Finding {
  const name = "postgres: rights";
  if (!mayCreate)
    return problem(
      name,
      "The user may not create tables in schema public",
      "Make the user the owner of the database (alter database ... owner to ...)",
    );
  if (!trigrams)
    return problem(
      name,
      "The extension pg_trgm is missing, and this user may not create it",
      "As a superuser in this database: create extension pg_trgm (package postgresql-contrib)",
    );
  return ok(name, "The user may create what the schema needs");
}

function judgeMigrations(applied: readonly string[], known: readonly string[]): Finding {
  const name = "postgres: schema";
  const newer = applied.filter((step) => !known.includes(step));
  if (newer.length > 0)
    return problem(
      name,
      `The database is of a newer version (${newer.at(-1) ?? ""})`,
      "Start that version, or restore the backup that was made before it",
    );
  if (applied.length === 0) return ok(name, "The database is new: the first start makes the schema");
  const missing = known.length - applied.length;
  if (missing === 0) return ok(name, `The schema is up to date (${applied.at(-1) ?? ""})`);
  return warning(
    name,
    `The schema lacks ${missing === 1 ? "one step" : `${missing} steps`} of this version`,
    "Make a backup; the next start brings it up to date",
  );
}

function judgeRoundTrip(name: string, ms: number, [slow, tooSlow]: [number, number]): Finding {
  const saw = `It takes ${ms.toFixed(1)} ms`;
  const advice = "Run it nearer: on the same machine or in the same network";
  if (ms > tooSlow) return problem(name, saw, advice);
  return ms > slow ? warning(name, saw, advice) : ok(name, saw);
}

function judgeConnections({ maxConnections, usedConnections }: PostgresFacts): Finding {
  const name = "postgres: connections";
  const free = maxConnections - usedConnections;
  const saw = `${usedConnections} of ${maxConnections} connections are used; a controller takes up to ${ownConnections}`;
  if (free >= ownConnections) return ok(name, saw);
  return warning(name, saw, "Raise max_connections, or end what else uses the server");
}

export interface RedisFacts {
  version: string;
  /** Null: the server does not tell (CONFIG is forbidden, as on some managed services). */
  config: { appendonly: string; appendfsync: string; maxmemory: string; policy: string } | null;
  writeMs: number;
  clockOffsetMs: number;
}

export function judgeRedis({ version, config, writeMs, clockOffsetMs }: RedisFacts): Finding[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isKnown = major > 6 || (major === 6 && minor >= 2);
  return [
    isKnown
      ? ok("redis: version", `Redis ${version} answers`)
      : problem("redis: version", `Redis ${version} is too old`, "Use Redis 6.2 or newer, or Valkey"),
    ...judgeRedisConfig(config),
    judgeRoundTrip("redis: a write", writeMs, [5, 50]),
    judgeOffset("Redis", clockOffsetMs),
  ];
}

function judgeRedisConfig(config: RedisFacts["config"]): Finding[] {
  if (config === null)
    return [
      warning(
        "redis: what survives a restart",
        "Redis does not tell its settings (CONFIG is not allowed)",
        "Make sure that appendonly is yes and maxmemory-policy noeviction",
      ),
    ];
  const { appendonly, appendfsync, maxmemory, policy } = config;
  const findings: Finding[] = [];
  const survives = "redis: what survives a restart";
  if (appendonly !== "yes")
    findings.push(
      warning(
        survives,
        "appendonly is off: a restart of Redis forgets who waits",
        "Set appendonly yes (config set appendonly yes, and in redis.conf)",
      ),
    );
  else if (appendfsync === "no")
    findings.push(
      warning(
        survives,
        "appendfsync is no: a power cut may lose the last half minute",
        "Set appendfsync everysec",
      ),
    );
  else findings.push(ok(survives, `Writes are appended to a file (appendfsync ${appendfsync})`));
  const memory = "redis: when memory is full";
  if (policy === "noeviction") findings.push(ok(memory, "Nothing is evicted (noeviction)"));
  else
    findings.push(
      (maxmemory === "0" ? warning : problem)(
        memory,
        `maxmemory-policy is ${policy}: Redis may throw away the router's log`,
        "Set maxmemory-policy noeviction",
      ),
    );
  return findings;
}
