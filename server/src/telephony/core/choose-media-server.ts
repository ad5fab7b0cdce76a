/**
 * Which media server takes the next channel. Pure: what is known of each comes in, and a number that grows by one with
 * each choice, by which those that are equally loaded take turns.
 */

/** One server, as it stands now. */
export interface MediaServerLoad {
  name: string;
  /** Connected, and it answers. */
  isUp: boolean;
  /** An administrator wants it empty. */
  isDraining: boolean;
  /** It said itself that it takes no sessions. */
  isPaused: boolean;
  /** It refused a channel a moment ago: taken only when nobody else is there. */
  hasJustRefused: boolean;
  /** Channels of ours that are up or being made, counted by us. */
  ourChannels: number;
  /** What the server told last: all its sessions, and how many of them were ours then. Null: nothing told yet. */
  told: { sessions: number; ourChannels: number; maxSessions: number } | null;
}

/** Where the limit is not known (yet), for comparing only. FreeSWITCH's own default. */
const assumedMaxSessions = 1_000;

/** All sessions on it, as far as can be known: those of others by what it told last, ours as they are now. */
export function sessionsOn({ told, ourChannels }: MediaServerLoad): number {
  if (told === null) return ourChannels;
  return Math.max(0, told.sessions - told.ourChannels) + ourChannels;
}

/** Whether one more channel fits. */
export function hasRoom(server: MediaServerLoad): boolean {
  const most = server.told?.maxSessions ?? 0;
  return most <= 0 || sessionsOn(server) < most;
}

/** Whether it takes new calls at all, full or not. */
export function takesCalls({ isUp, isDraining, isPaused }: MediaServerLoad): boolean {
  return isUp && !isDraining && !isPaused;
}

/** The name of the least loaded server that takes calls and has room; null when there is none. */
export function chooseMediaServer(
  servers: readonly MediaServerLoad[],
  turn: number,
  except: ReadonlySet<string> = new Set(),
): string | null {
  const able = servers.filter((each) => takesCalls(each) && hasRoom(each) && !except.has(each.name));
  const willing = able.filter(({ hasJustRefused }) => !hasJustRefused);
  const candidates = willing.length > 0 ? willing : able;
  const least = Math.min(...candidates.map(loadOf));
  const equal = candidates.filter((each) => loadOf(each) === least);
  return equal[turn % Math.max(1, equal.length)]?.name ?? null;
}

/** From 0, empty, to 1, full. */
function loadOf(server: MediaServerLoad): number {
  const most = server.told?.maxSessions ?? 0;
  return sessionsOn(server) / (most > 0 ? most : assumedMaxSessions);
}
