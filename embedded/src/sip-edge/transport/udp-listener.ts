import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { unreachable, type Address, type Flow } from "./flow.ts";
import type { Advertise, Inbox, Listener } from "./listener.ts";

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
  const socket = createSocket({ type: isIPv6(host) ? "udp6" : "udp4", recvBufferSize: 1 << 20 });
  socket.bind(port, host);
  await once(socket, "listening");
  const address = { host, port: socket.address().port };
  let isOpen = true;
  const flowTo = (remote: Address): Flow => {
    let local: Address | undefined;
    return {
      protocol: "udp",
      isReliable: false,
      remote,
      get local() {
        return (local ??= advertise(address, remote.host));
      },
      get isOpen() {
        return isOpen;
      },
      failure: unreachable,
      send: (bytes) => isOpen && sendDatagram(socket, bytes, remote),
      onClose: () => () => undefined,
    };
  };
  socket.on("message", (bytes, source) => {
    inbox.onBytes(bytes, flowTo({ host: source.address, port: source.port }));
  });
  // An ICMP error about an earlier datagram is no fault of the socket: the timers of its transaction decide.
  socket.on("error", () => undefined);
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    const closed = once(socket, "close");
    socket.close();
    await closed;
  };
  return { protocol: "udp", address, flowTo, close };
}

function sendDatagram(socket: Socket, bytes: Buffer, remote: Address): boolean {
  if (bytes.length > maxDatagramBytes || remote.port < 1 || remote.port > 65_535) return false;
  socket.send(bytes, remote.port, remote.host, () => undefined);
  return true;
}
