/** The door of the realtime feed: `/api/realtime`, see contract/live.ts. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Clock } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import type { LiveEvent, ServerMessage } from "../contract/live.ts";
import type { Role } from "../contract/people.ts";
import { closeCodes, RealtimeConnection } from "./realtime-connection.ts";
import { RealtimeStream } from "./realtime-stream.ts";
import { readSessionToken } from "./request-gate.ts";
import { mayAct, type Sessions, type SignedIn } from "./sessions.ts";

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
  /** Connections now. */
  connections(): number;
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

export interface RealtimeOptions {
  sessions: Sessions;
  clock: Clock;
  log: Log;
  snapshotFor(user: RealtimeUser): Snapshot | Promise<Snapshot>;
  /** The origin of the app when it is not this server's own Host (`https://calls.example.org`). */
  publicUrl?: string | undefined;
  /** Events kept per person for those who resume. Default 1,000. */
  keptEvents?: number;
  /** How long a stream outlives its person's last connection. Default two minutes. */
  keptMs?: number;
}

const connectionsPerPerson = 20;

export function openRealtime(options: RealtimeOptions): RealtimeHub {
  return new Hub(options);
}

type Admitted = SignedIn & { token: string };

/** A person who is or was connected a moment ago. */
interface Listener {
  user: RealtimeUser;
  stream: RealtimeStream;
  connections: Set<RealtimeConnection>;
  stopForgetting: () => void;
}

class Hub implements RealtimeHub {
  readonly #options: RealtimeOptions;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 16 * 1024, perMessageDeflate: false });
  readonly #listeners = new Map<string, Listener>();
  /** Those of the listeners who hear what is meant for supervisors: few, however many agents there are. */
  readonly #supervisors = new Set<Listener>();
  readonly #presence = new Set<PresenceListener>();
  /** A drain may take hours: who comes meanwhile is told, too. */
  #goingAway: ServerMessage | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: RealtimeOptions) {
    this.#options = options;
  }

  publish(audience: Audience, event: LiveEvent): void {
    const json = JSON.stringify(event);
    for (const listener of this.#audience(audience)) {
      const streamed = listener.stream.append(json);
      for (const connection of listener.connections) connection.deliver(streamed);
    }
  }

  #audience(audience: Audience): Iterable<Listener> {
    if (audience === "supervisors") return this.#supervisors;
    if (audience === "everyone") return this.#listeners.values();
    const listener = this.#listeners.get(audience.personId);
    return listener ? [listener] : [];
  }

  onPresence(listener: PresenceListener): () => void {
    this.#presence.add(listener);
    return () => this.#presence.delete(listener);
  }

  isConnected(personId: string): boolean {
    return (this.#listeners.get(personId)?.connections.size ?? 0) > 0;
  }

  connections(): number {
    return this.#connections().length;
  }

  /** Who has signed out is not there any more, however long their browser takes to say goodbye. */
  endSession(sessionId: string): void {
    for (const listener of this.#listeners.values())
      for (const connection of listener.connections) {
        if (connection.sessionId !== sessionId) continue;
        connection.send({ type: "signed-out" });
        connection.close(closeCodes.signedOut, "signed out");
        this.#disconnect(listener, connection);
      }
  }

  restart(personId: string): void {
    const listener = this.#listeners.get(personId);
    if (listener === undefined) return;
    listener.stream = new RealtimeStream(this.#options.keptEvents ?? 1_000); // nothing of the old role resumes
    for (const connection of listener.connections) connection.close(closeCodes.restart, "rights changed");
  }

  announceGoingAway(retryAfterMs: number): void {
    this.#goingAway = { type: "going-away", retryAfterMs };
    for (const connection of this.#connections()) connection.send(this.#goingAway);
  }

  #connections(): RealtimeConnection[] {
    return [...this.#listeners.values()].flatMap((listener) => [...listener.connections]);
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#admit(request).then(
      (admitted) => {
        if (typeof admitted === "string") refuse(socket, admitted);
        else
          this.#server.handleUpgrade(request, socket, head, (webSocket) => {
            this.#connect(webSocket, socket, admitted);
          });
      },
      (error: unknown) => {
        this.#options.log.warn({ error: describeError(error) }, "a realtime connection could not be checked");
        refuse(socket, "503 Service Unavailable");
      },
    );
  }

  /** Who it is, or the status line of the refusal. A page of another site has another Origin. */
  async #admit(request: IncomingMessage): Promise<Admitted | string> {
    if (this.#closing !== null) return "503 Service Unavailable";
    if (!this.#isOurOrigin(request)) return "403 Forbidden";
    const token = readSessionToken(request.headers.cookie);
    const signedIn = token === null ? null : await this.#options.sessions.authenticate(token);
    if (signedIn === null) return "401 Unauthorized";
    const held = this.#listeners.get(signedIn.user.id)?.connections.size ?? 0;
    if (token === null || held >= connectionsPerPerson) return "429 Too Many Requests";
    return { ...signedIn, token };
  }

  /** Browsers always send Origin (RFC 6455 section 4.1); without one it is no page that could be tricked. */
  #isOurOrigin({ headers }: IncomingMessage): boolean {
    const { origin, host } = headers;
    if (origin === undefined || origin === this.#options.publicUrl) return true;
    return URL.canParse(origin) && new URL(origin).host === host;
  }

  #connect(socket: WebSocket, wire: Duplex, { sessionId, user, token }: Admitted): void {
    const listener = this.#listenerOf(user);
    const { clock } = this.#options;
    const log = this.#options.log.child({ connectionId: randomUUID(), personId: user.id });
    log.debug({}, "a realtime connection stands");
    const connection: RealtimeConnection = new RealtimeConnection({
      socket,
      wire,
      clock,
      log,
      sessionId,
      stream: listener.stream,
      snapshot: async () => await this.#options.snapshotFor(user),
      isStillSignedIn: async () => (await this.#options.sessions.authenticate(token)) !== null,
      afterwards: () => this.#goingAway,
      onClosed: () => {
        this.#disconnect(listener, connection);
      },
    });
    listener.connections.add(connection);
    if (listener.connections.size === 1) this.#tellPresence(user.id, true);
  }

  #listenerOf(user: RealtimeUser): Listener {
    const listener = this.#listeners.get(user.id) ?? this.#addListener(user);
    listener.stopForgetting();
    listener.user = user;
    if (mayAct(user.role, "supervisor")) this.#supervisors.add(listener);
    else this.#supervisors.delete(listener);
    return listener;
  }

  #addListener(user: RealtimeUser): Listener {
    const listener: Listener = {
      user,
      stream: new RealtimeStream(this.#options.keptEvents ?? 1_000),
      connections: new Set(),
      stopForgetting: () => {},
    };
    this.#listeners.set(user.id, listener);
    return listener;
  }

  #disconnect(listener: Listener, connection: RealtimeConnection): void {
    if (!listener.connections.delete(connection) || listener.connections.size > 0) return;
    const { clock, keptMs = 120_000 } = this.#options;
    listener.stopForgetting();
    listener.stopForgetting = clock.setTimer(clock.now() + keptMs, () => {
      if (listener.connections.size > 0) return;
      this.#listeners.delete(listener.user.id);
      this.#supervisors.delete(listener);
    });
    this.#tellPresence(listener.user.id, false);
  }

  #tellPresence(personId: string, connected: boolean): void {
    for (const listener of this.#presence)
      try {
        listener(personId, connected);
      } catch (error) {
        this.#options.log.error({ error: describeError(error) }, "a presence listener threw");
      }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const connection of this.#connections()) connection.close(1001, "going away");
    await Promise.all(this.#connections().map((connection) => connection.closed));
    for (const listener of this.#listeners.values()) listener.stopForgetting();
    this.#server.close();
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
