import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv4, isIPv6 } from "node:net";
import type { Cancel } from "../clock.ts";
import { unreachable, type Address, type Flow } from "./flow.ts";
import type { Advertise, Inbox, Listener } from "./listener.ts";
import { normalizeRemote } from "./remote-address.ts";

export interface UdpListener extends Listener {
  flowTo(remote: Address): Flow;
}

/** The largest payload of an IPv4 datagram. */
const maxDatagramBytes = 65_507;

export async function listenUdp(
  host: string,
  port: number,
  advertise: Advertise,
  inbox: Inbox,
): Promise<UdpListener> {
  const isSix = isIPv6(host);
  const socket = createSocket({ type: isSix ? "udp6" : "udp4", recvBufferSize: 1 << 20 });
  socket.bind(port, host);
  await once(socket, "listening");
  const address = { host, port: socket.address().port };
  let isOpen = true;
  const wire: UdpWire = {
    get isOpen() {
      return isOpen;
    },
    send: (bytes, remote, onError) => {
      sendDatagram(socket, bytes, isSix ? mapToSix(remote) : remote, onError);
    },
    localFor: (remote) => advertise(address, remote.host),
  };
  const flowTo = (remote: Address): Flow => new UdpFlow(wire, remote);
  socket.on("message", (bytes, source) => {
    const remote = normalizeRemote(source.address, source.port);
    if (remote !== undefined) inbox.onBytes(bytes, flowTo(remote));
  });
  socket.on("error", (error) => {
    inbox.onListenerError(error, `udp ${host}:${String(address.port)}`);
  });
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    const closed = once(socket, "close");
    socket.close();
    await closed;
  };
  return { protocol: "udp", address, flowTo, close };
}

interface UdpWire {
  readonly isOpen: boolean;
  send(bytes: Buffer, remote: Address, onError: () => void): void;
  localFor(remote: Address): Address;
}

/** The socket and one remote address. It never closes; "closed" is told when the system refuses to send. */
class UdpFlow implements Flow {
  readonly protocol = "udp";
  readonly isReliable = false;
  readonly failure = unreachable;
  readonly remote: Address;
  readonly #wire: UdpWire;
  readonly #failureListeners = new Set<() => void>();
  #local: Address | undefined;

  constructor(wire: UdpWire, remote: Address) {
    this.#wire = wire;
    this.remote = remote;
  }

  get local(): Address {
    return (this.#local ??= this.#wire.localFor(this.remote));
  }

  get isOpen(): boolean {
    return this.#wire.isOpen;
  }

  send(bytes: Buffer): boolean {
    const { port } = this.remote;
    if (!this.isOpen || bytes.length > maxDatagramBytes || port < 1 || port > 65_535) return false;
    this.#wire.send(bytes, this.remote, () => {
      for (const run of this.#failureListeners) run();
    });
    return true;
  }

  close(): void {
    // The socket is everybody's.
  }

  onClose(run: () => void): Cancel {
    this.#failureListeners.add(run);
    return () => {
      this.#failureListeners.delete(run);
    };
  }
}

function sendDatagram(socket: Socket, bytes: Buffer, remote: Address, onError: () => void): void {
  socket.send(bytes, remote.port, remote.host, (error) => {
    if (error !== null) onError();
  });
}

/** A socket on "::" serves IPv4 too, by mapped addresses (RFC 4291 section 2.5.5.2). */
function mapToSix(remote: Address): Address {
  return isIPv4(remote.host) ? { ...remote, host: `::ffff:${remote.host}` } : remote;
}
