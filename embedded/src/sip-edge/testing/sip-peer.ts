import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import WebSocket from "ws";
import { headerValue, type SipMessage, type SipRequest, type SipResponse } from "../grammar/message.ts";
import { parseMessage } from "../grammar/parse-message.ts";
import { StreamFramer } from "../grammar/stream-framer.ts";
import { waitFor } from "./wait-for.ts";

/** A peer of the edge that sends bytes and remembers what came back; it knows nothing of transactions. */
export interface SipPeer {
  readonly port: number;
  readonly received: SipMessage[];
  readonly isClosed: boolean;
  send(text: string | Buffer): void;
  /** Takes the first message that fits out of what was received, waiting for it if need be. */
  request(method: string, timeoutMs?: number): Promise<SipRequest>;
  response(status: number, method?: string, timeoutMs?: number): Promise<SipResponse>;
  finalResponse(callId: string): Promise<SipResponse>;
  close(): Promise<void>;
}

interface Wire {
  readonly port: number;
  send(bytes: Buffer): void;
  close(): Promise<void>;
}

class Peer implements SipPeer {
  readonly received: SipMessage[] = [];
  isClosed = false;
  wire: Wire | undefined;

  get port(): number {
    return this.wire?.port ?? 0;
  }

  send(text: string | Buffer): void {
    this.wire?.send(Buffer.isBuffer(text) ? text : Buffer.from(text, "latin1"));
  }

  take(bytes: Buffer): void {
    const result = parseMessage(bytes);
    if (result.type === "message") this.received.push(result.message);
  }

  async request(method: string, timeoutMs?: number): Promise<SipRequest> {
    const fits = (message: SipMessage): boolean => message.type === "request" && message.method === method;
    return (await this.#take(method, fits, timeoutMs)) as SipRequest;
  }

  async response(status: number, method?: string, timeoutMs?: number): Promise<SipResponse> {
    const fits = (message: SipMessage): boolean =>
      message.type === "response" &&
      message.status === status &&
      (method === undefined || (headerValue(message, "CSeq") ?? "").endsWith(` ${method}`));
    return (await this.#take(`${String(status)} ${method ?? ""}`, fits, timeoutMs)) as SipResponse;
  }

  async finalResponse(callId: string): Promise<SipResponse> {
    const fits = (message: SipMessage): boolean =>
      message.type === "response" && message.status >= 200 && headerValue(message, "Call-ID") === callId;
    return (await this.#take(`a final response in ${callId}`, fits)) as SipResponse;
  }

  async close(): Promise<void> {
    await this.wire?.close();
  }

  async #take(what: string, fits: (message: SipMessage) => boolean, timeoutMs?: number): Promise<SipMessage> {
    await waitFor(what, () => this.received.some(fits), timeoutMs);
    const index = this.received.findIndex(fits);
    const [message] = this.received.splice(index, 1);
    if (message === undefined) throw new Error(`${what} vanished`);
    return message;
  }
}

export async function openUdpPeer(edgePort: number): Promise<SipPeer> {
  const peer = new Peer();
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  socket.on("message", (bytes) => peer.take(bytes));
  peer.wire = {
    port: socket.address().port,
    send: (bytes) => {
      socket.send(bytes, edgePort, "127.0.0.1");
    },
    close: async () => {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
  return peer;
}

export async function openTcpPeer(edgePort: number): Promise<SipPeer> {
  const socket = connectTcp({ host: "127.0.0.1", port: edgePort });
  await once(socket, "connect");
  return streamPeer(socket);
}

export async function openTlsPeer(edgePort: number): Promise<SipPeer> {
  const socket = connectTls({ host: "127.0.0.1", port: edgePort, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  return streamPeer(socket);
}

function streamPeer(socket: Socket): SipPeer {
  const peer = new Peer();
  const framer = new StreamFramer(1 << 20);
  socket.on("data", (bytes) => {
    for (const frame of framer.push(bytes)) if (frame.type === "message") peer.take(frame.bytes);
  });
  socket.on("error", () => undefined);
  socket.on("close", () => (peer.isClosed = true));
  peer.wire = {
    port: socket.localPort ?? 0,
    send: (bytes) => void socket.write(bytes),
    close: async () => {
      if (peer.isClosed) return;
      const closed = once(socket, "close");
      socket.destroy();
      await closed;
    },
  };
  return peer;
}

export async function openWebSocketPeer(edgePort: number, scheme: "ws" | "wss" = "ws"): Promise<SipPeer> {
  const socket = new WebSocket(`${scheme}://127.0.0.1:${String(edgePort)}/sip`, "sip", {
    rejectUnauthorized: false,
  });
  let localPort = 0;
  socket.on("upgrade", (response) => (localPort = response.socket.localPort ?? 0));
  await once(socket, "open");
  const peer = new Peer();
  socket.on("message", (data) => peer.take(Buffer.isBuffer(data) ? data : Buffer.from(data as ArrayBuffer)));
  socket.on("error", () => undefined);
  socket.on("close", () => (peer.isClosed = true));
  peer.wire = {
    port: localPort,
    send: (bytes) => {
      socket.send(bytes.toString("utf8"));
    },
    close: async () => {
      if (peer.isClosed) return;
      const closed = once(socket, "close");
      socket.terminate();
      await closed;
    },
  };
  return peer;
}
