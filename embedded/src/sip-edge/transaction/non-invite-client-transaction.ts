import type { Cancel, Clock } from "../clock.ts";
import type { SipRequest, SipResponse } from "../grammar/message.ts";
import type { Address } from "../transport/flow.ts";
import type { ClientTransactionUser, Wire } from "./client-transaction.ts";
import { startRetransmission } from "./retransmission.ts";
import { t1Ms, t2Ms, t4Ms, transactionTimeoutMs } from "./timers.ts";

/**
 *        request sent
 *      +--------+  1xx  +------------+
 *      | trying |------>| proceeding |--+
 *      +--------+       +------------+  | F, transport error
 *          | 200-699        | 200-699   |
 *          v                v           |
 *         +-----------------+           |
 *         |    completed    |           |
 *         +-----------------+           |
 *                 | K                   v
 *                 +-----------> terminated
 *
 * RFC 3261 section 17.1.2.
 */
type State = "trying" | "proceeding" | "completed" | "terminated";

export class NonInviteClientTransaction {
  readonly request: SipRequest;
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #user: ClientTransactionUser;
  #stopRetransmission: Cancel = () => undefined;
  #stopTimeout: Cancel = () => undefined;
  #state: State = "trying";

  constructor(request: SipRequest, wire: Wire, clock: Clock, user: ClientTransactionUser) {
    this.request = request;
    this.#wire = wire;
    this.#clock = clock;
    this.#user = user;
  }

  get state(): State {
    return this.#state;
  }

  start(): void {
    this.#retransmitFrom(t1Ms);
    this.#stopTimeout = this.#clock.after(transactionTimeoutMs, () => {
      this.#terminate(() => this.#user.onTimeout());
    });
    this.#wire.send(this.request);
  }

  receive(response: SipResponse, source: Address): void {
    if (this.#state === "completed" || this.#state === "terminated") return;
    this.#user.onResponse(response, source);
    if (response.status < 200) this.#proceed();
    else this.#complete();
  }

  transportFailed(): void {
    if (this.#state !== "trying" && this.#state !== "proceeding") return;
    this.#terminate(() => this.#user.onTransportFailure());
  }

  abandon(): void {
    if (this.#state !== "terminated") this.#terminate();
  }

  /** RFC 3261 section 17.1.2.2: from proceeding on, timer E fires every T2. */
  #proceed(): void {
    if (this.#state === "proceeding") return;
    this.#state = "proceeding";
    this.#stopRetransmission();
    this.#retransmitFrom(t2Ms);
  }

  #complete(): void {
    this.#stopRetransmission();
    this.#stopTimeout();
    this.#state = "completed";
    if (this.#wire.isReliable) this.#terminate();
    else this.#stopTimeout = this.#clock.after(t4Ms, () => this.#terminate());
  }

  #retransmitFrom(delayMs: number): void {
    if (this.#wire.isReliable) return;
    this.#stopRetransmission = startRetransmission(this.#clock, delayMs, t2Ms, () =>
      this.#wire.send(this.request),
    );
  }

  /** Whatever there is to tell comes before onTerminated, the last word. */
  #terminate(tell: () => void = () => undefined): void {
    this.#stopRetransmission();
    this.#stopTimeout();
    this.#state = "terminated";
    tell();
    this.#user.onTerminated();
  }
}
