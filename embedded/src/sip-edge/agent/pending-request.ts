import type { Cancel } from "../clock.ts";
import type { ControlClient } from "../control/control-client.ts";
import type { Dialog } from "../dialog/dialog.ts";
import { parseCSeq } from "../grammar/cseq.ts";
import { headerValue, type SipRequest } from "../grammar/message.ts";
import { tagOf } from "../grammar/name-addr.ts";
import { newTag, newTransactionId } from "../identifiers.ts";
import type { ReceivedRequest } from "../transaction/transactions.ts";

/** A request of the network that an application is to answer. */
export interface PendingRequest {
  readonly transactionId: string;
  readonly received: ReceivedRequest;
  readonly client: ControlClient;
  readonly isInDialog: boolean;
  /** Our tag; the application may choose another with its first response. */
  toTag: string;
  dialog: Dialog | undefined;
  /** Gives up on an application that never says anything. */
  stopWaiting: Cancel;
}

/** Those that wait, by transaction id, and new ones also by what makes two of them the same request. */
export class PendingRequests {
  readonly #byId = new Map<string, PendingRequest>();
  readonly #byIdentity = new Map<string, PendingRequest>();

  get size(): number {
    return this.#byId.size;
  }

  get all(): PendingRequest[] {
    return [...this.#byId.values()];
  }

  add(received: ReceivedRequest, client: ControlClient, dialog?: Dialog): PendingRequest {
    const pending: PendingRequest = {
      transactionId: newTransactionId(),
      received,
      client,
      isInDialog: dialog !== undefined,
      toTag: dialog?.identity.localTag ?? newTag(),
      dialog,
      stopWaiting: () => undefined,
    };
    this.#byId.set(pending.transactionId, pending);
    if (!pending.isInDialog) this.#byIdentity.set(identityOf(received.request), pending);
    return pending;
  }

  find(transactionId: string): PendingRequest | undefined {
    return this.#byId.get(transactionId);
  }

  findByTransaction(received: ReceivedRequest): PendingRequest | undefined {
    return this.all.find((pending) => pending.received.transaction === received.transaction);
  }

  /** RFC 3261 section 8.2.2.2: the same request that came by another way. */
  isMerged(request: SipRequest): boolean {
    return this.#byIdentity.has(identityOf(request));
  }

  remove(pending: PendingRequest): void {
    pending.stopWaiting();
    this.#byId.delete(pending.transactionId);
    const identity = identityOf(pending.received.request);
    if (this.#byIdentity.get(identity) === pending) this.#byIdentity.delete(identity);
  }
}

function identityOf(request: SipRequest): string {
  const cseq = parseCSeq(headerValue(request, "CSeq") ?? "");
  return [
    headerValue(request, "Call-ID") ?? "",
    tagOf(headerValue(request, "From")) ?? "",
    String(cseq?.number ?? ""),
    request.method,
  ].join("|");
}
