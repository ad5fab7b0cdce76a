/** RFC 3261 table 4. */
export const t1Ms = 500;
export const t2Ms = 4000;
export const transactionLifetimeMs = 64 * t1Ms;

/**
 * Repeats `send` after T1, doubling up to T2, until it is stopped or 64*T1 (or `lifetimeMs`) have passed; then
 * `onTimeout` is called.
 */
export class Retransmission {
  #timer: NodeJS.Timeout | undefined;
  #elapsedMs = 0;
  readonly #onOver: () => void;

  /** `onOver` is called once, after the timeout or after `stop`. */
  constructor(
    send: () => void,
    onTimeout: () => void,
    onOver: () => void,
    lifetimeMs: number = transactionLifetimeMs,
  ) {
    this.#onOver = onOver;
    const schedule = (delayMs: number) => {
      this.#timer = setTimeout(() => {
        this.#elapsedMs += delayMs;
        if (this.#elapsedMs >= lifetimeMs) {
          this.#onOver();
          return onTimeout();
        }
        send();
        schedule(Math.min(delayMs * 2, t2Ms, lifetimeMs - this.#elapsedMs));
      }, delayMs);
    };
    schedule(t1Ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#onOver();
  }
}
