import type { Socket } from "node:net";
import type { Cancel } from "../clock.ts";
import { StreamFramer } from "../grammar/stream-framer.ts";
import { connectionGone, unreachable, type Address, type Flow, type FlowFailure } from "./flow.ts";
import type { FlowContext } from "./listener.ts";

const pong = Buffer.from("\r\n", "latin1");

/** A TCP or TLS connection as a flow, in whichever direction it was opened. */
export class StreamFlow implements Flow {
  readonly protocol: "tcp" | "tls";
  readonly isReliable = true;
  readonly remote: Address;
  readonly local: Address;
  readonly #socket: Socket;
  readonly #context: FlowContext;
  readonly #framer: StreamFramer;
  readonly #closeListeners = new Set<() => void>();
  #isOpen = true;
  #wasConnected: boolean;
  #stopMessageTimer: Cancel | undefined;

  constructor(
    socket: Socket,
    ends: { readonly protocol: "tcp" | "tls"; readonly remote: Address; readonly local: Address },
    context: FlowContext,
  ) {
    this.protocol = ends.protocol;
    this.remote = ends.remote;
    this.local = ends.local;
    this.#socket = socket;
    this.#wasConnected = !socket.connecting;
    socket.once("connect", () => (this.#wasConnected = true));
    this.#context = context;
    this.#framer = new StreamFramer(context.limits.maxMessageBytes);
    this.#watch();
    // Who opened it must say something soon; for one that we opened the transactions' timers decide.
    if (this.#wasConnected) this.#expectMessage();
  }

  get failure(): FlowFailure {
    return this.#wasConnected ? connectionGone : unreachable;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  send(bytes: Buffer): boolean {
    if (!this.#isOpen) return false;
    this.#socket.write(bytes);
    if (this.#socket.writableLength > this.#context.limits.maxUnsentBytes) this.close();
    return this.#isOpen;
  }

  onClose(run: () => void): Cancel {
    this.#closeListeners.add(run);
    return () => {
      this.#closeListeners.delete(run);
    };
  }

  close(): void {
    this.#socket.destroy();
    this.#closed();
  }

  #watch(): void {
    this.#socket.setNoDelay(true);
    this.#socket.setKeepAlive(true, 30_000);
    this.#socket.setTimeout(this.#context.limits.idleTimeoutMs);
    this.#socket.on("data", (bytes) => {
      this.#receive(bytes);
    });
    this.#socket.on("timeout", () => {
      if (!this.#context.inbox.isInUse(this)) this.close();
    });
    // The error itself says no more than the close that follows it.
    this.#socket.on("error", () => undefined);
    this.#socket.on("end", () => {
      this.close();
    });
    this.#socket.on("close", () => {
      this.#closed();
    });
  }

  #receive(bytes: Buffer): void {
    let hasMessage = false;
    for (const frame of this.#framer.push(bytes)) {
      if (!this.#isOpen) return;
      if (frame.type === "ping") this.send(pong);
      else if (frame.type === "message") this.#context.inbox.onBytes(frame.bytes, this);
      else {
        this.#context.inbox.onBroken(frame.status, frame.head, this);
        this.#socket.end();
        this.#closed();
        return;
      }
      hasMessage = true;
    }
    if (!this.#isOpen) return;
    if (hasMessage) this.#stopExpecting();
    if (this.#framer.hasPartialMessage) this.#expectMessage();
  }

  /** Against peers that connect and say nothing, or say it one byte at a time. */
  #expectMessage(): void {
    const { clock, limits } = this.#context;
    this.#stopMessageTimer ??= clock.after(limits.messageTimeoutMs, () => {
      this.close();
    });
  }

  #stopExpecting(): void {
    this.#stopMessageTimer?.();
    this.#stopMessageTimer = undefined;
  }

  #closed(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#stopExpecting();
    for (const run of this.#closeListeners) run();
    this.#closeListeners.clear();
    this.#context.inbox.onFlowClosed(this);
  }
}
