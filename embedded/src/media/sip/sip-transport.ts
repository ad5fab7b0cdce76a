import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import type { SipMessage } from "../core/sip-message.ts";
import { parseSip, serializeSip } from "../core/sip-message.ts";

export interface SipPeer {
  address: string;
  port: number;
}

/** One UDP socket for SIP. Datagrams that aren't SIP are dropped without a word. */
export class SipTransport {
  readonly #socket: Socket;
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static open(host: string, port: number): Promise<SipTransport> {
    return new Promise((resolve, reject) => {
      const socket = createSocket({ type: "udp4" });
      socket.once("error", reject);
      socket.bind(port, host, () => {
        socket.removeListener("error", reject);
        socket.on("error", () => {});
        resolve(new SipTransport(socket));
      });
    });
  }

  get port(): number {
    return this.#socket.address().port;
  }

  listen(onMessage: (message: SipMessage, from: SipPeer) => void): void {
    this.#socket.on("message", (datagram, from) => {
      const message = parseSip(datagram);
      if (message) onMessage(message, { address: from.address, port: from.port });
    });
  }

  send(message: SipMessage, to: SipPeer): void {
    if (!this.#isClosed) this.#socket.send(serializeSip(message), to.port, to.address, () => {});
  }

  close(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#isClosed = true;
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}
