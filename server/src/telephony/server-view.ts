import type { MediaServer, SipServer } from "../contract/operations.ts";
import type { MediaServerLoad } from "./core/choose-media-server.ts";
import { hasRoom, sessionsOn } from "./core/choose-media-server.ts";
import type { MediaConnection } from "./media-connection.ts";
import type { SipEdge } from "./sip-edge.ts";

/** A media server as administrators see it. */
export function viewOfMedia(media: MediaConnection, load: MediaServerLoad): MediaServer {
  const { name, since, reconnects, status, ourChannels: channels } = media;
  const { isDraining } = load;
  return {
    ...{ name, state: stateOf(load), isDraining, since, reconnects, channels },
    waiting: media.beginnings.waiting,
    sessions: status?.sessions ?? null,
    maxSessions: status?.maxSessions ?? null,
    idleCpu: status?.idleCpu ?? null,
    failures: Object.fromEntries(media.failures),
    mayBeStopped: isEmptied(load),
    sentence: load.isUp ? sayHowItStands(load) : media.sentence,
  };
}

export function viewOfSip(edge: SipEdge, counts: { legs: number; registrations: number }): SipServer {
  const { name, isUp, since, reconnects, sentence } = edge;
  return { name, state: isUp ? "up" : "down", since, reconnects, ...counts, sentence };
}

function stateOf({ isUp, isDraining, isPaused }: MediaServerLoad): MediaServer["state"] {
  if (!isUp) return "down";
  if (isDraining) return "draining";
  return isPaused ? "paused" : "up";
}

function isEmptied(load: MediaServerLoad): boolean {
  return load.isDraining && load.ourChannels === 0 && sessionsOn(load) === 0;
}

function sayHowItStands(load: MediaServerLoad): string {
  if (isEmptied(load)) return "0 calls: may be stopped";
  if (load.isDraining) {
    const sessions = sessionsOn(load);
    return `Draining: ${sessions} ${sessions === 1 ? "channel is" : "channels are"} left, ${load.ourChannels} of this node's calls`;
  }
  if (load.isPaused) return "It says that it takes no sessions (fsctl resume ends that)";
  if (!hasRoom(load)) return "Full";
  return load.hasJustRefused ? "It has just refused a channel" : "Takes calls";
}
