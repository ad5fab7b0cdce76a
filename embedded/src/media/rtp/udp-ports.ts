import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";

/** Addresses are literals: looking them up would cost a turn of the event loop per packet. */
function lookup(
  address: string,
  _options: unknown,
  callback: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
  callback(null, address, 4);
}

function bind(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: "udp4", lookup });
    socket.once("error", (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, () => {
      socket.removeAllListeners("error");
      resolve(socket);
    });
  });
}

function closeSocket(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}

export interface PortPair {
  rtp: Socket;
  rtcp: Socket;
}

/**
 * Binds an even port for RTP and the next one for RTCP (RFC 3550 section 11), within the range or
 * anywhere. Throws when none is free.
 */
export class UdpPorts {
  readonly #min: number;
  readonly #max: number;
  #next: number;

  constructor(min = 0, max = 0) {
    this.#min = min + (min % 2);
    this.#max = max;
    this.#next = this.#min;
  }

  async allocate(): Promise<PortPair> {
    const attempts = this.#min > 0 ? Math.floor((this.#max - this.#min + 1) / 2) : 50;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const pair = this.#min > 0 ? await this.#tryRange() : await this.#tryAnywhere();
      if (pair !== undefined) return pair;
    }
    throw new Error(`No free pair of UDP ports${this.#min > 0 ? ` from ${this.#min} to ${this.#max}` : ""}`);
  }

  #tryRange(): Promise<PortPair | undefined> {
    if (this.#next + 1 > this.#max) this.#next = this.#min;
    const port = this.#next;
    this.#next += 2;
    return this.#bindPair(port);
  }

  async #tryAnywhere(): Promise<PortPair | undefined> {
    const probe = await bind(0);
    const port = probe.address().port & ~1;
    await closeSocket(probe);
    return this.#bindPair(port);
  }

  async #bindPair(port: number): Promise<PortPair | undefined> {
    const rtp = await bind(port).catch(() => undefined);
    if (rtp === undefined) return undefined;
    const rtcp = await bind(port + 1).catch(() => undefined);
    if (rtcp !== undefined) return { rtp, rtcp };
    await closeSocket(rtp);
    return undefined;
  }
}
