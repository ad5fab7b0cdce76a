import { once } from "node:events";
import { connect as connectTcp, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { checkSipIdentity } from "./sip-identity.ts";
import type { Clock } from "../clock.ts";
import type { Address } from "./flow.ts";
import type { Advertise, Inbox, Listener, TransportLimits } from "./listener.ts";
import { normalizeRemote } from "./remote-address.ts";
import { StreamFlow } from "./stream-flow.ts";

export interface StreamListener extends Listener {
  readonly protocol: "tcp" | "tls";
  /**
   * A new connection; it accepts bytes at once and closes by itself when the peer can't be reached or, by TLS, can't
   * prove that it is `name`, which it is told in the handshake (RFC 6066 section 3), or that address.
   */
  connect(remote: Address, name?: string): StreamFlow;
}

export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  /** PEM: whose certificates are believed when we connect; the public authorities by default. */
  readonly ca?: string;
}

export interface StreamContext {
  readonly advertise: Advertise;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly inbox: Inbox;
  /** Admits or refuses by the connection limits; an admitted flow is counted until it closes. */
  admit(remoteHost: string): boolean;
  opened(flow: StreamFlow): void;
}

export async function listenStream(
  protocol: "tcp" | "tls",
  wanted: Address,
  identity: TlsIdentity | undefined,
  context: StreamContext,
): Promise<StreamListener> {
  const server =
    protocol === "tcp"
      ? createTcpServer()
      : createTlsServer({
          cert: identity?.cert,
          key: identity?.key,
          handshakeTimeout: context.limits.messageTimeoutMs,
        });
  // Connections in their handshake aren't admitted yet, but must be bounded too.
  server.maxConnections = context.limits.maxConnections;
  server.listen(wanted.port, wanted.host);
  await once(server, "listening");
  const bound = server.address();
  const address = {
    host: wanted.host,
    port: typeof bound === "object" && bound !== null ? bound.port : wanted.port,
  };
  const adopt = (socket: Socket, remote: Address): StreamFlow => {
    const local = context.advertise(address, remote.host);
    const flow = new StreamFlow(socket, { protocol, remote, local }, context);
    context.opened(flow);
    return flow;
  };
  server.on(protocol === "tcp" ? "connection" : "secureConnection", (socket: Socket) => {
    const remote = normalizeRemote(socket.remoteAddress, socket.remotePort);
    if (remote === undefined || !context.admit(remote.host)) socket.destroy();
    else adopt(socket, remote);
  });
  // A broken handshake concerns the peer alone.
  server.on("tlsClientError", () => undefined);
  server.on("error", (error) => {
    context.inbox.onListenerError(error, `${protocol} ${address.host}:${String(address.port)}`);
  });
  const connect = (remote: Address, name?: string): StreamFlow =>
    adopt(open(protocol, remote, { name, identity }, context), remote);
  return { protocol, address, connect, close: () => closeServer(server) };
}

/** Who asks for TLS wants to know whom they talk to: a call's keys (RFC 4568) are in its messages. */
function open(
  protocol: "tcp" | "tls",
  remote: Address,
  { name, identity }: { name: string | undefined; identity: TlsIdentity | undefined },
  { clock, limits }: StreamContext,
): Socket {
  const { host, port } = remote;
  const socket =
    protocol === "tcp"
      ? connectTcp({ host, port })
      : connectTls({
          ...{ host, port, cert: identity?.cert, key: identity?.key, ca: identity?.ca },
          checkServerIdentity: (_, certificate) => checkSipIdentity(name ?? host, certificate),
          ...(name === undefined ? {} : { servername: name }),
        });
  const stop = clock.after(limits.messageTimeoutMs, () => socket.destroy());
  socket.once(protocol === "tcp" ? "connect" : "secureConnect", stop);
  socket.once("close", stop);
  return socket;
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  await closed;
}
