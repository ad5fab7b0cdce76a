/** What a media server tells of itself: the reply to `status`, and the headers of its heartbeat. */

export interface MediaStatus {
  /** It takes no sessions: paused (`fsctl pause`), or on its way down. */
  isPaused: boolean;
  /** All sessions on it, whoever controls them. */
  sessions: number;
  /** 0: it did not say. */
  maxSessions: number;
  /** Of its machine, 0 to 1; null: it did not say. */
  idleCpu: number | null;
}

/** Reads the reply to `status` (mod_commands); null when it is none. */
export function readStatus(text: string): MediaStatus | null {
  const state = /^FreeSWITCH \(Version .*\) is (not ready|ready)\s*$/m.exec(text)?.[1];
  const sessions = /^(\d+) session\(s\) - peak /m.exec(text)?.[1];
  if (state === undefined || sessions === undefined) return null;
  const maxSessions = /^(\d+) session\(s\) max/m.exec(text)?.[1];
  const idleCpu = /^min idle cpu [\d.]+\/([\d.]+)/m.exec(text)?.[1];
  return {
    isPaused: state === "not ready",
    sessions: Number(sessions),
    maxSessions: Number(maxSessions ?? 0),
    idleCpu: idleCpu === undefined ? null : shareOf(idleCpu),
  };
}

/** Reads a HEARTBEAT, which does not say whether the server is paused; null when it says nothing of sessions. */
export function readHeartbeat(
  header: (name: string) => string | undefined,
): Omit<MediaStatus, "isPaused"> | null {
  const sessions = Number(header("Session-Count") ?? NaN);
  const maxSessions = Number(header("Max-Sessions") ?? NaN);
  if (!Number.isInteger(sessions) || !Number.isInteger(maxSessions)) return null;
  const idleCpu = header("Idle-CPU");
  return { sessions, maxSessions, idleCpu: idleCpu === undefined ? null : shareOf(idleCpu) };
}

/** Channel UUIDs in the reply to `show channels`; the first column of each row. */
export function channelIdsIn(reply: string): string[] {
  return reply
    .split("\n")
    .map((line) => line.split(",", 1)[0] ?? "")
    .filter((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id));
}

/** A percentage as a share. */
function shareOf(percent: string): number | null {
  const value = Number(percent);
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value / 100)) : null;
}
