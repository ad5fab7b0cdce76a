import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
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
  /** What is to be said once the peer's certificate has been checked; not a byte before that. */
  readonly #unsent: Buffer[] = [];
  #refusal: FlowFailure | undefined;
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
    socket.once(socket instanceof TLSSocket ? "secureConnect" : "connect", () => this.#connected());
    this.#context = context;
    this.#framer = new StreamFramer(context.limits.maxMessageBytes);
    this.#watch();
    // Who opened it must say something soon; for one that we opened the transactions' timers decide.
    if (this.#wasConnected) this.#expectMessage();
  }

  get failure(): FlowFailure {
    return this.#refusal ?? (this.#wasConnected ? connectionGone : unreachable);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  send(bytes: Buffer): boolean {
    if (!this.#isOpen) return false;
    if (this.#wasConnected) this.#socket.write(bytes);
    else this.#unsent.push(bytes);
    const unsent = this.#unsent.reduce((sum, { length }) => sum + length, this.#socket.writableLength);
    if (unsent > this.#context.limits.maxUnsentBytes) this.close();
    return this.#isOpen;
  }

  #connected(): void {
    this.#wasConnected = true;
    for (const bytes of this.#unsent.splice(0)) if (this.#isOpen) this.#socket.write(bytes);
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
    // The close that follows says as much, unless it is about a certificate.
    this.#socket.on("error", (error) => (this.#refusal = this.#wasConnected ? undefined : distrust(error)));
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

/** OpenSSL's and Node's names for a certificate that is expired, of an unknown authority, or somebody else's. */
const certificateErrors = /^(CERT_|ERR_TLS_CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** What the application hears of a peer that could not prove who it is. */
function distrust(error: NodeJS.ErrnoException): FlowFailure | undefined {
  if (!certificateErrors.test(error.code ?? "")) return undefined;
  // A reason phrase is one line of ASCII (RFC 3261 section 25.1).
  const why =
    error.message
      .split("\n", 1)[0]
      ?.replace(/[^\x20-\x7e]/g, "?")
      .slice(0, 160) ?? "";
  return { status: 503, reason: `TLS certificate refused: ${why}` };
}
