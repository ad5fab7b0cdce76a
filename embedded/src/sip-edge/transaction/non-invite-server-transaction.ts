import type { Cancel, Clock } from "../clock.ts";
import type { SipRequest, SipResponse } from "../grammar/message.ts";
import type { Wire } from "./client-transaction.ts";
import type { ServerTransactionUser } from "./server-transaction.ts";
import { transactionTimeoutMs } from "./timers.ts";

/**
 *       request
 *      +--------+  1xx  +------------+
 *      | trying |------>| proceeding |
 *      +--------+       +------------+
 *          | 200-699        | 200-699
 *          v                v
 *         +-----------------+   J   +------------+
 *         |    completed    |------>| terminated |
 *         +-----------------+       +------------+
 *
 * RFC 3261 section 17.2.2. A request that nobody answers is forgotten after 64*T1: its sender has timed out
 * by then, and a late 408 is forbidden (RFC 4320 section 4.2).
 */
type State = "trying" | "proceeding" | "completed" | "terminated";

export class NonInviteServerTransaction {
  readonly request: SipRequest;
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #user: ServerTransactionUser;
  #state: State = "trying";
  #lastResponse: SipResponse | undefined;
  #stopTimer: Cancel;

  constructor(request: SipRequest, wire: Wire, clock: Clock, user: ServerTransactionUser) {
    this.request = request;
    this.#wire = wire;
    this.#clock = clock;
    this.#user = user;
    this.#stopTimer = clock.after(transactionTimeoutMs, () => this.#terminate());
  }

  get state(): State {
    return this.#state;
  }

  get isPending(): boolean {
    return this.#state === "trying" || this.#state === "proceeding";
  }

  respond(response: SipResponse): void {
    if (!this.isPending) return;
    this.#lastResponse = response;
    this.#wire.send(response);
    if (response.status < 200) this.#state = "proceeding";
    else this.#complete();
  }

  receive(_request: SipRequest): void {
    if (this.#lastResponse !== undefined && this.#state !== "terminated") this.#wire.send(this.#lastResponse);
  }

  abandon(): void {
    if (this.#state !== "terminated") this.#terminate();
  }

  #complete(): void {
    this.#stopTimer();
    this.#state = "completed";
    if (this.#wire.isReliable) this.#terminate();
    else this.#stopTimer = this.#clock.after(transactionTimeoutMs, () => this.#terminate());
  }

  #terminate(): void {
    this.#stopTimer();
    this.#state = "terminated";
    this.#user.onTerminated();
  }
}
