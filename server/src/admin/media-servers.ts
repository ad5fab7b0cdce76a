/** Which media servers are being drained, kept in memory and followed, and what this node sees told to the others. */
import type { Clock } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import type { MediaServer } from "../contract/operations.ts";
import type { Postgres } from "../store/postgres.ts";
import { forgetMediaReports, listMediaDrains, saveMediaReports } from "./media-servers.postgres.ts";

const retryMs = 1_000;
const lookEveryMs = 2_000;
/** A node that says nothing for a minute counts as gone. */
const tellAtLeastEveryMs = 20_000;

export interface MediaDrains {
  /** Whether this server takes no new calls; from memory. */
  has(name: string): boolean;
  /** Reads them again; rejects while the database is away. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** Reads what is drained now, and follows it, whichever node or command line changes it. */
export async function openMediaDrains(postgres: Postgres, clock: Clock, log: Log): Promise<MediaDrains> {
  let drained: ReadonlySet<string> = new Set();
  let stopRetry = () => {};
  let isClosed = false;
  async function reload(): Promise<void> {
    drained = new Set((await listMediaDrains(postgres)).map(({ name }) => name));
  }
  /** Never rejects: late rather than never. */
  async function follow(): Promise<void> {
    stopRetry();
    try {
      await reload();
    } catch (error) {
      if (isClosed) return;
      log.warn({ error: describeError(error) }, "Which media servers are drained could not be read yet");
      stopRetry = clock.setTimer(clock.now() + retryMs, () => void follow());
    }
  }
  await reload();
  const listening = postgres.listen("ringdown_media_drain", {
    heard: () => void follow(),
    connected: () => void follow(),
  });
  return {
    has: (name) => drained.has(name),
    reload,
    async close() {
      isClosed = true;
      stopRetry();
      await listening.close();
    },
  };
}

/** Writes how this node sees the media servers whenever that has changed. Close it before the database. */
export function tellMediaServers(
  { postgres, clock, log, nodeId }: { postgres: Postgres; clock: Clock; log: Log; nodeId: string },
  servers: () => readonly MediaServer[],
): { close(): Promise<void> } {
  let told = "";
  let toldAt = -Infinity;
  let isClosed = false;
  let writing: Promise<void> = Promise.resolve();
  let stopTimer = () => {};
  async function look(): Promise<void> {
    const seen = servers();
    const text = JSON.stringify(seen.map(essenceOf));
    if (text !== told || clock.now() - toldAt >= tellAtLeastEveryMs) {
      try {
        await postgres.transaction((inside) => saveMediaReports(inside, nodeId, seen));
        [told, toldAt] = [text, clock.now()];
      } catch (error) {
        log.debug({ error: describeError(error) }, "How the media servers stand could not be written");
      }
    }
    if (!isClosed) stopTimer = clock.setTimer(clock.now() + lookEveryMs, begin);
  }
  function begin(): void {
    writing = look(); // never rejects
  }
  begin();
  return {
    async close() {
      if (isClosed) return;
      isClosed = true;
      stopTimer();
      await writing;
      await forgetMediaReports(postgres, nodeId).catch((error: unknown) => {
        log.debug({ error: describeError(error) }, "What this node told of media servers stays for a minute");
      });
    },
  };
}

/** Without what changes all the time and interests nobody for itself. */
function essenceOf({ name, state, sessions, maxSessions, channels, sentence }: MediaServer): object {
  return { name, state, sessions, maxSessions, channels, sentence };
}
