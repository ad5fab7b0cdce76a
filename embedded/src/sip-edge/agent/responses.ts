import type { Cancel } from "../clock.ts";
import type { ControlClient } from "../control/control-client.ts";
import { forwardMessage } from "../control/replies.ts";
import { contactUriOf, Dialog } from "../dialog/dialog.ts";
import { natHopOfCallee } from "../dialog/nat.ts";
import { buildResponse } from "../grammar/build-response.ts";
import { parseCSeq } from "../grammar/cseq.ts";
import {
  emptyBody,
  headerList,
  headerValue,
  type Header,
  type SipRequest,
  type SipResponse,
} from "../grammar/message.ts";
import { tagOf } from "../grammar/name-addr.ts";
import { serializeMessage } from "../grammar/serialize-message.ts";
import type { ClientTransactionUser } from "../transaction/client-transaction.ts";
import { transactionTimeoutMs } from "../transaction/timers.ts";
import type { Transactions } from "../transaction/transactions.ts";
import type { Address } from "../transport/flow.ts";
import type { EdgeContext } from "./edge-context.ts";
import { indifferent } from "./hang-up.ts";
import type { SentByApp, SentRequests } from "./sent-requests.ts";
import type { SessionTimers } from "./session-timers.ts";

/** What the network answers to the applications' requests. */
export class Responses {
  readonly #context: EdgeContext;
  readonly #sent: SentRequests;
  readonly #transactions: Transactions;
  readonly #sessionTimers: SessionTimers;
  readonly #cancelTimeouts = new Map<string, Cancel>();

  constructor(
    context: EdgeContext,
    sent: SentRequests,
    transactions: Transactions,
    sessionTimers: SessionTimers,
  ) {
    this.#context = context;
    this.#sent = sent;
    this.#transactions = transactions;
    this.#sessionTimers = sessionTimers;
  }

  userOf(transactionId: string): ClientTransactionUser {
    const withSent = (run: (sent: SentByApp) => void): void => {
      const sent = this.#sent.find(transactionId);
      if (sent !== undefined) run(sent);
    };
    return {
      onResponse: (response, source) => withSent((sent) => this.#receive(sent, response, source)),
      onTimeout: () => withSent((sent) => this.#invent(sent, 408, "Request Timeout")),
      onTransportFailure: () =>
        withSent((sent) => this.#invent(sent, sent.flow.failure.status, sent.flow.failure.reason)),
      onTerminated: () => {
        this.#stopCancelTimeout(transactionId);
        this.#sent.remove(transactionId);
      },
    };
  }

  /** Sends CANCEL now or as soon as it may be sent (RFC 3261 section 9.1). */
  cancel(sent: SentByApp, headers: readonly Header[]): SipRequest {
    sent.cancel ??= { request: composeCancel(sent.request, headers), isSent: false };
    if (sent.hasProvisional) this.#sendCancel(sent);
    return sent.cancel.request;
  }

  /** A client is gone: what rings for it stops ringing. */
  onClientClosed(client: ControlClient): void {
    for (const sent of this.#sent.all.filter((candidate) => candidate.client === client)) {
      if (sent.request.method === "INVITE" && !sent.isInDialog && !sent.hasFinal) this.cancel(sent, []);
    }
  }

  cancelAll(): void {
    for (const sent of this.#sent.all) {
      if (sent.request.method === "INVITE" && !sent.hasFinal) this.cancel(sent, []);
    }
  }

  #receive(sent: SentByApp, response: SipResponse, source: Address): void {
    if (response.status < 200) {
      sent.hasProvisional = true;
      if (sent.cancel !== undefined) this.#sendCancel(sent);
      if (response.status === 100) return;
    }
    const { dialog } = sent;
    if (sent.hasFinal) {
      this.#receiveAgain(sent, response, source);
      return;
    }
    if (response.status >= 200) {
      sent.hasFinal = true;
      this.#stopCancelTimeout(sent.transactionId);
      dialog?.openInvites.ours.delete(sent.transactionId);
    }
    if (dialog !== undefined) this.#updateDialog(sent, dialog, response, source);
    this.#forward(sent, response, source);
    if (dialog !== undefined && response.status >= 200) this.#afterFinal(sent, dialog, response);
  }

  /** A repeated 2xx gets the ACK again; one of another fork is acknowledged and ended (section 13.2.2.4). */
  #receiveAgain(sent: SentByApp, response: SipResponse, source: Address): void {
    const { dialog } = sent;
    const cseq = parseCSeq(headerValue(response, "CSeq") ?? "")?.number;
    if (dialog === undefined || response.status >= 300) return;
    const isOtherFork = tagOf(headerValue(response, "To")) !== dialog.remoteTag;
    if (isOtherFork && !sent.isInDialog) this.#endFork(sent, dialog, response, source);
    else if (dialog.lastAck?.cseq === cseq)
      dialog.lastAck?.flow.send(serializeMessage(dialog.lastAck.request));
  }

  #updateDialog(sent: SentByApp, dialog: Dialog, response: SipResponse, source: Address): void {
    const isSuccess = response.status >= 200 && response.status < 300;
    const makesDialog = isSuccess || (response.status > 100 && headerValue(response, "RSeq") !== undefined);
    if (!sent.isInDialog) {
      if (makesDialog && response.status < 300) this.#establish(sent, dialog, response, source, isSuccess);
      else if (response.status >= 300) this.#context.dialogs.remove(dialog);
    }
    if (!isSuccess || dialog.isEnded) return;
    if (sent.request.method === "INVITE") {
      dialog.unacknowledgedCSeq = parseCSeq(headerValue(sent.request, "CSeq") ?? "")?.number;
      this.#sessionTimers.learn(response, dialog);
    }
    if (sent.request.method === "SUBSCRIBE" && dialog.identity.method === "SUBSCRIBE") {
      this.#sessionTimers.keepSubscription(response, dialog);
    }
    const contact = contactUriOf(response);
    const refreshes = ["INVITE", "UPDATE", "SUBSCRIBE"].includes(sent.request.method);
    if (refreshes && contact !== undefined) dialog.remoteTarget = contact;
  }

  /** RFC 3261 section 12.1.2. */
  #establish(
    sent: SentByApp,
    dialog: Dialog,
    response: SipResponse,
    source: Address,
    isSuccess: boolean,
  ): void {
    dialog.remoteTag = tagOf(headerValue(response, "To"));
    dialog.remoteAddress = headerValue(response, "To") ?? dialog.remoteAddress;
    dialog.routeSet = headerList(response, "Record-Route").toReversed();
    dialog.remoteTarget = contactUriOf(response) ?? dialog.remoteTarget;
    dialog.natHop = natHopOfCallee(response, dialog.routeSet, sent.flow, source);
    dialog.isConfirmed ||= isSuccess;
    dialog.mustEndOnAck = isSuccess && sent.request.method === "INVITE" && sent.cancel !== undefined;
    this.#context.dialogs.publish(dialog);
  }

  #forward(sent: SentByApp, response: SipResponse, source: Address): void {
    if (!sent.client.isOpen) return;
    const passage = { protocol: sent.flow.protocol, address: source, atMs: this.#context.clock.now() };
    const ids = { transactionId: sent.transactionId, dialogId: sent.dialog?.id ?? "" };
    forwardMessage(sent.client, "network", response, passage, ids);
  }

  #afterFinal(sent: SentByApp, dialog: Dialog, response: SipResponse): void {
    const { method } = sent.request;
    const isChallenge = response.status === 401 || response.status === 407;
    const endsSubscription =
      method === "NOTIFY" &&
      dialog.identity.method === "SUBSCRIBE" &&
      (headerValue(sent.request, "Subscription-State") ?? "").includes("terminated");
    if ((method === "BYE" && !isChallenge) || endsSubscription) this.#context.dialogs.remove(dialog);
    const isAnswered = method === "INVITE" && response.status < 300;
    if (isAnswered && !sent.client.isOpen) this.#endUnattended(dialog, sent);
  }

  /** Answered, but the application is gone: nobody else will acknowledge or hang up. */
  #endUnattended(dialog: Dialog, sent: SentByApp): void {
    const cseq = dialog.unacknowledgedCSeq;
    if (cseq === undefined || sent.isInDialog) return;
    dialog.unacknowledgedCSeq = undefined;
    this.#context.sender.sendAck(dialog, { method: "ACK", cseq, headers: [], body: emptyBody }, sent.flow);
    this.#context.hangUp.end(dialog, "application is gone");
  }

  #endFork(sent: SentByApp, dialog: Dialog, response: SipResponse, source: Address): void {
    const fork = forkOf(dialog, response);
    fork.natHop = natHopOfCallee(response, fork.routeSet, sent.flow, source);
    const cseq = parseCSeq(headerValue(response, "CSeq") ?? "")?.number ?? dialog.localCSeq;
    this.#context.sender.sendAck(fork, { method: "ACK", cseq, headers: [], body: emptyBody }, sent.flow);
    const bye = { method: "BYE", cseq: cseq + 1, headers: [], body: emptyBody };
    this.#context.sender.sendInDialog(fork, bye, sent.flow, indifferent);
  }

  /** A response of the edge's own, for a request that nobody answered. */
  #invent(sent: SentByApp, status: number, reason: string): void {
    if (sent.hasFinal) return;
    const response = buildResponse(sent.request, { status, reason });
    this.#receive(sent, response, sent.flow.remote);
  }

  #sendCancel(sent: SentByApp): void {
    if (sent.cancel === undefined || sent.cancel.isSent) return;
    sent.cancel.isSent = true;
    this.#transactions.send(sent.cancel.request, sent.flow, indifferent);
    // RFC 3261 section 9.1: without a final response 64*T1 later, the INVITE counts as cancelled.
    const giveUp = this.#context.clock.after(transactionTimeoutMs, () => {
      this.#invent(sent, 487, "Request Terminated");
      sent.transaction.abandon();
    });
    this.#cancelTimeouts.set(sent.transactionId, giveUp);
  }

  #stopCancelTimeout(transactionId: string): void {
    this.#cancelTimeouts.get(transactionId)?.();
    this.#cancelTimeouts.delete(transactionId);
  }
}

/** RFC 3261 section 9.1: the INVITE's Request-URI, Via, From, To, Call-ID, Route, and its CSeq number. */
function composeCancel(invite: SipRequest, extra: readonly Header[]): SipRequest {
  const copied = new Set(["From", "To", "Call-ID", "Route", "Max-Forwards"]);
  const number = parseCSeq(headerValue(invite, "CSeq") ?? "")?.number ?? 0;
  const headers = [
    { name: "Via", value: headerValue(invite, "Via") ?? "" },
    ...invite.headers.filter(({ name }) => copied.has(name)),
    { name: "CSeq", value: `${String(number)} CANCEL` },
    ...extra.filter(({ name }) => !copied.has(name) && name !== "Contact"),
  ];
  return { type: "request", method: "CANCEL", uri: invite.uri, headers, body: emptyBody };
}

/** The dialog that a second 2xx made; it lives only for its ACK and BYE. */
function forkOf(dialog: Dialog, response: SipResponse): Dialog {
  const fork = new Dialog(dialog.identity, {
    localAddress: dialog.localAddress,
    remoteAddress: headerValue(response, "To") ?? dialog.remoteAddress,
    remoteTag: tagOf(headerValue(response, "To")),
    localCSeq: dialog.localCSeq,
    remoteCSeq: undefined,
    remoteTarget: contactUriOf(response) ?? dialog.remoteTarget,
    flow: dialog.flow,
    client: undefined,
  });
  fork.routeSet = headerList(response, "Record-Route").toReversed();
  return fork;
}
