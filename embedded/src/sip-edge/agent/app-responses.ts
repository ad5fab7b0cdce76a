import type { AppMessage } from "../control/app-message.ts";
import { echoResponse, refuse } from "../control/replies.ts";
import { createCalledDialog, cseqNumberOf, dialogMethodOf } from "../dialog/create-dialog.ts";
import type { Dialog } from "../dialog/dialog.ts";
import { buildResponse } from "../grammar/build-response.ts";
import { parseCSeq } from "../grammar/cseq.ts";
import { headerValue, type Header, type SipResponse } from "../grammar/message.ts";
import { serializeMessage } from "../grammar/serialize-message.ts";
import { startRetransmission } from "../transaction/retransmission.ts";
import { t1Ms, t2Ms, transactionTimeoutMs } from "../transaction/timers.ts";
import type { AppCommand } from "./app-requests.ts";
import {
  composeResponseHeaders,
  readStatus,
  supportsReliability,
  wantsReliability,
  type Status,
} from "./compose-response.ts";
import { fromPeer, type EdgeContext } from "./edge-context.ts";
import { answer } from "./incoming-requests.ts";
import type { PendingRequest, PendingRequests } from "./pending-request.ts";
import type { ReliableProvisionals } from "./reliable-provisionals.ts";
import type { SessionTimers } from "./session-timers.ts";

/** What applications answer to requests of the network. */
export class AppResponses {
  readonly #context: EdgeContext;
  readonly #pending: PendingRequests;
  readonly #reliables: ReliableProvisionals;
  readonly #sessionTimers: SessionTimers;

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

  respond({ client, messageId, app }: AppCommand, transactionId: string): void {
    const status = readStatus(app.startLine);
    const pending = this.#pending.find(transactionId);
    const refusal =
      pending === undefined ? unknownTransaction(app) : this.#findObstacle(pending, status, app);
    if (refusal !== undefined || pending === undefined || status === undefined) {
      refuse(client, messageId, refusal ?? "invalid status line");
      return;
    }
    if (pending.received.request.method === "INVITE") pending.stopWaiting();
    if (!pending.isInDialog && status.code > 100) this.#ensureDialog(pending, app);
    const response = this.#build(pending, status, app);
    pending.received.transaction.respond(response);
    const { flow, request } = pending.received;
    if (flow.protocol === "udp") this.#context.strangers.note(flow.remote.host, request.method, status.code);
    this.#follow(pending, response);
    const ids = { transactionId, dialogId: pending.dialog?.id ?? "" };
    echoResponse(client, messageId, response, fromPeer(this.#context, flow), ids);
  }

  /** drachtio's words for why a response can't be sent. */
  #findObstacle(pending: PendingRequest, status: Status | undefined, app: AppMessage): string | undefined {
    const { request, flow } = pending.received;
    if (!flow.isOpen) {
      if ((status?.code ?? 0) >= 200) this.#forget(pending);
      return "transport for response has been shutdown or closed";
    }
    if (status === undefined) return "invalid status line";
    if (!pending.received.transaction.isPending) {
      this.#forget(pending);
      return unknownTransaction(app);
    }
    if (!wantsReliability(status.code, request, app)) return undefined;
    if (!supportsReliability(request)) return "Remote endpoint does not support 100rel";
    return this.#reliables.isWaiting(pending.transactionId)
      ? "the previous reliable provisional response is not acknowledged yet"
      : undefined;
  }

  #forget(pending: PendingRequest): void {
    this.#pending.remove(pending);
    this.#reliables.stop(pending.transactionId);
    pending.dialog?.openInvites.theirs.delete(pending.transactionId);
    if (!pending.isInDialog && pending.dialog !== undefined) this.#context.dialogs.remove(pending.dialog);
    pending.received.transaction.abandon();
  }

  /** The first response with a tag makes an early dialog (RFC 3261 section 12.1.1). */
  #ensureDialog(pending: PendingRequest, app: AppMessage): void {
    if (pending.dialog !== undefined) return;
    const { request, flow } = pending.received;
    const chosenTo = app.headers.find(({ name }) => name === "To")?.value ?? "";
    pending.toTag = /tag=([^;>\s]+)/.exec(chosenTo)?.[1] ?? pending.toTag;
    const method = dialogMethodOf(request);
    if (method === undefined) return;
    pending.dialog = createCalledDialog(request, method, pending.toTag, flow, pending.client);
    if (method === "INVITE") pending.dialog.openInvites.theirs.add(pending.transactionId);
    this.#context.dialogs.addEarly(pending.dialog);
  }

  #build(pending: PendingRequest, status: Status, app: AppMessage): SipResponse {
    const { request, flow } = pending.received;
    const { code, reason } = status;
    const composed = composeResponseHeaders(request, flow, code, app);
    const headers = [...composed.headers];
    if (wantsReliability(code, request, app)) {
      const rseq = this.#reliables.nextSequenceNumber(pending.transactionId);
      headers.push({ name: "RSeq", value: String(rseq) });
    }
    const { dialog } = pending;
    if (dialog !== undefined && request.method === "INVITE") {
      dialog.localContact = composed.contact;
      if (app.body.length > 0) dialog.localSdp = app.body;
      if (code === 200) headers.push(...this.#runSessionTimer(pending, dialog, composed.chosen));
    }
    const toTag = code === 100 ? {} : { toTag: pending.toTag };
    return buildResponse(request, { status: code, reason, ...toTag, headers, body: app.body });
  }

  #runSessionTimer(pending: PendingRequest, dialog: Dialog, chosen: readonly Header[]): Header[] {
    return pending.isInDialog
      ? this.#sessionTimers.confirm(chosen, dialog)
      : this.#sessionTimers.accept(pending.received.request, chosen, dialog);
  }

  /** What a response sets in motion. */
  #follow(pending: PendingRequest, response: SipResponse): void {
    const { request, flow } = pending.received;
    if (response.status < 200) {
      if (headerValue(response, "RSeq") !== undefined) this.#repeatUntilPrack(pending, response);
      return;
    }
    this.#pending.remove(pending);
    this.#reliables.stop(pending.transactionId);
    pending.dialog?.openInvites.theirs.delete(pending.transactionId);
    const isSuccess = response.status < 300;
    if (isSuccess && request.method === "INVITE") this.#awaitAck(pending, response);
    if (isSuccess && (request.method === "REGISTER" || request.method === "SUBSCRIBE")) {
      this.#context.registrations.learn(request, response, flow);
    }
    if (isSuccess && request.method === "SUBSCRIBE" && pending.dialog?.identity.method === "SUBSCRIBE") {
      this.#sessionTimers.keepSubscription(response, pending.dialog);
    }
    if (pending.isInDialog || pending.dialog === undefined) return;
    if (isSuccess) this.#confirm(pending.dialog);
    else this.#context.dialogs.remove(pending.dialog);
  }

  #confirm(dialog: Dialog): void {
    dialog.isConfirmed = true;
    this.#context.dialogs.publish(dialog);
  }

  /** RFC 3261 section 13.3.1.4: over UDP the 2xx is repeated; without an ACK after 64*T1 the call ends. */
  #awaitAck(pending: PendingRequest, response: SipResponse): void {
    const { dialog, transactionId } = pending;
    const { request, flow } = pending.received;
    if (dialog === undefined || dialog.isEnded) return;
    const bytes = serializeMessage(response);
    const stopRepeating = flow.isReliable
      ? (): void => undefined
      : startRetransmission(this.#context.clock, t1Ms, t2Ms, () => {
          flow.send(bytes);
        });
    const stopTimeout = this.#context.clock.after(transactionTimeoutMs, () => {
      this.#context.hangUp.end(dialog, "ACK timeout");
    });
    const stop = (): void => {
      stopRepeating();
      stopTimeout();
    };
    dialog.answer?.stop();
    dialog.answer = { cseq: cseqNumberOf(request), transactionId, stop };
  }

  #repeatUntilPrack(pending: PendingRequest, response: SipResponse): void {
    if (pending.dialog === undefined) return;
    this.#reliables.start(pending.transactionId, pending.received, response, pending.dialog, () => {
      // RFC 3262 section 3: the original request is rejected with a 5xx.
      this.#pending.remove(pending);
      if (pending.dialog !== undefined && !pending.isInDialog) this.#context.dialogs.remove(pending.dialog);
      answer(pending.received, 504, "Server Time-out", [], pending.toTag);
    });
  }
}

function unknownTransaction(app: AppMessage): string {
  const method = parseCSeq(app.headers.find(({ name }) => name === "CSeq")?.value ?? "")?.method;
  return method === "CANCEL"
    ? "200 OK to incoming CANCEL is automatically generated by the stack"
    : "Response not sent due to unknown transaction";
}
