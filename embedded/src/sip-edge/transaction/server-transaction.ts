import type { SipRequest, SipResponse } from "../grammar/message.ts";

export interface ServerTransactionUser {
  /** Timer H: a failure response was never acknowledged, or timer L: an answered INVITE's transaction is over. */
  onTerminated(): void;
}

export interface ServerTransaction {
  readonly request: SipRequest;
  readonly state: string;
  /** True until a final response was given. */
  readonly isPending: boolean;
  respond(response: SipResponse): void;
  /** A repetition of the request, or for INVITE the ACK of a failure. */
  receive(request: SipRequest): void;
  /** Ends it without a word. */
  abandon(): void;
}
