import type { operations } from "@ringdown/contract";

/** Who would take new calls if this server was drained; the server has the last word (may-drain.ts). */
export function takersBeside(name: string, media: readonly operations.MediaServer[]): string[] {
  return media.filter((each) => each.name !== name && each.state === "up").map((each) => each.name);
}

/** How it stands, for its words: what a drained server is waiting for counts, whatever its connection. */
export type Standing = operations.MediaServerState | "empty" | "full" | "drained-down";

export function standingOf(server: operations.MediaServer): Standing {
  const { state, isDraining, mayBeStopped, sessions, maxSessions } = server;
  if (state === "down") return isDraining ? "drained-down" : "down";
  if (mayBeStopped) return "empty";
  const isFull = state === "up" && maxSessions !== null && maxSessions > 0 && (sessions ?? 0) >= maxSessions;
  return isFull ? "full" : state;
}
