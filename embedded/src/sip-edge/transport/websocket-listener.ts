import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Address } from "./flow.ts";
import type { Listener } from "./listener.ts";
import { normalizeRemote } from "./remote-address.ts";
import type { StreamContext, TlsIdentity } from "./stream-listener.ts";
import { WebSocketFlow } from "./websocket-flow.ts";

export interface WebSocketContext extends Omit<StreamContext, "opened"> {
  opened(flow: WebSocketFlow): void;
}

/** RFC 7118: one SIP message a frame, subprotocol "sip", any path. */
export async function listenWebSocket(
  protocol: "ws" | "wss",
  wanted: Address,
  identity: TlsIdentity | undefined,
  context: WebSocketContext,
): Promise<Listener> {
  const timeouts = {
    headersTimeout: context.limits.messageTimeoutMs,
    requestTimeout: context.limits.messageTimeoutMs,
  };
  const server =
    protocol === "ws"
      ? createHttpServer(timeouts, refusePlainHttp)
      : createHttpsServer({ ...timeouts, ...identity }, refusePlainHttp);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: context.limits.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => offered.has("sip") && "sip",
  });
  // Connections before their upgrade aren't admitted yet, but must be bounded too.
  server.maxConnections = context.limits.maxConnections + 100;
  server.listen(wanted.port, wanted.host);
  await once(server, "listening");
  const bound = server.address();
  const address = {
    host: wanted.host,
    port: typeof bound === "object" && bound !== null ? bound.port : wanted.port,
  };
  const adopt = (socket: WebSocket, remote: Address): void => {
    const ends = { protocol, remote, local: context.advertise(address, remote.host) };
    context.opened(new WebSocketFlow(socket, ends, context));
  };
  server.on("upgrade", (request, socket: Duplex, head) => {
    socket.on("error", () => undefined);
    const remote = normalizeRemote(request.socket.remoteAddress, request.socket.remotePort);
    if (remote === undefined) socket.destroy();
    else if (!offersSip(request)) refuseUpgrade(socket, "400 Bad Request");
    else if (!context.admit(remote.host)) refuseUpgrade(socket, "503 Service Unavailable");
    else sockets.handleUpgrade(request, socket, head, (webSocket) => adopt(webSocket, remote));
  });
  server.on("error", (error) => {
    context.inbox.onListenerError(error, `${protocol} ${address.host}:${String(address.port)}`);
  });
  server.on("clientError", (_, socket) => socket.destroy());
  return { protocol, address, close: () => closeServer(server) };
}

/** RFC 7118 section 4.1: the client offers "sip"; without it this is some other protocol. */
function offersSip(request: IncomingMessage): boolean {
  const offered = request.headers["sec-websocket-protocol"] ?? "";
  return offered.split(",").some((name) => name.trim().toLowerCase() === "sip");
}

function refusePlainHttp(_request: IncomingMessage, response: import("node:http").ServerResponse): void {
  response.writeHead(426, { Upgrade: "websocket", Connection: "close" }).end();
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
