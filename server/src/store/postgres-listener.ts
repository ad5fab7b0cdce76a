/** Hears what is told with NOTIFY, on a connection of its own that is opened again whenever it is lost. */
import pg from "pg";
import { describeError, type Log } from "../base/log.ts";

export interface NoticeListener {
  /** A notification came; payloads are at most 8,000 bytes. */
  heard(payload: string): void;
  /** Connected (again): what was told before, or in between, was missed. */
  connected(): void;
}

export interface Listening {
  /** Idempotent. */
  close(): Promise<void>;
}

const firstPauseMs = 100;
const longestPauseMs = 10_000;
/** A connection that died without a word (a router that forgot it) is found out by asking. */
const probeEveryMs = 20_000;

/** Never rejects: while the database is away it tries again and again, with growing pauses. */
export function listenToPostgres(
  url: string,
  channel: string,
  listener: NoticeListener,
  log: Log,
): Listening {
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | null = null;
  let pauseMs = firstPauseMs;
  let isClosed = false;
  let attempt: Promise<void> = Promise.resolve();

  async function connect(): Promise<void> {
    const fresh = new pg.Client({
      connectionString: url,
      application_name: "ringdown-listen",
      connectionTimeoutMillis: 3_000,
      query_timeout: 5_000,
      keepAlive: true,
    });
    client = fresh;
    fresh.on("error", () => undefined); // "end" comes too
    fresh.on("end", () => {
      if (client === fresh) connectLater();
    });
    fresh.on("notification", ({ payload }) => {
      listener.heard(payload ?? "");
    });
    try {
      await fresh.connect();
      await fresh.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      log.debug({ error: describeError(error) }, "changes can't be listened for yet");
      if (client === fresh) connectLater();
      await drop(fresh);
      return;
    }
    if (isClosed) {
      await drop(fresh);
      return;
    }
    pauseMs = firstPauseMs;
    probeLater(fresh);
    listener.connected();
  }

  function connectLater(): void {
    client = null;
    if (isClosed) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => {
      attempt = connect();
    }, pauseMs).unref();
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }

  function probeLater(current: pg.Client): void {
    timer = setTimeout(() => {
      current.query("select 1").then(
        () => {
          if (client === current) probeLater(current);
        },
        () => {
          if (client === current) connectLater();
          return drop(current);
        },
      );
    }, probeEveryMs).unref();
  }

  attempt = connect();
  return {
    async close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      const last = client;
      client = null;
      await attempt;
      if (last !== null) await drop(last);
    },
  };
}

/** The goodbye may fail where the connection has. */
async function drop(client: pg.Client): Promise<void> {
  await client.end().catch(() => undefined);
}
