import type { Clock } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import type { Postgres } from "../store/postgres.ts";
import type { Change, Changes } from "./changes.ts";
import type { OpenDirectory } from "./directory.ts";
import type { SessionStore } from "./sessions.ts";

/** What the handlers of administration share. */
export interface Office {
  postgres: Postgres;
  clock: Clock;
  log: Log;
  sessions: SessionStore;
  directory: OpenDirectory;
  /** Brings the directory up to date, then tells everybody. Never rejects: the change is in the database. */
  announce(change: Change): Promise<void>;
}

const retryMs = 1_000;

/** Announces changes; while the directory cannot be read again the news waits, and is told late rather than never. */
export function announcer(
  directory: OpenDirectory,
  changes: Changes,
  clock: Clock,
  log: Log,
): Office["announce"] {
  return async function announce(change: Change): Promise<void> {
    try {
      await directory.reload();
      changes.tell(change);
    } catch (error) {
      log.warn({ change, error: describeError(error) }, "a change could not be read back yet");
      clock.setTimer(clock.now() + retryMs, () => void announce(change)); // never rejects
    }
  };
}
