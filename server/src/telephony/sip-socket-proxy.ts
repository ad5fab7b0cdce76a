import type { IncomingMessage } from "node:http";
import { connect as connectTcp } from "node:net";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** A SIP edge's WS listener, and the edge's name. */
export interface SipSocketTarget {
  edge: string;
  host: string;
  port: number;
}

export interface SipSocketProxyOptions {
  /** Where the next websocket goes; null: there is no edge for it, and it gets 503. */
  target(): SipSocketTarget | null;
  /** The source that the edge sees, once the websocket stands and when it has gone; hand the latter to the registrar. */
  onOpen?(localAddress: string, localPort: number, edge: string): void;
  onClose?(localAddress: string, localPort: number, edge: string): void;
  /** Who connects, for the cap; default: the socket's remote address (behind a proxy: give the forwarded one). */
  addressOf?(request: IncomingMessage): string;
  /** Default 50. */
  mostPerAddress?: number;
  /** Default 5,000. */
  mostConnections?: number;
  /** How long the edge may take to accept the upgrade. Default 5,000. */
  handshakeTimeoutMs?: number;
}

export interface SipSocketProxy {
  (request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every connection to this edge: the softphones connect anew, to another one. */
  leaveEdge(edge: string): void;
  /** Ends every connection and refuses new ones. Idempotent. */
  close(): void;
}

/**
 * Passes a browser's SIP websocket (RFC 7118) through to the edge: after the upgrade, bytes are piped both ways. Only what
 * the handshake needs is forwarded, so no cookie reaches the edge. Origin and session are the caller's to check.
 */
export function proxySipSocket(options: SipSocketProxyOptions): SipSocketProxy {
  const { mostPerAddress = 50, mostConnections = 5_000, handshakeTimeoutMs = 5_000 } = options;
  const counts = new Map<string, number>();
  const open = new Set<Tunnel>();
  let isClosed = false;

  const proxy = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const problem = problemOf(request);
    if (problem) return refuse(socket, problem);
    const address = options.addressOf?.(request) ?? request.socket.remoteAddress ?? "";
    const count = counts.get(address) ?? 0;
    if (count >= mostPerAddress) return refuse(socket, "429 Too Many Requests");
    if (isClosed || open.size >= mostConnections) return refuse(socket, "503 Service Unavailable");
    const target = options.target();
    if (target === null) return refuse(socket, "503 Service Unavailable");
    counts.set(address, count + 1);
    const tunnel = new Tunnel(
      request,
      socket,
      head,
      { target, handshakeTimeoutMs, ...callbacks(options) },
      () => {
        open.delete(tunnel);
        const left = (counts.get(address) ?? 1) - 1;
        if (left > 0) counts.set(address, left);
        else counts.delete(address);
      },
    );
    open.add(tunnel);
  };
  return Object.assign(proxy, {
    leaveEdge: (edge: string) => {
      for (const tunnel of [...open]) if (tunnel.edge === edge) tunnel.end();
    },
    close: () => {
      isClosed = true;
      for (const tunnel of [...open]) tunnel.end();
    },
  });
}

interface TunnelOptions {
  target: SipSocketTarget;
  handshakeTimeoutMs: number;
  onOpen(localAddress: string, localPort: number, edge: string): void;
  onClose(localAddress: string, localPort: number, edge: string): void;
}

function callbacks(options: SipSocketProxyOptions): Pick<TunnelOptions, "onOpen" | "onClose"> {
  return {
    onOpen: (address, port, edge) => options.onOpen?.(address, port, edge),
    onClose: (address, port, edge) => options.onClose?.(address, port, edge),
  };
}

/**
 * One browser and its connection to the edge.
 *
 *   connecting ──101 from the edge──► open ──either side closes──► ended
 */
class Tunnel {
  /** Where it goes, by name. */
  readonly edge: string;
  readonly #browser: Duplex;
  readonly #edge: Socket;
  readonly #options: TunnelOptions;
  readonly #onEnd: () => void;
  readonly #timer: NodeJS.Timeout;
  #state: "connecting" | "open" | "ended" = "connecting";
  #local = { address: "", port: 0 };
  #reply = Buffer.alloc(0);

  constructor(
    request: IncomingMessage,
    browser: Duplex,
    head: Buffer,
    options: TunnelOptions,
    onEnd: () => void,
  ) {
    this.#browser = browser;
    this.#options = options;
    this.edge = options.target.edge;
    this.#onEnd = onEnd;
    this.#timer = setTimeout(() => this.#fail("504 Gateway Timeout"), options.handshakeTimeoutMs);
    this.#edge = connectTcp(options.target);
    this.#edge.setNoDelay(true);
    this.#edge.on("connect", () => {
      this.#local = { address: this.#edge.localAddress ?? "", port: this.#edge.localPort ?? 0 };
      this.#edge.write(handshakeOf(request, options.target));
      if (head.length > 0) this.#edge.write(head);
    });
    const onData = (data: Buffer) => {
      this.#reply = Buffer.concat([this.#reply, data]);
      if (this.#state === "connecting") this.#readReply(onData);
    };
    this.#edge.on("data", onData);
    for (const side of [this.#edge, browser]) {
      side.on("error", () => this.#fail("502 Bad Gateway"));
      side.on("close", () => this.#fail("502 Bad Gateway"));
    }
  }

  end(): void {
    if (this.#state === "ended") return;
    const wasOpen = this.#state === "open";
    this.#state = "ended";
    clearTimeout(this.#timer);
    this.#edge.destroy();
    // A refusal is still being written; it closes the socket itself.
    if (!this.#browser.writableEnded) this.#browser.destroy();
    this.#onEnd();
    if (wasOpen) this.#options.onClose(this.#local.address, this.#local.port, this.edge);
  }

  #readReply(onData: (data: Buffer) => void): void {
    const end = this.#reply.indexOf("\r\n\r\n");
    if (end === -1) {
      if (this.#reply.length > 8_192) this.#fail("502 Bad Gateway");
      return;
    }
    this.#edge.off("data", onData);
    if (!this.#reply.toString("latin1", 0, 16).startsWith("HTTP/1.1 101 ")) {
      this.#fail("502 Bad Gateway");
      return;
    }
    clearTimeout(this.#timer);
    this.#state = "open";
    this.#browser.write(this.#reply);
    this.#edge.pipe(this.#browser);
    this.#browser.pipe(this.#edge);
    this.#options.onOpen(this.#local.address, this.#local.port, this.edge);
  }

  #fail(status: string): void {
    if (this.#state === "connecting") refuse(this.#browser, status);
    this.end();
  }
}

function problemOf(request: IncomingMessage): string | null {
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  const key = request.headers["sec-websocket-key"] ?? "";
  if (request.method !== "GET" || (request.headers.upgrade ?? "").toLowerCase() !== "websocket") {
    return "400 Bad Request";
  }
  if (!offered.includes("sip") || !/^[A-Za-z0-9+/]{22}==$/.test(key)) return "400 Bad Request";
  return request.headers["sec-websocket-version"] === "13" ? null : "426 Upgrade Required";
}

function handshakeOf(request: IncomingMessage, target: SipSocketTarget): string {
  return [
    "GET / HTTP/1.1",
    `Host: ${target.host}:${target.port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${request.headers["sec-websocket-key"] ?? ""}`,
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Protocol: sip",
    "",
    "",
  ].join("\r\n");
}

function refuse(socket: Duplex, status: string): void {
  if (!socket.writable) return;
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
