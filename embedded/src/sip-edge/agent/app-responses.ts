import type { AppMessage } from "../control/app-message.ts";
import type { ControlClient } from "../control/control-client.ts";
import { echoResponse, refuse } from "../control/replies.ts";
import { contactUriOf, Dialog } from "../dialog/dialog.ts";
import { natHopOfCaller } from "../dialog/nat.ts";
import { buildResponse } from "../grammar/build-response.ts";
import { parseCSeq } from "../grammar/cseq.ts";
import {
  headerList,
  headerValue,
  headerValues,
  type Header,
  type SipRequest,
  type SipResponse,
} from "../grammar/message.ts";
import { tagOf } from "../grammar/name-addr.ts";
import { serializeMessage } from "../grammar/serialize-message.ts";
import { startRetransmission } from "../transaction/retransmission.ts";
import { t1Ms, t2Ms, transactionTimeoutMs } from "../transaction/timers.ts";
import { dialogHeaders, impliedContentType, ownContact } from "./app-headers.ts";
import { fromPeer, type EdgeContext } from "./edge-context.ts";
import { answer } from "./incoming-requests.ts";
import type { PendingRequest, PendingRequests } from "./pending-request.ts";
import type { ReliableProvisionals } from "./reliable-provisionals.ts";
import type { SessionTimers } from "./session-timers.ts";

interface Status {
  readonly code: number;
  readonly reason: string;
}

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

  respond(client: ControlClient, messageId: string, transactionId: string, app: AppMessage): void {
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
    this.#follow(pending, response);
    const ids = { transactionId, dialogId: pending.dialog?.id ?? "" };
    echoResponse(client, messageId, response, fromPeer(this.#context, pending.received.flow), ids);
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
    if (!isReliabilitySupported(request)) return "Remote endpoint does not support 100rel";
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
    const chosenTag = /tag=([^;>\s]+)/.exec(app.headers.find(({ name }) => name === "To")?.value ?? "")?.[1];
    const { request, flow } = pending.received;
    if (pending.dialog !== undefined) return;
    if (chosenTag !== undefined) pending.toTag = chosenTag;
    if (request.method !== "INVITE" && request.method !== "SUBSCRIBE") return;
    pending.dialog = createCalledDialog(pending, request.method);
    pending.dialog.natHop = natHopOfCaller(request, flow);
    if (request.method === "INVITE") pending.dialog.openInvites.theirs.add(pending.transactionId);
    this.#context.dialogs.addEarly(pending.dialog);
  }

  #build(pending: PendingRequest, status: Status, app: AppMessage): SipResponse {
    const { request, flow } = pending.received;
    const chosen = dialogHeaders(app, flow.local);
    const contentType = impliedContentType(app);
    const headers: Header[] = [];
    if (status.code > 100 && status.code < 300) headers.push(...headersOfDialog(request));
    const contact =
      chosen.find(({ name }) => name === "Contact")?.value ?? ownContact(flow.protocol, flow.local);
    if (needsContact(request, status.code) && !chosen.some(({ name }) => name === "Contact")) {
      headers.push({ name: "Contact", value: contact });
    }
    headers.push(...chosen, ...(contentType === "missing" ? [] : contentType));
    if (wantsReliability(status.code, request, app)) {
      headers.push({
        name: "RSeq",
        value: String(this.#reliables.nextSequenceNumber(pending.transactionId)),
      });
    }
    const { dialog } = pending;
    if (dialog !== undefined && request.method === "INVITE") {
      dialog.localContact = contact;
      if (app.body.length > 0) dialog.localSdp = app.body;
      if (status.code === 200) {
        const timers = this.#sessionTimers;
        headers.push(
          ...(pending.isInDialog ? timers.confirm(chosen, dialog) : timers.accept(request, chosen, dialog)),
        );
      }
    }
    const toTag = status.code === 100 ? {} : { toTag: pending.toTag };
    return buildResponse(request, {
      status: status.code,
      reason: status.reason,
      ...toTag,
      headers,
      body: app.body,
    });
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

function readStatus(startLine: string): Status | undefined {
  const match = /^SIP\/2\.0\s+([1-6]\d\d)(?:\s+(.*))?$/.exec(startLine);
  return match === null ? undefined : { code: Number(match[1]), reason: match[2] ?? "" };
}

function unknownTransaction(app: AppMessage): string {
  const method = parseCSeq(app.headers.find(({ name }) => name === "CSeq")?.value ?? "")?.method;
  return method === "CANCEL"
    ? "200 OK to incoming CANCEL is automatically generated by the stack"
    : "Response not sent due to unknown transaction";
}

function createCalledDialog(pending: PendingRequest, method: "INVITE" | "SUBSCRIBE"): Dialog {
  const { request, flow } = pending.received;
  const from = headerValue(request, "From") ?? "";
  const to = headerValue(request, "To") ?? "";
  const fromTag = tagOf(from) ?? "";
  const callId = headerValue(request, "Call-ID") ?? "";
  const dialog = new Dialog(
    { role: "uas", method, callId, localTag: pending.toTag, fromTag },
    {
      localAddress: `${to};tag=${pending.toTag}`,
      remoteAddress: from,
      remoteTag: fromTag,
      localCSeq: Math.floor(Math.random() * 1_000_000),
      remoteCSeq: cseqNumberOf(request),
      remoteTarget: contactUriOf(request) ?? request.uri,
      flow,
      client: pending.client,
    },
  );
  dialog.routeSet = headerList(request, "Record-Route");
  return dialog;
}

/** RFC 3261 section 12.1.1: Record-Route goes back unchanged. */
function headersOfDialog(request: SipRequest): Header[] {
  if (request.method !== "INVITE" && request.method !== "SUBSCRIBE") return [];
  return headerValues(request, "Record-Route").map((value) => ({ name: "Record-Route", value }));
}

function needsContact(request: SipRequest, status: number): boolean {
  const makesDialog =
    request.method === "INVITE" || request.method === "SUBSCRIBE" || request.method === "UPDATE";
  return makesDialog && status > 100 && status < 300;
}

function wantsReliability(status: number, request: SipRequest, app: AppMessage): boolean {
  return (
    status > 100 &&
    status < 200 &&
    request.method === "INVITE" &&
    app.headers.some(({ name, value }) => name === "Require" && value.includes("100rel"))
  );
}

function isReliabilitySupported(request: SipRequest): boolean {
  return [...headerList(request, "Supported"), ...headerList(request, "Require")].includes("100rel");
}

function cseqNumberOf(request: SipRequest): number {
  return parseCSeq(headerValue(request, "CSeq") ?? "")?.number ?? 0;
}
