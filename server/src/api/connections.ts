import type { Duplex } from "node:stream";

/** The connections that carry requests. One that was upgraded belongs to whoever took it over, and is let go. */
export class Connections {
  readonly #open = new Set<Duplex>();
  #tellEmpty = () => {};

  add(socket: Duplex): void {
    this.#open.add(socket);
    socket.once("close", () => this.release(socket));
  }

  release(socket: Duplex): void {
    this.#open.delete(socket);
    if (this.#open.size === 0) this.#tellEmpty();
  }

  /** Resolves when none is left. */
  ended(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#tellEmpty = resolve));
  }
}
