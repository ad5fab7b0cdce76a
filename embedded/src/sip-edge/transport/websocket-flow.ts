import { isUtf8 } from "node:buffer";
import type { RawData, WebSocket } from "ws";
import type { Cancel } from "../clock.ts";
import { connectionGone, type Address, type Flow } from "./flow.ts";
import type { FlowContext } from "./listener.ts";

const pingIntervalMs = 20_000;

/** A browser's websocket as a flow. It is pinged, because a browser that lost its network never says so. */
export class WebSocketFlow implements Flow {
  readonly protocol: "ws" | "wss";
  readonly isReliable = true;
  readonly failure = connectionGone;
  readonly remote: Address;
  readonly local: Address;
  readonly #socket: WebSocket;
  readonly #context: FlowContext;
  readonly #closeListeners = new Set<() => void>();
  #isOpen = true;
  #isAlive = true;
  #lastMessageAtMs: number;
  #stopPinging: Cancel;

  constructor(
    socket: WebSocket,
    ends: { readonly protocol: "ws" | "wss"; readonly remote: Address; readonly local: Address },
    context: FlowContext,
  ) {
    this.protocol = ends.protocol;
    this.remote = ends.remote;
    this.local = ends.local;
    this.#socket = socket;
    this.#context = context;
    this.#lastMessageAtMs = context.clock.now();
    this.#stopPinging = this.#pingLater();
    this.#watch();
  }

  get isOpen(): boolean {
    return this.#isOpen && this.#socket.readyState === this.#socket.OPEN;
  }

  send(bytes: Buffer): boolean {
    if (!this.isOpen) return false;
    // RFC 7118 section 5: text frames carry UTF-8; a message that isn't goes as binary.
    this.#socket.send(bytes, { binary: !isUtf8(bytes) }, () => undefined);
    if (this.#socket.bufferedAmount > this.#context.limits.maxUnsentBytes) this.close();
    return this.#isOpen;
  }

  onClose(run: () => void): Cancel {
    this.#closeListeners.add(run);
    return () => {
      this.#closeListeners.delete(run);
    };
  }

  close(): void {
    this.#socket.terminate();
    this.#closed();
  }

  #watch(): void {
    this.#socket.on("message", (data) => {
      this.#lastMessageAtMs = this.#context.clock.now();
      this.#receive(toBuffer(data));
    });
    this.#socket.on("pong", () => {
      this.#isAlive = true;
    });
    // ws answers a broken or oversized frame with the right close code; the close event follows.
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => {
      this.#closed();
    });
  }

  /** RFC 7118 appendix: some clients keep alive with CRLF frames. */
  #receive(bytes: Buffer): void {
    const isKeepAlive = bytes.length <= 4 && bytes.every((byte) => byte === 0x0d || byte === 0x0a);
    if (!isKeepAlive) this.#context.inbox.onBytes(bytes, this);
    else if (bytes.length === 4) this.send(Buffer.from("\r\n", "latin1"));
  }

  #pingLater(): Cancel {
    return this.#context.clock.after(pingIntervalMs, () => {
      this.#ping();
    });
  }

  #ping(): void {
    const isSilent = this.#context.clock.now() - this.#lastMessageAtMs > this.#context.limits.idleTimeoutMs;
    if (!this.#isAlive || (isSilent && !this.#context.inbox.isInUse(this))) {
      this.close();
      return;
    }
    this.#isAlive = false;
    this.#socket.ping();
    this.#stopPinging = this.#pingLater();
  }

  #closed(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#stopPinging();
    for (const run of this.#closeListeners) run();
    this.#closeListeners.clear();
    this.#context.inbox.onFlowClosed(this);
  }
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
