/** The door of the store's PostgreSQL: a pool that outlives the database's absences. */
import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { Failure } from "../base/failure.ts";
import { describeError, type Log } from "../base/log.ts";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "./embedded-postgres.ts";
import { migrate } from "./migrate.ts";
import { listenToPostgres, type Listening, type NoticeListener } from "./postgres-listener.ts";
import { codeOf, isUnavailable, isWorthRepeating } from "./unavailable.ts";

export type { Listening, NoticeListener } from "./postgres-listener.ts";
export { brokenConstraint } from "./unavailable.ts";

/** Something that runs SQL: the pool, or the inside of a transaction. Values are never put into the text. */
export interface Queryable {
  /** The rows. bigint arrives as number, timestamptz as Date, date as string. */
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Postgres extends Queryable {
  /**
   * All or nothing. Repeated up to three times on serialization failures and deadlocks, so `run` must have no
   * effect outside the database. A Failure thrown inside rolls back and passes through.
   */
  transaction<T>(run: (inside: Queryable) => Promise<T>): Promise<T>;
  /** Resolves if the database answers within two seconds, else Failure "unavailable". */
  ping(): Promise<void>;
  readonly url: string;
  /** `application_name` of this pool's connections, different for each: tells one's own notifications from others'. */
  readonly identity: string;
  /** Connections of the pool, and who waits for one. */
  load(): { inUse: number; idle: number; waiting: number };
  /** Hears notifications (`pg_notify`) of a channel until closed. Close it before the pool. */
  listen(channel: string, listener: NoticeListener): Listening;
  /** Waits for running statements, then stops an embedded server. Idempotent. */
  close(): Promise<void>;
}

export type PostgresLocation = { url: string } | { embedded: { dataDir: string } };

export interface PostgresOptions {
  /** How long to wait for a database that is not there yet. Default 30 s. */
  startTimeoutMs?: number;
  maximumConnections?: number;
  /** Off for a database that is already as it should be (a clone in tests). Default on. */
  migrate?: boolean;
}

/**
 * Opens (and if embedded, creates and starts) the database and brings its schema up to date. Throws Failure
 * "unavailable" when it cannot be reached in time, "disk-full", or an Error with one clear sentence.
 * While the database is away later, every call rejects with Failure "unavailable" within seconds, and the pool
 * reconnects by itself.
 */
export async function openPostgres(
  location: PostgresLocation,
  log: Log,
  options: PostgresOptions = {},
): Promise<Postgres> {
  const embedded =
    "embedded" in location ? await startEmbeddedPostgres(location.embedded.dataDir, log) : null;
  const url = embedded?.url ?? (location as { url: string }).url;
  const identity = `ringdown/${randomBytes(6).toString("hex")}`;
  const pool = openPool(url, options.maximumConnections ?? 10, identity, log);
  try {
    await waitUntilReachable(pool, options.startTimeoutMs ?? 30_000, log);
    if (options.migrate ?? true) await migrate(url, log);
  } catch (error) {
    await pool.end();
    await embedded?.close();
    throw error;
  }
  return new PooledPostgres({ url, identity, pool, embedded, log });
}

type ParserOf = typeof pg.types.getTypeParser;
const parserOf = pg.types.getTypeParser as (oid: number, format: "text") => (value: string) => unknown;
/** bigint (20): ours stay below 2^53. date (1082): a day is no moment. */
const ownParsers: Record<number, (value: string) => unknown> = { 20: Number, 1082: String };

function openPool(url: string, max: number, identity: string, log: Log): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: identity,
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 30_000,
    query_timeout: 15_000,
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    types: {
      getTypeParser: ((oid: number, format: "text") => ownParsers[oid] ?? parserOf(oid, format)) as ParserOf,
    },
  });
  // A connection that breaks while idle is an event, not a rejection; without a listener it would end the process.
  pool.on("error", (error) => {
    if (pool.ending) return; // our own server may stop before it has read all the goodbyes
    log.warn({ error: describeError(error) }, "a connection to PostgreSQL broke");
  });
  // The same while checked out, between two statements of a transaction.
  pool.on("connect", (client) => {
    client.on("error", (error) => {
      log.debug({ error: describeError(error) }, "a PostgreSQL connection in use broke");
    });
  });
  return pool;
}

async function waitUntilReachable(pool: pg.Pool, timeoutMs: number, log: Log): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await pool.query("select 1");
      return;
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > giveUpAt) throw explainUnreachable(error);
      if (attempt === 1) log.warn({ error: describeError(error) }, "PostgreSQL does not answer yet");
      await wait(Math.min(250 * attempt, 2_000));
    }
  }
}

function explainUnreachable(error: unknown): Error {
  const detail = describeError(error) || (codeOf(error) ?? "no answer");
  return new Failure("unavailable", `PostgreSQL cannot be used: ${detail}. Check DATABASE_URL.`);
}

interface Parts {
  url: string;
  identity: string;
  pool: pg.Pool;
  embedded: EmbeddedPostgres | null;
  log: Log;
}

class PooledPostgres implements Postgres {
  readonly url: string;
  readonly identity: string;
  readonly #pool: pg.Pool;
  readonly #embedded: EmbeddedPostgres | null;
  readonly #log: Log;
  #closing: Promise<void> | null = null;

  constructor({ url, identity, pool, embedded, log }: Parts) {
    this.url = url;
    this.identity = identity;
    this.#pool = pool;
    this.#embedded = embedded;
    this.#log = log;
  }

  listen(channel: string, listener: NoticeListener): Listening {
    return listenToPostgres(this.url, channel, listener, this.#log);
  }

  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row & pg.QueryResultRow>(text, [...values])).rows;
    } catch (error) {
      throw translate(error);
    }
  }

  async transaction<T>(run: (inside: Queryable) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(run);
      } catch (error) {
        if (!isWorthRepeating(error) || attempt === 3) throw translate(error);
      }
    }
  }

  async #attempt<T>(run: (inside: Queryable) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("begin");
      const result = await run(inside(client));
      await client.query("commit");
      return result;
    } catch (error) {
      broken = await rollBack(client, error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  load(): { inUse: number; idle: number; waiting: number } {
    const { totalCount, idleCount: idle, waitingCount } = this.#pool;
    // For whom a connection is idle, gets it in the next moment.
    return { inUse: totalCount - idle, idle, waiting: Math.max(0, waitingCount - idle) };
  }

  async ping(): Promise<void> {
    const late = new AbortController();
    const tooLate = wait(2_000, undefined, { signal: late.signal, ref: false }).then(() => {
      throw new Failure("unavailable", "PostgreSQL does not answer");
    });
    try {
      await Promise.race([this.query("select 1"), tooLate]);
    } finally {
      tooLate.catch(() => undefined); // the abort below is its end
      late.abort();
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#pool.end().then(() => this.#embedded?.close());
    return this.#closing;
  }
}

function inside(client: pg.PoolClient): Queryable {
  return {
    query: async <Row extends object>(text: string, values: readonly unknown[] = []) =>
      (await client.query<Row & pg.QueryResultRow>(text, [...values])).rows,
  };
}

/** Returns the error if the connection is of no more use, so that the pool throws it away. */
async function rollBack(client: pg.PoolClient, cause: unknown): Promise<Error | undefined> {
  try {
    if (!isUnavailable(cause)) await client.query("rollback");
    else return cause instanceof Error ? cause : new Error("broken");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error("broken");
  }
}

function translate(error: unknown): unknown {
  if (error instanceof Failure || !isUnavailable(error)) return error;
  if (codeOf(error) === "53100") return new Failure("disk-full", "The disk of the database is full");
  const failure = new Failure("unavailable", "The database does not answer; try again in a moment");
  failure.cause = error;
  return failure;
}
