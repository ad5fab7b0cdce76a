import type { Cancel } from "../clock.ts";

export type Protocol = "udp" | "tcp" | "tls" | "ws" | "wss";

export interface Address {
  /** An IP address without brackets, or a name when it is where to connect to. */
  readonly host: string;
  readonly port: number;
}

export interface FlowFailure {
  readonly status: 410 | 503;
  readonly reason: string;
}

/** As drachtio-server answers: a connection that was there and is gone, and a peer that can't be reached. */
export const connectionGone: FlowFailure = { status: 410, reason: "Gone" };
export const unreachable: FlowFailure = { status: 503, reason: "Service Unavailable" };

/**
 * One way to one peer: a stream connection, or a UDP socket together with a remote address. Responses, and
 * requests in a dialog, go back over the flow that the first message came by.
 */
export interface Flow {
  readonly protocol: Protocol;
  readonly isReliable: boolean;
  readonly remote: Address;
  /** What we call ourselves towards this peer, in Via and Contact: the listener's address. */
  readonly local: Address;
  readonly isOpen: boolean;
  /** How a request that couldn't be sent over this flow has failed, for the application that sent it. */
  readonly failure: FlowFailure;
  /** False when the peer can't be reached over this flow any more. Never throws. */
  send(bytes: Buffer): boolean;
  /** Runs when a stream is gone, a connection attempt has failed, or the system refuses to send a datagram. */
  onClose(run: () => void): Cancel;
  /** Ends a stream; means nothing over UDP. */
  close(): void;
}
