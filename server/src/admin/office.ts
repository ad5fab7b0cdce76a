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
  /**
   * Brings the directory up to date and tells everybody what is new; `also` is something that the directory does not
   * have, told besides. Never rejects: the change is in the database.
   */
  announce(also?: Change): Promise<void>;
}

const retryMs = 1_000;
/** What another process changes comes as one notification for each transaction: some of them are read at once. */
const gatherMs = 20;

/**
 * Announces changes: what is told is what the directory finds new, so that each change is told once, whether it was
 * made here, in another process or on the command line. While the directory cannot be read again the news waits, and
 * is told late rather than never.
 */
export function announcer(
  directory: OpenDirectory,
  changes: Changes,
  clock: Clock,
  log: Log,
): { announce: Office["announce"]; announceSoon(): void; stop(): void } {
  const late: Change[] = [];
  let stopTimer: (() => void) | null = null;
  let stopGathering: (() => void) | null = null;
  let isStopped = false;
  async function announce(also?: Change): Promise<void> {
    let found: Change[];
    try {
      found = await directory.reload();
    } catch (error) {
      if (also !== undefined) late.push(also);
      if (isStopped) return;
      log.warn({ error: describeError(error) }, "changes of the configuration could not be read back yet");
      stopTimer ??= clock.setTimer(clock.now() + retryMs, () => {
        stopTimer = null;
        void announce(); // never rejects
      });
      return;
    }
    for (const change of [...found, ...late.splice(0)]) changes.tell(change);
    if (also !== undefined) changes.tell(also);
  }
  return {
    announce,
    announceSoon() {
      if (isStopped) return;
      stopGathering ??= clock.setTimer(clock.now() + gatherMs, () => {
        stopGathering = null;
        void announce(); // never rejects
      });
    },
    stop() {
      isStopped = true;
      stopGathering?.();
      stopTimer?.();
    },
  };
}
