import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Clock } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import { ClientMessage, type ServerMessage } from "../contract/live.ts";
import type { Snapshot } from "./realtime.ts";
import type { RealtimeStream, StreamedEvent } from "./realtime-stream.ts";

export interface ConnectionParts {
  socket: WebSocket;
  /** What the WebSocket writes to. */
  wire: Duplex;
  clock: Clock;
  log: Log;
  sessionId: string;
  stream: RealtimeStream;
  snapshot(): Promise<Snapshot>;
  /** Asked now and then: a session may expire, or end on another node. */
  isStillSignedIn(): Promise<boolean>;
  /** What whoever comes now must know besides: that the server is going away. */
  afterwards(): ServerMessage | null;
  onClosed(): void;
}

/** A browser that is silent for so long is gone: its pongs come every three seconds. */
export const heartbeat = { everyMs: 3_000, goneAfterMs: 9_000 };

const beatsPerSessionCheck = 10;
/** A browser says hello once and pings now and then; each hello costs a snapshot. */
const messagesPerBeat = 30;

/** Codes of our own for closed connections (RFC 6455 section 7.4.2: 4000-4999 are private). */
export const closeCodes = { signedOut: 4401, restart: 4205 } as const;

/** A slow reader is cut off rather than fed for ever; it comes back and resumes or gets a snapshot. */
const largestBacklogBytes = 4 * 1024 * 1024;

/**
 * One WebSocket of one person.
 *
 *   greeting -hello|resume-> catching up (snapshot or missing events) -> live -> closed
 */
export class RealtimeConnection {
  readonly sessionId: string;
  readonly #parts: ConnectionParts;
  /** The last number sent; null until the first snapshot or resumption, and while a snapshot is made. */
  #sentSeq: number | null = null;
  #heardAt: number;
  #stopHeartbeat = () => {};
  #beats = 0;
  #messages = 0;
  #isGathering = false;
  #noteClosed = () => {};
  readonly closed = new Promise<void>((resolve) => {
    this.#noteClosed = resolve;
  });

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.sessionId = parts.sessionId;
    this.#heardAt = parts.clock.now();
    const { socket } = parts;
    socket.on("message", (data, isBinary) => {
      this.#receive(isBinary ? "" : (data as Buffer).toString("utf8"));
    });
    socket.on("pong", () => {
      this.#heardAt = parts.clock.now();
    });
    socket.on("error", (error) => {
      parts.log.debug({ error: describeError(error) }, "a realtime connection broke");
    });
    socket.on("close", () => {
      this.#end();
    });
    this.#armHeartbeat();
  }

  /** Live connections get it at once; one that is catching up finds it in the stream. */
  deliver(event: StreamedEvent): void {
    if (this.#sentSeq === null || this.#sentSeq !== event.seq - 1) return;
    this.#sentSeq = event.seq;
    this.#sendText(`{"type":"event","seq":${event.seq},"event":${event.json}}`);
  }

  send(message: ServerMessage): void {
    this.#sendText(JSON.stringify(message));
  }

  /** Says goodbye; if the peer does not answer, the connection is cut. */
  close(code: number, reason: string): void {
    const { socket, clock } = this.#parts;
    socket.close(code, reason);
    clock.setTimer(clock.now() + 1_000, () => {
      socket.terminate();
    });
  }

  terminate(): void {
    this.#parts.socket.terminate();
  }

  #receive(text: string): void {
    this.#heardAt = this.#parts.clock.now();
    this.#messages += 1;
    if (this.#messages > messagesPerBeat) {
      this.close(1008, "too many messages");
      return;
    }
    const message = parse(text);
    if (message === null) {
      this.close(1003, "not understood");
      return;
    }
    if (message.type === "ping") this.send({ type: "pong", now: this.#parts.clock.now() });
    else if (message.type === "resume") this.#resume(message.stream, message.seq);
    else void this.#sendSnapshot(); // handles its own errors
  }

  #resume(streamId: string, seq: number): void {
    const { stream, clock } = this.#parts;
    const missing = streamId === stream.id ? stream.after(seq) : null;
    if (missing === null) {
      void this.#sendSnapshot(); // handles its own errors
      return;
    }
    this.send({ type: "resumed", stream: stream.id, seq, now: clock.now() });
    this.#catchUp(seq, missing);
  }

  /** Events that came while the snapshot was made follow it; applying one twice does no harm. */
  async #sendSnapshot(): Promise<void> {
    const { stream, clock, log } = this.#parts;
    this.#sentSeq = null;
    const { seq } = stream;
    try {
      const snapshot = await this.#parts.snapshot();
      this.send({ type: "snapshot", stream: stream.id, seq, now: clock.now(), ...snapshot });
      const missing = stream.after(seq);
      if (missing === null)
        this.close(1013, "try again"); // more events than are kept came meanwhile
      else this.#catchUp(seq, missing);
    } catch (error) {
      log.error({ error: describeError(error) }, "no snapshot could be made");
      this.close(1013, "try again");
    }
  }

  #catchUp(seq: number, missing: readonly StreamedEvent[]): void {
    this.#sentSeq = seq;
    for (const event of missing) this.deliver(event);
    const afterwards = this.#parts.afterwards();
    if (afterwards !== null) this.send(afterwards);
  }

  #sendText(text: string): void {
    const { socket, log } = this.#parts;
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > largestBacklogBytes) {
      log.warn({ bytes: socket.bufferedAmount }, "a realtime connection reads too slowly and was cut off");
      socket.terminate();
      return;
    }
    this.#gather();
    socket.send(text);
  }

  /** A call's step is told in several messages: those of one turn leave in one write, as a write costs most of it all. */
  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    const { wire } = this.#parts;
    wire.cork();
    setImmediate(() => {
      this.#isGathering = false;
      wire.uncork();
    });
  }

  #armHeartbeat(): void {
    const { clock, socket } = this.#parts;
    this.#stopHeartbeat = clock.setTimer(clock.now() + heartbeat.everyMs, () => {
      if (clock.now() - this.#heardAt >= heartbeat.goneAfterMs) {
        socket.terminate();
        return;
      }
      socket.ping();
      this.#beats += 1;
      this.#messages = 0;
      if (this.#beats % beatsPerSessionCheck === 0) void this.#checkSession(); // handles its own errors
      this.#armHeartbeat();
    });
  }

  async #checkSession(): Promise<void> {
    try {
      if (await this.#parts.isStillSignedIn()) return;
      this.send({ type: "signed-out" });
      this.close(closeCodes.signedOut, "signed out");
    } catch (error) {
      // The database is away: what was true a moment ago goes on.
      this.#parts.log.debug({ error: describeError(error) }, "a realtime session could not be checked");
    }
  }

  #end(): void {
    this.#stopHeartbeat();
    this.#noteClosed();
    this.#parts.onClosed();
  }
}

function parse(text: string): ClientMessage | null {
  try {
    return ClientMessage.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // not JSON
  }
}
