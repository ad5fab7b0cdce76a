import type { SipMessage, SipRequest, SipResponse } from "../grammar/message.ts";
import type { Address } from "../transport/flow.ts";

/** How a transaction sends; the transaction layer learns of failures and reports them by transportFailed(). */
export interface Wire {
  readonly isReliable: boolean;
  send(message: SipMessage): void;
}

export interface ClientTransactionUser {
  /** Provisional and final responses; for INVITE also every repetition of a 2xx. */
  onResponse(response: SipResponse, source: Address): void;
  /** Timer B or F: nobody answered. */
  onTimeout(): void;
  onTransportFailure(): void;
  onTerminated(): void;
}

export interface ClientTransaction {
  readonly request: SipRequest;
  readonly state: string;
  start(): void;
  receive(response: SipResponse, source: Address): void;
  transportFailed(): void;
  abandon(): void;
}
