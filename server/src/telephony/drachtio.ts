/**
 * What this program uses of drachtio-srf 5.0.29 and drachtio-fsmrf 4.1.2, as narrow interfaces. The libraries' own types
 * are missing (fsmrf) or say less than the truth (srf).
 */
import type { EventEmitter } from "node:events";
import type { Server, Socket } from "node:net";
import SrfLibrary from "drachtio-srf";
import MrfLibrary from "drachtio-fsmrf";

export interface SipMessage {
  /** The first value of a header, or several joined by commas; undefined when absent. */
  get(name: string): string | undefined;
  has(name: string): boolean;
  readonly body: string | undefined;
}

export interface SipRequest extends SipMessage, EventEmitter {
  /** Emits "response" for a request of ours, "cancel" for an INVITE that we received. */
  readonly method: string;
  readonly uri: string;
  readonly source: "network" | "application";
  readonly source_address: string;
  readonly source_port: number;
  /** "udp", "tcp" or "tls"; websockets are "tcp" on the real server. */
  readonly protocol: string;
  /** `address:port` on which the server received it. */
  readonly receivedOn?: string;
  readonly stackDialogId: string;
  /** Withdraws an INVITE of ours. */
  cancel(options: object, callback: (error: Error | null) => void): void;
}

export interface SipResponse extends SipMessage {
  readonly status: number;
  readonly reason: string;
  readonly finalResponseSent: boolean;
  send(status: number, options?: SendOptions): void;
  send(status: number, reason: string | undefined, options?: SendOptions): void;
}

export interface SendOptions {
  headers?: Record<string, string>;
  body?: string;
}

export interface SipDialog extends EventEmitter {
  /** drachtio's id: `<Call-ID>;from-tag=<From tag>`. */
  readonly id: string;
  readonly sip: { callId: string };
  readonly connected: boolean;
  local: { sdp: string };
  remote: { sdp: string };
  readonly req: SipRequest;
  destroy(options?: { headers?: Record<string, string> }): Promise<unknown>;
  /** A re-INVITE; resolves with the other side's answer, rejects with a SipError. */
  modify(localSdp: string): Promise<string>;
  request(options: { method: string; headers?: Record<string, string>; body?: string }): Promise<SipResponse>;
  /** A re-INVITE without SDP: their offer, and how to answer it in the ACK. */
  modify(options: { noAck: true }): Promise<{ sdp: string; ack(localSdp: string): void }>;
}

/** A 200 OK with an offer that awaits our answer in the ACK. */
export interface LateOffer {
  sdp: string;
  ack(localSdp: string): Promise<SipDialog>;
  res: SipResponse;
}

export interface UacOptions {
  headers?: Record<string, string>;
  localSdp?: string;
  noAck?: boolean;
  proxy?: string;
}

export interface UacProgress {
  cbRequest?(error: Error | null, request: SipRequest): void;
  cbProvisional?(response: SipResponse): void;
}

export type DialogCallback = (error: Error | null, dialog?: SipDialog) => void;

export interface Srf extends EventEmitter {
  connect(options: { host: string; port: number; secret: string; reconnect?: object }): unknown;
  disconnect(): void;
  use(method: string, handler: (request: SipRequest, response: SipResponse) => void): void;
  createUAS(
    request: SipRequest,
    response: SipResponse,
    options: { localSdp: string; headers?: Record<string, string> },
  ): Promise<SipDialog>;
  createUAC(uri: string, options: UacOptions, progress?: UacProgress): Promise<SipDialog | LateOffer>;
  request(
    uri: string,
    options: {
      method: string;
      headers?: Record<string, string>;
      body?: string;
      proxy?: string;
      stackDialogId?: string;
    },
  ): Promise<SipRequest>;
  /** Calls back before anything that came in the same packet is read: no response is missed, however quick it is. */
  request(
    uri: string,
    options: { method: string; headers?: Record<string, string> },
    onSent: (error: Error | null, request?: SipRequest) => void,
  ): void;
  /** The connect application inside; `client` exists from `connect` on. */
  readonly app: {
    client?: {
      mapServer: Map<Socket, { pendingRequests: Map<string, (tokens: string[]) => void> }>;
      /** drachtio gives no more requests of this method to us; throws when it never did. */
      removeRoute(method: string): void;
      wp?: EventEmitter & {
        closing?: boolean;
        /** `retryDelay` is what it waits for after it has emitted "reconnecting". */
        reconnectVars?: { retryTimer: NodeJS.Timeout | null; retryDelay: number };
        /** Returns the id by which the answer comes. */
        send(socket: Socket, text: string): string;
      };
    };
  };
}

/** Rejected by createUAC when the far end refuses. */
export interface SipError extends Error {
  status: number;
  reason: string;
  /** What refused, where the library passes it on. */
  res?: SipResponse;
}

export function isSipError(error: unknown): error is SipError {
  return error instanceof Error && typeof (error as { status?: unknown }).status === "number";
}

export interface EslEvent {
  getHeader(name: string): string | undefined;
  getBody(): string;
}

/** drachtio-modesl's connection. */
export interface EslConnection {
  subscribe(events: string): void;
  on(event: string, listener: (event: EslEvent) => void): void;
  /** Set true to keep the library from reconnecting by itself. */
  closing: boolean;
  /** Added to whatever is subscribed to. */
  reqEvents: string[];
}

export interface Endpoint extends EventEmitter {
  readonly uuid: string;
  readonly dialog: SipDialog | null;
  readonly connected: boolean;
  local: { sdp?: string };
  execute(
    application: string,
    argument: string,
    callback: (error: Error | null, event?: EslEvent) => void,
  ): unknown;
  api(
    command: string,
    args: string | string[],
    callback: (error: Error | null, event?: EslEvent) => void,
  ): unknown;
}

/** drachtio-modesl's server, to which the channels connect. */
export interface EslServer {
  readonly server: Server;
  /** "connection::open" comes before the library subscribes to anything. */
  on(event: "connection::open", listener: (connection: EslConnection) => void): void;
}

export interface MediaServer extends EventEmitter {
  readonly conn: EslConnection;
  /** Private in the library; there when `connect` has resolved. */
  readonly _server: EslServer;
  maxSessions: number;
  currentSessions: number;
  connected(): boolean;
  disconnect(): void;
  api(command: string, callback: (body: string) => void): unknown;
  /** Without a remote SDP: an INVITE that asks for the media server's offer. */
  createEndpoint(options: { headers: Record<string, string> }): Promise<Endpoint>;
  /** With our `ConnectorSrf` behind the library, `request` and `response` are a PartyOffer. */
  connectCaller(
    request: object,
    response: object,
    options: { headers: Record<string, string> },
  ): Promise<{ endpoint: Endpoint; dialog: SipDialog }>;
}

/** What drachtio-fsmrf calls on the srf that it is given. */
export interface SrfForMedia {
  createUAC(
    uri: string,
    options: UacOptions,
    progress?: UacProgress,
    callback?: DialogCallback,
  ): Promise<SipDialog | LateOffer> | undefined;
  createUAS(
    request: object,
    response: object,
    options: { localSdp: string; headers?: Record<string, string> },
    callback?: DialogCallback,
  ): Promise<SipDialog> | undefined;
}

export interface Mrf {
  connect(options: {
    address: string;
    port: number;
    secret: string;
    listenAddress?: string;
    listenPort?: number;
    advertisedAddress?: string;
  }): Promise<MediaServer>;
}

export function createSrf(): Srf {
  const Library = SrfLibrary as unknown as new () => Srf;
  return new Library();
}

export function createMrf(srf: SrfForMedia): Mrf {
  const Library = MrfLibrary as new (srf: SrfForMedia) => Mrf;
  return new Library(srf);
}
