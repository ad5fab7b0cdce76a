import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import type { SipMessage } from "../grammar/message.ts";
import { serializeMessage } from "../grammar/serialize-message.ts";
import { readControlRequest, type ControlRequest } from "./app-message.ts";
import type { ControlClient } from "./control-client.ts";
import { ControlFramer, ControlFramingError, frameControlMessage } from "./control-framer.ts";

export interface ControlConnectionUser {
  /** False closes the connection after what was sent. */
  onRequest(connection: ControlConnection, request: ControlRequest): boolean;
  onClose(connection: ControlConnection): void;
}

/** Bytes waiting for a client that doesn't read; beyond, it counts as dead. */
const maxUnsentBytes = 16 * 1024 * 1024;
const crlf = Buffer.from("\r\n", "latin1");

/** One application's connection: framing and nothing else. */
export class ControlConnection implements ControlClient {
  isAuthenticated = false;
  readonly #socket: Socket;
  readonly #user: ControlConnectionUser;
  readonly #framer = new ControlFramer();
  #isOpen = true;

  constructor(socket: Socket, user: ControlConnectionUser) {
    this.#socket = socket;
    this.#user = user;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on("data", (bytes) => {
      this.#receive(bytes);
    });
    // The error itself says no more than the close that follows it.
    socket.on("error", () => undefined);
    socket.on("end", () => {
      this.close();
    });
    socket.on("close", () => {
      this.#closed();
    });
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  send(fields: readonly string[], message?: SipMessage): void {
    if (!this.#isOpen) return;
    const meta = Buffer.from([randomUUID(), ...fields].join("|"), "latin1");
    const payload = message === undefined ? meta : Buffer.concat([meta, crlf, serializeMessage(message)]);
    this.#socket.write(frameControlMessage(payload));
    if (this.#socket.writableLength > maxUnsentBytes) this.close();
  }

  close(): void {
    this.#socket.destroy();
    this.#closed();
  }

  #receive(bytes: Buffer): void {
    try {
      for (const payload of this.#framer.push(bytes)) {
        if (!this.#isOpen) return;
        if (!this.#user.onRequest(this, readControlRequest(payload))) this.#finish();
      }
    } catch (error) {
      if (!(error instanceof ControlFramingError)) throw error;
      this.close();
    }
  }

  #finish(): void {
    this.#socket.end();
    this.#closed();
  }

  #closed(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#user.onClose(this);
  }
}
