import type { Cancel, Clock } from "../clock.ts";
import {
  emptyBody,
  headerValue,
  headerValues,
  type SipRequest,
  type SipResponse,
} from "../grammar/message.ts";
import type { Address } from "../transport/flow.ts";
import type { ClientTransactionUser, Wire } from "./client-transaction.ts";
import { startRetransmission } from "./retransmission.ts";
import { t1Ms, timerDMs, transactionTimeoutMs } from "./timers.ts";

/**
 *               INVITE sent
 *            +-----------+  B or transport error
 *            |  calling  |--------------------------+
 *            +-----------+                          |
 *        1xx |      | 2xx        300-699            |
 *            v      +---------+--------+            |
 *      +------------+   2xx   |        | (ACK sent) |
 *      | proceeding |---------+        v            |
 *      +------------+         |  +-----------+      |
 *            |  300-699       v  | completed |      |
 *            +--------->  accepted +--------+       |
 *                  M ending |     D |               |
 *                           v       v               v
 *                          +----------------------------+
 *                          |         terminated         |
 *                          +----------------------------+
 *
 * RFC 3261 section 17.1.1 with the accepted state of RFC 6026.
 */
type State = "calling" | "proceeding" | "accepted" | "completed" | "terminated";

export class InviteClientTransaction {
  readonly request: SipRequest;
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #user: ClientTransactionUser;
  readonly #timers: Cancel[] = [];
  #state: State = "calling";

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
    if (!this.#wire.isReliable) {
      this.#timers.push(
        startRetransmission(this.#clock, t1Ms, Infinity, () => this.#wire.send(this.request)),
      );
    }
    this.#timers.push(
      this.#clock.after(transactionTimeoutMs, () => {
        this.#terminate(() => this.#user.onTimeout());
      }),
    );
    this.#wire.send(this.request);
  }

  receive(response: SipResponse, source: Address): void {
    if (this.#state === "terminated") return;
    if (this.#state === "completed") {
      if (response.status >= 300) this.#acknowledge(response);
      return;
    }
    if (this.#state === "accepted") {
      if (isSuccess(response)) this.#user.onResponse(response, source);
      return;
    }
    this.#stopTimers();
    if (response.status < 200) {
      this.#state = "proceeding";
      this.#user.onResponse(response, source);
      return;
    }
    this.#state = isSuccess(response) ? "accepted" : "completed";
    if (this.#state === "completed") this.#acknowledge(response);
    this.#user.onResponse(response, source);
    this.#linger();
  }

  /** RFC 3261 section 17.1.4: the peer can't be reached; nothing more will come. */
  transportFailed(): void {
    if (this.#state !== "calling" && this.#state !== "proceeding") return;
    this.#terminate(() => this.#user.onTransportFailure());
  }

  /** The user gives up waiting. */
  abandon(): void {
    if (this.#state !== "terminated") this.#terminate();
  }

  /** RFC 3261 section 17.1.1.3: the ACK of a failure belongs to the transaction. */
  #acknowledge(response: SipResponse): void {
    const header = (name: string, from: SipRequest | SipResponse): { name: string; value: string }[] =>
      headerValues(from, name).map((value) => ({ name, value }));
    const cseqNumber = (headerValue(this.request, "CSeq") ?? "").split(/\s/)[0] ?? "";
    const headers = [
      ...header("Via", this.request).slice(0, 1),
      ...header("Route", this.request),
      ...header("From", this.request),
      ...header("To", response),
      ...header("Call-ID", this.request),
      { name: "CSeq", value: `${cseqNumber} ACK` },
      { name: "Max-Forwards", value: "70" },
    ];
    this.#wire.send({ type: "request", method: "ACK", uri: this.request.uri, headers, body: emptyBody });
  }

  /** Timers D and M: how long repetitions may still come. */
  #linger(): void {
    if (this.#state === "terminated") return;
    const lingerMs = this.#state === "accepted" ? transactionTimeoutMs : this.#wire.isReliable ? 0 : timerDMs;
    if (lingerMs === 0) this.#terminate();
    else this.#timers.push(this.#clock.after(lingerMs, () => this.#terminate()));
  }

  /** Whatever there is to tell comes before onTerminated, the last word. */
  #terminate(tell: () => void = () => undefined): void {
    this.#stopTimers();
    this.#state = "terminated";
    tell();
    this.#user.onTerminated();
  }

  #stopTimers(): void {
    for (const cancel of this.#timers.splice(0)) cancel();
  }
}

function isSuccess(response: SipResponse): boolean {
  return response.status >= 200 && response.status < 300;
}
