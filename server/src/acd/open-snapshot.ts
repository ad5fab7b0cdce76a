import { describeError } from "../base/log.ts";
import type { Board } from "./core/board.ts";
import { createBoard } from "./core/board.ts";
import { restoreBoard } from "./core/snapshot.ts";

/**
 * A snapshot that this version of the program cannot read (it was downgraded) must not keep it from starting: then the
 * board is empty, and the sessions that the snapshot names, in whatever version, are to be asked what they hold.
 */
export function openSnapshot(text: string): { board: Board; strangers: string[]; problem: string | null } {
  try {
    return { board: restoreBoard(text), strangers: [], problem: null };
  } catch (error) {
    return { board: createBoard(), strangers: sessionsIn(text), problem: describeError(error) };
  }
}

/** The nodes' sessions of a snapshot of any version; none when even that cannot be read. */
function sessionsIn(text: string): string[] {
  try {
    const { nodes } = JSON.parse(text) as { nodes?: unknown };
    if (!Array.isArray(nodes)) return [];
    const sessions = nodes.map((each: unknown) => (Array.isArray(each) ? (each[1] as unknown) : null));
    return sessions.filter((session) => typeof session === "string");
  } catch {
    return []; // not even JSON: nothing in it can be asked
  }
}
