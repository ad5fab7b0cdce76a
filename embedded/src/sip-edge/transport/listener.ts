import type { Clock } from "../clock.ts";
import type { Address, Flow, Protocol } from "./flow.ts";

/** Where the transports hand over what arrives. */
export interface Inbox {
  /** One message: a datagram, a websocket frame, or cut out of a stream. */
  onBytes(bytes: Buffer, flow: Flow): void;
  /** A stream broke in this message; the listener closes it right after. */
  onBroken(status: 400 | 513, head: Buffer, flow: Flow): void;
  /** Idle connections that calls or registrations still need are kept. */
  isInUse(flow: Flow): boolean;
  onFlowClosed(flow: Flow): void;
  /** A listener has trouble, such as too many open files; it goes on. */
  onListenerError(error: Error, listener: string): void;
}

export interface TransportLimits {
  readonly maxMessageBytes: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** A connection that nobody uses is closed after this silence. */
  readonly idleTimeoutMs: number;
  /** How long a message may take from its first byte to its last, and a handshake. */
  readonly messageTimeoutMs: number;
  /** Bytes waiting for a peer that doesn't read; more, and the connection is closed. */
  readonly maxUnsentBytes: number;
}

/** What a connection needs of its surroundings. */
export interface FlowContext {
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly inbox: Inbox;
}

export interface Listener {
  readonly protocol: Protocol;
  /** Where it really listens: with port 0 asked for, the port that was given. */
  readonly address: Address;
  close(): Promise<void>;
}

/** Names a local address as seen by a peer. */
export type Advertise = (listener: Address, remoteHost: string) => Address;
