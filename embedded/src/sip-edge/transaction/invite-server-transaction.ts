import type { Cancel, Clock } from "../clock.ts";
import type { SipRequest, SipResponse } from "../grammar/message.ts";
import type { Wire } from "./client-transaction.ts";
import { startRetransmission } from "./retransmission.ts";
import type { ServerTransactionUser } from "./server-transaction.ts";
import { t1Ms, t2Ms, t4Ms, transactionTimeoutMs } from "./timers.ts";

/**
 *        INVITE
 *      +------------+  300-699   +-----------+  ACK   +-----------+
 *      | proceeding |----------->| completed |------->| confirmed |
 *      +------------+            +-----------+        +-----------+
 *            | 2xx                     | H                  | I
 *            v                         v                    v
 *      +----------+     L       +------------------------------+
 *      | accepted |------------>|          terminated          |
 *      +----------+             +------------------------------+
 *
 * RFC 3261 section 17.2.1 with the accepted state of RFC 6026: repetitions of an answered INVITE are absorbed
 * here, while the dialog repeats the 2xx.
 */
type State = "proceeding" | "accepted" | "completed" | "confirmed" | "terminated";

export class InviteServerTransaction {
  readonly request: SipRequest;
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #user: ServerTransactionUser;
  #state: State = "proceeding";
  #lastResponse: SipResponse | undefined;
  #stopRetransmission: Cancel = () => undefined;
  #stopLinger: Cancel = () => undefined;

  constructor(request: SipRequest, wire: Wire, clock: Clock, user: ServerTransactionUser) {
    this.request = request;
    this.#wire = wire;
    this.#clock = clock;
    this.#user = user;
  }

  get state(): State {
    return this.#state;
  }

  get isPending(): boolean {
    return this.#state === "proceeding";
  }

  respond(response: SipResponse): void {
    if (this.#state !== "proceeding") return;
    this.#lastResponse = response;
    this.#wire.send(response);
    if (response.status < 200) return;
    this.#state = response.status < 300 ? "accepted" : "completed";
    if (this.#state === "completed" && !this.#wire.isReliable) {
      this.#stopRetransmission = startRetransmission(this.#clock, t1Ms, t2Ms, () =>
        this.#wire.send(response),
      );
    }
    this.#linger(transactionTimeoutMs);
  }

  receive(request: SipRequest): void {
    if (request.method === "ACK") this.#acknowledged();
    else if (
      this.#lastResponse !== undefined &&
      (this.#state === "proceeding" || this.#state === "completed")
    ) {
      this.#wire.send(this.#lastResponse);
    }
  }

  abandon(): void {
    if (this.#state !== "terminated") this.#terminate();
  }

  #acknowledged(): void {
    if (this.#state !== "completed") return;
    this.#stopRetransmission();
    this.#state = "confirmed";
    if (this.#wire.isReliable) this.#terminate();
    else this.#linger(t4Ms);
  }

  #linger(delayMs: number): void {
    this.#stopLinger();
    this.#stopLinger = this.#clock.after(delayMs, () => this.#terminate());
  }

  #terminate(): void {
    this.#stopRetransmission();
    this.#stopLinger();
    this.#state = "terminated";
    this.#user.onTerminated();
  }
}
