import type { live } from "@ringdown/contract";
import { retryDelayMs } from "../api/core/backoff.ts";
import { Store } from "../shared/store.ts";
import { applyMessage, nothingYet, stalenessOf, type LiveState, type Staleness } from "./core/live-state.ts";

/**
 * connecting --> online --> offline --> connecting …      (retry with backoff, at once when the network returns)
 *                  |`-> going-away --> offline              (the server drains: all goes on until it closes)
 *                  `--> signed-out                         (for good)
 */
export type LinkStatus = "connecting" | "online" | "offline" | "going-away" | "signed-out";

const pingEveryMs = 5_000;
const silenceMeansLostMs = 12_000;
/** The server's close code for a session that ended. */
const signedOutCode = 4401;

export interface RealtimeListener {
  /** Something that was fetched is stale. */
  onStale(staleness: Staleness): void;
  /** The server is away, or refused because the session ended: a browser doesn't tell which. */
  onNotLetIn(): void;
}

/** The realtime connection: keeps `state` current, comes back after a loss. One per signed-in tab. */
export class Realtime {
  readonly state = new Store<LiveState>(nothingYet);
  readonly status = new Store<LinkStatus>("connecting");
  readonly #url: string;
  readonly #listener: RealtimeListener;
  #socket: WebSocket | null = null;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;
  #closed = false;

  constructor(url: string, listener: RealtimeListener) {
    this.#url = url;
    this.#listener = listener;
    window.addEventListener("online", this.#networkReturned);
    window.addEventListener("offline", this.#networkLeft);
    this.#connect();
  }

  /** This machine's clock corrected by the server's. */
  now(): number {
    return Date.now() + this.state.value.clockOffsetMs;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    window.removeEventListener("online", this.#networkReturned);
    window.removeEventListener("offline", this.#networkLeft);
    clearTimeout(this.#retry);
    this.#drop();
  }

  readonly #networkReturned = (): void => {
    if (this.status.value === "online" || this.#closed) return;
    this.#attempt = 0;
    this.#drop();
    this.#connect();
  };

  readonly #networkLeft = (): void => {
    if (!this.#closed) this.#lost("offline");
  };

  #connect(): void {
    clearTimeout(this.#retry);
    if (this.#closed) return;
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    let wasOpen = false;
    socket.onopen = () => {
      wasOpen = true;
      this.#opened(socket);
    };
    socket.onmessage = (event) => {
      if (this.#socket === socket) this.#receive(JSON.parse(String(event.data)) as live.ServerMessage);
    };
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      if (event.code === signedOutCode) return this.#signedOut();
      if (!wasOpen) this.#listener.onNotLetIn();
      this.#lost("offline");
    };
  }

  #opened(socket: WebSocket): void {
    const { stream, seq } = this.state.value;
    const first: live.ClientMessage = stream === null ? { type: "hello" } : { type: "resume", stream, seq };
    socket.send(JSON.stringify(first));
    this.#heardAt = Date.now();
    clearInterval(this.#ping);
    this.#ping = setInterval(() => this.#checkAlive(socket), pingEveryMs);
  }

  #checkAlive(socket: WebSocket): void {
    if (Date.now() - this.#heardAt > silenceMeansLostMs) return this.#lost("offline");
    const ping: live.ClientMessage = { type: "ping" };
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(ping));
  }

  #receive(message: live.ServerMessage): void {
    this.#heardAt = Date.now();
    if (message.type === "signed-out") return this.#signedOut();
    if (message.type === "going-away") return this.status.set("going-away");
    const verdict = applyMessage(this.state.value, message, Date.now());
    if (verdict.kind === "gap") return this.#resync();
    if (verdict.kind !== "applied") return;
    const isLaterSnapshot = message.type === "snapshot" && this.state.value.desk !== null;
    this.state.set(verdict.state);
    if (isLaterSnapshot) this.#listener.onStale({ kind: "everything" });
    if (message.type === "snapshot" || message.type === "resumed") this.#online();
    const staleness = stalenessOf(message);
    if (staleness !== null) this.#listener.onStale(staleness);
  }

  #online(): void {
    this.#attempt = 0;
    this.status.set("online");
  }

  /** What we know has a hole: forget the place and ask for everything again. */
  #resync(): void {
    this.state.set({ ...this.state.value, stream: null });
    const hello: live.ClientMessage = { type: "hello" };
    this.#socket?.send(JSON.stringify(hello));
  }

  #signedOut(): void {
    this.status.set("signed-out");
    this.close();
  }

  #lost(status: LinkStatus): void {
    this.#drop();
    if (this.#closed) return;
    this.status.set(status);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), retryDelayMs(this.#attempt++, Math.random()));
  }

  #drop(): void {
    clearInterval(this.#ping);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}
