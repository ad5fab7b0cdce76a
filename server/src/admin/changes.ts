import { describeError, type Log } from "../base/log.ts";
import type { Role } from "../contract/people.ts";

/** Something that an administrator (or a person about themselves) changed, told after it is in the database. */
export type Change =
  | { what: "people"; personId: string; active: boolean; role: Role }
  /** `members`: everybody whose queues changed with it. */
  | { what: "queues"; queueId: string; removed: boolean; members: string[] }
  /**
   * Skills, teams, schedules, the draft or the versions; `personIds`: whose skills or capacity changed. What it
   * changed in queues is told as "queues".
   */
  | { what: "routing"; personIds: string[] }
  | { what: "numbers" }
  | { what: "flows"; flowId: string }
  | { what: "trunks" }
  | { what: "prompts" }
  | { what: "labels" }
  /** The switch was thrown or changed, or what is prepared for it. */
  | { what: "emergency" }
  | { what: "customers" }
  /** A desk phone's secret was made, replaced or revoked. */
  | { what: "desk-phone"; personId: string }
  | { what: "session-ended"; sessionId: string; personId: string };

export type ChangeListener = (change: Change) => void;

/** Tells the rest of the program about changes, at once and in order. */
export interface Changes {
  /** Returns the function that stops it. A listener that throws is logged. */
  on(listener: ChangeListener): () => void;
  tell(change: Change): void;
}

export function openChanges(log: Log): Changes {
  const listeners = new Set<ChangeListener>();
  return {
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(change) {
      for (const listener of listeners)
        try {
          listener(change);
        } catch (error) {
          log.error({ change, error: describeError(error) }, "a listener of configuration changes threw");
        }
    },
  };
}
