import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { randomBytes } from "node:crypto";
import { WebSocket } from "ws";

/** How a test phone reaches the SIP edge: text out, text in. */
export interface SipWire {
  /** For Via: `UDP host:port`. */
  readonly via: string;
  /** host[:port][;params] of the Contact. */
  readonly contactHost: string;
  send(text: string): void;
  onText(listener: (text: string) => void): void;
  close(): Promise<void>;
  /** As a dead machine would: no SIP, no WebSocket close frame. */
  drop(): void;
}

export async function openUdpWire(edge: { host: string; port: number }): Promise<SipWire> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(0, "127.0.0.1", resolve);
  });
  const { port } = socket.address();
  let isOpen = true;
  const close = (): Promise<void> => {
    if (!isOpen) return Promise.resolve();
    isOpen = false;
    return new Promise((resolve) => socket.close(() => resolve()));
  };
  return {
    via: `UDP 127.0.0.1:${port}`,
    contactHost: `127.0.0.1:${port}`,
    send: (text) => {
      if (isOpen) socket.send(text, edge.port, edge.host);
    },
    onText: (listener) => socket.on("message", (bytes) => listener(bytes.toString("utf8"))),
    close,
    drop: () => void close(), // nothing to wait for: a closed UDP socket is simply gone
  };
}

/** RFC 3261 §18.3: messages in a stream are told apart by Content-Length. */
export async function openTcpWire(edge: { host: string; port: number }): Promise<SipWire> {
  const socket = connect(edge.port, edge.host);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => socket.destroy());
  let received = Buffer.alloc(0);
  return {
    via: `TCP 127.0.0.1:${socket.localPort}`,
    contactHost: `127.0.0.1:${socket.localPort};transport=tcp`,
    send: (text) => void socket.write(text),
    onText: (listener) =>
      socket.on("data", (bytes: Buffer) => {
        received = Buffer.concat([received, bytes]);
        for (;;) {
          const head = received.indexOf("\r\n\r\n");
          if (head < 0) return;
          const text = received.toString("utf8", 0, head);
          const end = head + 4 + Number(/^(?:Content-Length|l) *: *(\d+)/im.exec(text)?.[1] ?? 0);
          if (received.length < end) return;
          if (text.trim() !== "") listener(received.toString("utf8", 0, end).trimStart());
          received = received.subarray(end);
        }
      }),
    close: () => {
      socket.end();
      return Promise.resolve();
    },
    drop: () => socket.destroy(),
  };
}

/** RFC 7118: SIP over WebSocket; the Contact's host is one that can't be resolved. */
export async function openWebSocketWire(url: string): Promise<SipWire> {
  const socket = new WebSocket(url, "sip");
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  socket.on("error", () => socket.terminate());
  const host = `${randomBytes(6).toString("hex")}.invalid`;
  return {
    via: `WS ${host}`,
    contactHost: `${host};transport=ws`,
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    onText: (listener) =>
      socket.on("message", (data: Buffer) => {
        const text = data.toString("utf8");
        if (text.trim() !== "") listener(text);
      }),
    close: () =>
      new Promise((resolve) => {
        if (socket.readyState === WebSocket.CLOSED) return resolve();
        socket.once("close", () => resolve());
        socket.close();
      }),
    drop: () => socket.terminate(),
  };
}
