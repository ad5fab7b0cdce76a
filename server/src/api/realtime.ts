import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { LiveEvent, ServerMessage } from "../contract/live.ts";
import type { Role } from "../contract/people.ts";

/** A signed-in person at one realtime connection. */
export interface RealtimeUser {
  id: string;
  name: string;
  role: Role;
}

/**
 * Who hears an event: everybody who is signed in, supervisors and administrators, or one person (whatever their
 * role). Each person has one stream, numbered without gaps, that merges what is meant for them.
 */
export type Audience = "everyone" | "supervisors" | { personId: string };

/** What a snapshot holds besides the stream's own numbers; an agent gets empty lists. */
export type Snapshot = Omit<Extract<ServerMessage, { type: "snapshot" }>, "type" | "stream" | "seq" | "now">;

/** Told when a person's first connection opens and when their last one is gone. */
export type PresenceListener = (personId: string, connected: boolean) => void;

/** The hub of `/api/realtime`, see contract/live.ts. */
export interface RealtimeHub {
  /** Sends to all who are connected now and keeps it for those who resume. Never throws. */
  publish(audience: Audience, event: LiveEvent): void;
  /** Returns the function that stops it. A listener that throws is logged. */
  onPresence(listener: PresenceListener): () => void;
  isConnected(personId: string): boolean;
  /** Session over: says `signed-out` and closes that session's connections. */
  endSession(sessionId: string): void;
  /** Role or rights changed: closes the person's connections; they come back with a new snapshot. */
  restart(personId: string): void;
  /** Draining: tells everybody to come back later; connections stay until `close`. */
  announceGoingAway(retryAfterMs: number): void;
  /** Serves one upgrade request; api.ts calls it. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes all connections (1001) and stops the heartbeats. Idempotent. */
  close(): Promise<void>;
}
