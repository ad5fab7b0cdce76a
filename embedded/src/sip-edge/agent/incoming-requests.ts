import { forwardMessage, forwardNewRequest } from "../control/replies.ts";
import type { ControlClient } from "../control/control-client.ts";
import { contactUriOf, type Dialog } from "../dialog/dialog.ts";
import { buildResponse } from "../grammar/build-response.ts";
import { parseCSeq } from "../grammar/cseq.ts";
import { headerValue, type Header, type SipRequest } from "../grammar/message.ts";
import { tagOf } from "../grammar/name-addr.ts";
import { newTag } from "../identifiers.ts";
import type { ReceivedRequest, TransactionsUser } from "../transaction/transactions.ts";
import type { Flow } from "../transport/flow.ts";
import { fromPeer, type EdgeContext } from "./edge-context.ts";
import type { PendingRequest, PendingRequests } from "./pending-request.ts";
import type { ReliableProvisionals } from "./reliable-provisionals.ts";
import type { SessionTimers } from "./session-timers.ts";

/** Requests outside of dialogs that applications may ask for; drachtio hands over no others. */
const routableMethods = new Set([
  "INVITE",
  "REGISTER",
  "MESSAGE",
  "OPTIONS",
  "INFO",
  "NOTIFY",
  "SUBSCRIBE",
  "PUBLISH",
]);
const allow: Header = {
  name: "Allow",
  value:
    "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, INFO, MESSAGE, NOTIFY, SUBSCRIBE, PUBLISH, REFER, UPDATE, PRACK",
};
/** drachtio waits this long for an application's first word. */
const silentApplicationMs = 64_000;

/** Everything that the network asks: to whom it goes, and what is answered without asking anybody. */
export class IncomingRequests implements TransactionsUser {
  readonly #context: EdgeContext;
  readonly #pending: PendingRequests;
  readonly #reliables: ReliableProvisionals;
  readonly #sessionTimers: SessionTimers;
  #isClosing = false;

  constructor(
    context: EdgeContext,
    pending: PendingRequests,
    reliables: ReliableProvisionals,
    sessionTimers: SessionTimers,
  ) {
    this.#context = context;
    this.#pending = pending;
    this.#reliables = reliables;
    this.#sessionTimers = sessionTimers;
  }

  onRequest(received: ReceivedRequest): void {
    const { request } = received;
    if (this.#isClosing && request.method !== "BYE") {
      answer(received, 503, "Service Unavailable");
      return;
    }
    const toTag = tagOf(headerValue(request, "To"));
    if (toTag === undefined) {
      this.#receiveNew(received);
      return;
    }
    const dialog = this.#findDialog(request);
    if (dialog === undefined) answer(received, 481, "Call/Transaction Does Not Exist");
    else this.#receiveInDialog(received, dialog);
  }

  /**
   * RFC 3261 section 9.2. As in drachtio, the edge answers both the CANCEL and the INVITE. A CANCEL that crossed
   * our 200 gets 481 and changes nothing: the caller acknowledges, and hangs up if it still wants to.
   */
  onCancel(cancel: ReceivedRequest, invite: ReceivedRequest | undefined): void {
    const pending = invite === undefined ? undefined : this.#pending.findByTransaction(invite);
    if (invite?.transaction.isPending === true && pending !== undefined) this.#cancelPending(cancel, pending);
    else if (invite?.transaction.state === "completed") answer(cancel, 200, "OK");
    else answer(cancel, 481, "Call/Transaction Does Not Exist");
  }

  /** The ACK of a 2xx: stops its repetition and is shown to the application, once. */
  onAck(ack: SipRequest, flow: Flow): void {
    const dialog = this.#findDialog(ack);
    const cseq = parseCSeq(headerValue(ack, "CSeq") ?? "")?.number;
    if (dialog?.answer === undefined || dialog.answer.cseq !== cseq) return;
    const { transactionId } = dialog.answer;
    dialog.answer.stop();
    dialog.answer = undefined;
    if (dialog.client?.isOpen !== true) return;
    forwardMessage(dialog.client, "network", ack, fromPeer(this.#context, flow), {
      transactionId,
      dialogId: dialog.id,
    });
  }

  /** Its unanswered requests would wait for nobody. */
  onClientClosed(client: ControlClient): void {
    for (const pending of this.#pending.all.filter((candidate) => candidate.client === client)) {
      this.#giveUp(pending);
    }
  }

  /** Refuses what waits, and from now on whatever comes. */
  refuseAll(): void {
    this.#isClosing = true;
    for (const pending of this.#pending.all) this.#giveUp(pending);
  }

  #receiveNew(received: ReceivedRequest): void {
    const { request } = received;
    const { method } = request;
    if (method === "BYE" || method === "UPDATE" || method === "PRACK") {
      answer(received, 481, "Call/Transaction Does Not Exist");
    } else if (method === "REFER") answer(received, 405, "Method Not Allowed", [allow]);
    else if (!routableMethods.has(method)) answer(received, 501, "Not Implemented", [allow]);
    else if (this.#pending.isMerged(request) || this.#isAnswered(request))
      answer(received, 482, "Loop Detected");
    else this.#routeNew(received);
  }

  #routeNew(received: ReceivedRequest): void {
    const { request, flow, transaction } = received;
    const client = this.#context.routes.select(request.method);
    if (client === undefined) {
      answer(received, 503, "Service Unavailable");
      return;
    }
    if (request.method === "INVITE") {
      transaction.respond(buildResponse(request, { status: 100, reason: "Trying" }));
    }
    const pending = this.#pending.add(received, client);
    pending.stopWaiting = this.#context.clock.after(silentApplicationMs, () => this.#giveUp(pending));
    forwardNewRequest(client, request, fromPeer(this.#context, flow), pending.transactionId, flow.local);
  }

  #receiveInDialog(received: ReceivedRequest, dialog: Dialog): void {
    const { request } = received;
    const cseq = parseCSeq(headerValue(request, "CSeq") ?? "")?.number ?? 0;
    // RFC 3261 section 12.2.2: out of order.
    if (dialog.remoteCSeq !== undefined && cseq < dialog.remoteCSeq) answer(received, 500, "Stale CSeq");
    else if (request.method === "INVITE" && dialog.openInvites.theirs.size > 0) refuseSecondInvite(received);
    // RFC 3261 section 14.2: our own re-INVITE is under way.
    else if (request.method === "INVITE" && dialog.openInvites.ours.size > 0)
      answer(received, 491, "Request Pending");
    else if (request.method === "PRACK") this.#receivePrack(received, dialog, cseq);
    else if (!this.#sessionTimers.admits(received, dialog)) return;
    else this.#routeInDialog(received, dialog, cseq);
  }

  #receivePrack(received: ReceivedRequest, dialog: Dialog, cseq: number): void {
    if (this.#reliables.acknowledge(received.request, dialog)) this.#routeInDialog(received, dialog, cseq);
    else answer(received, 481, "Call/Transaction Does Not Exist");
  }

  #routeInDialog(received: ReceivedRequest, dialog: Dialog, cseq: number): void {
    const { request, transaction } = received;
    dialog.remoteCSeq = cseq;
    if (request.method === "INVITE") {
      transaction.respond(buildResponse(request, { status: 100, reason: "Trying" }));
    }
    if (request.method === "BYE") this.#endBecauseOfBye(dialog);
    const { client } = dialog;
    if (client?.isOpen !== true) {
      answer(received, 481, "Call/Transaction Does Not Exist");
      return;
    }
    refreshTarget(request, received.flow, dialog);
    const pending = this.#pending.add(received, client, dialog);
    pending.stopWaiting = this.#context.clock.after(silentApplicationMs, () => this.#giveUp(pending));
    if (request.method === "INVITE") dialog.openInvites.theirs.add(pending.transactionId);
    const ids = { transactionId: pending.transactionId, dialogId: dialog.id };
    forwardMessage(client, "network", request, fromPeer(this.#context, received.flow), ids);
    if (endsSubscription(request, dialog)) this.#context.dialogs.remove(dialog);
  }

  /** RFC 3261 section 15.1.2: requests of the dialog that still wait get 487. */
  #endBecauseOfBye(dialog: Dialog): void {
    this.#context.dialogs.remove(dialog);
    for (const pending of this.#pending.all.filter((candidate) => candidate.dialog === dialog)) {
      if (pending.received.request.method !== "INVITE") continue;
      this.#pending.remove(pending);
      answer(pending.received, 487, "Request Terminated", [], pending.toTag);
    }
  }

  #cancelPending(cancel: ReceivedRequest, pending: PendingRequest): void {
    answer(cancel, 200, "OK", [], pending.toTag);
    this.#drop(pending);
    answer(pending.received, 487, "Request Terminated", [], pending.toTag);
    const dialogId = pending.dialog?.id ?? "";
    const ids = { transactionId: pending.transactionId, dialogId };
    forwardMessage(pending.client, "network", cancel.request, fromPeer(this.#context, cancel.flow), ids);
  }

  #giveUp(pending: PendingRequest): void {
    this.#drop(pending);
    answer(pending.received, 480, "Temporarily Unavailable", [], pending.toTag);
  }

  #drop(pending: PendingRequest): void {
    this.#pending.remove(pending);
    pending.dialog?.openInvites.theirs.delete(pending.transactionId);
    this.#reliables.stop(pending.transactionId);
    if (!pending.isInDialog && pending.dialog !== undefined) this.#context.dialogs.remove(pending.dialog);
  }

  #findDialog(request: SipRequest): Dialog | undefined {
    const localTag = tagOf(headerValue(request, "To"));
    if (localTag === undefined) return undefined;
    const dialog = this.#context.dialogs.findByLocalTag(headerValue(request, "Call-ID") ?? "", localTag);
    const remoteTag = tagOf(headerValue(request, "From"));
    return dialog?.remoteTag === undefined || dialog.remoteTag === remoteTag ? dialog : undefined;
  }

  #isAnswered(request: SipRequest): boolean {
    const id = `${headerValue(request, "Call-ID") ?? ""};from-tag=${tagOf(headerValue(request, "From")) ?? ""}`;
    return request.method === "INVITE" && this.#context.dialogs.findById(id) !== undefined;
  }
}

/** The edge's own answer to a request. */
export function answer(
  received: ReceivedRequest,
  status: number,
  reason: string,
  headers: readonly Header[] = [],
  toTag: string = newTag(),
): void {
  received.transaction.respond(buildResponse(received.request, { status, reason, toTag, headers }));
}

/** RFC 3261 section 14.2. */
function refuseSecondInvite(received: ReceivedRequest): void {
  const seconds = String(Math.floor(Math.random() * 11));
  answer(received, 500, "Server Internal Error", [{ name: "Retry-After", value: seconds }]);
}

/** RFC 3261 section 12.2.2; a peer that changed its connection is followed there. */
function refreshTarget(request: SipRequest, flow: Flow, dialog: Dialog): void {
  if (flow.isReliable) dialog.flow = flow;
  if (request.method !== "INVITE" && request.method !== "UPDATE") return;
  const contact = contactUriOf(request);
  if (contact !== undefined) dialog.remoteTarget = contact;
}

/** RFC 6665 section 4.4.1. A NOTIFY about a REFER lives in a call and ends nothing. */
function endsSubscription(request: SipRequest, dialog: Dialog): boolean {
  if (dialog.identity.method !== "SUBSCRIBE" || request.method !== "NOTIFY") return false;
  return (headerValue(request, "Subscription-State") ?? "").toLowerCase().includes("terminated");
}
