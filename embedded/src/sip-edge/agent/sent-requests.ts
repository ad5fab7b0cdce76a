import type { ControlClient } from "../control/control-client.ts";
import type { Dialog } from "../dialog/dialog.ts";
import type { SipRequest } from "../grammar/message.ts";
import type { ClientTransaction } from "../transaction/client-transaction.ts";
import type { Flow } from "../transport/flow.ts";

/** A request that an application sent and that isn't over yet. */
export interface SentByApp {
  readonly transactionId: string;
  readonly client: ControlClient;
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly transaction: ClientTransaction;
  readonly dialog: Dialog | undefined;
  readonly isInDialog: boolean;
  hasProvisional: boolean;
  hasFinal: boolean;
  /** RFC 3261 section 9.1: a CANCEL waits for the first provisional response. */
  cancel: { readonly request: SipRequest; isSent: boolean } | undefined;
}

export class SentRequests {
  readonly #byId = new Map<string, SentByApp>();

  get all(): SentByApp[] {
    return [...this.#byId.values()];
  }

  add(sent: SentByApp): void {
    this.#byId.set(sent.transactionId, sent);
  }

  find(transactionId: string): SentByApp | undefined {
    return this.#byId.get(transactionId);
  }

  remove(transactionId: string): void {
    this.#byId.delete(transactionId);
  }
}
