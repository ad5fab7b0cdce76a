import type { AppMessage } from "../control/app-message.ts";
import type { ControlClient } from "../control/control-client.ts";
import { echoRequest, refuse } from "../control/replies.ts";
import { createCallingDialog, dialogMethodOf } from "../dialog/create-dialog.ts";
import type { Dialog } from "../dialog/dialog.ts";
import type { Header, SipRequest } from "../grammar/message.ts";
import { parseSipUri, unbracketHost } from "../grammar/uri.ts";
import { newTransactionId } from "../identifiers.ts";
import type { Flow } from "../transport/flow.ts";
import type { Transports } from "../transport/transports.ts";
import { dialogHeaders } from "./app-headers.ts";
import {
  composeRequest,
  NotSent,
  readDialogStartLine,
  readStartLine,
  requireContentType,
  type StartLine,
} from "./compose-request.ts";
import { fromUs, type EdgeContext } from "./edge-context.ts";
import type { Responses } from "./responses.ts";
import { withFlow } from "./sender.ts";
import type { SentByApp, SentRequests } from "./sent-requests.ts";

/** A registered contact's connection is looked up for these (drachtio leaves out the others). */
const methodsToContacts = new Set(["INVITE", "OPTIONS", "NOTIFY", "MESSAGE"]);
/** Within a dialog these carry our Contact. */
const methodsWithContact = new Set(["INVITE", "SUBSCRIBE", "REFER", "UPDATE"]);

/** One `sip` message of an application, and where its reply goes. */
export interface AppCommand {
  readonly client: ControlClient;
  readonly messageId: string;
  readonly app: AppMessage;
}

/** What applications send: outside of dialogs and in them, ACK, PRACK and CANCEL. */
export class AppRequests {
  readonly #context: EdgeContext;
  readonly #transports: Transports;
  readonly #sent: SentRequests;
  readonly #responses: Responses;

  constructor(context: EdgeContext, transports: Transports, sent: SentRequests, responses: Responses) {
    this.#context = context;
    this.#transports = transports;
    this.#sent = sent;
    this.#responses = responses;
  }

  sendOutside(command: AppCommand, routeUrl: string): void {
    attempt(command, () => {
      const start = readStartLine(command.app);
      this.#refuseOwnAddress(start.uri);
      requireContentType(command.app);
      withFlow(this.#flowToward(start, routeUrl), (flow) => {
        attempt(command, () => this.#sendNew(command, start, flow));
      });
    });
  }

  sendInDialog(command: AppCommand, dialogId: string): void {
    attempt(command, () => {
      const dialog = this.#context.dialogs.findById(dialogId);
      if (dialog === undefined) throw unknownDialog(command.app);
      const { method, uri } = readDialogStartLine(command.app);
      const contentType = requireContentType(command.app, "Server error: ");
      if (method === "BYE") this.#cancelOwnInvites(dialog);
      withFlow(this.#context.sender.flowOf(dialog), (flow) => {
        if (method === "ACK") this.#acknowledge(command, contentType, dialog, flow);
        else this.#sendWithin(command, { method, uri }, contentType, dialog, flow);
      });
    });
  }

  cancel({ client, messageId, app }: AppCommand, transactionId: string): void {
    const sent = this.#sent.find(transactionId);
    if (sent === undefined || sent.hasFinal || sent.request.method !== "INVITE") {
      refuse(client, messageId, `unable to cancel unknown transaction id: ${transactionId}`);
      return;
    }
    const request = this.#responses.cancel(sent, dialogHeaders(app, sent.flow.local));
    echoRequest(client, messageId, request, fromUs(this.#context, sent.flow), newTransactionId());
  }

  #refuseOwnAddress(uriText: string): void {
    const uri = parseSipUri(uriText);
    if (uri !== undefined && this.#transports.isOurs(unbracketHost(uri.host), uri.port ?? 5060)) {
      throw new NotSent("can not send request to myself");
    }
  }

  /**
   * The hop that the application names, as long as there is a connection to it; else the connection that the
   * contact registered on, which may be newer; else wherever the URI leads.
   */
  #flowToward(start: StartLine, routeUrl: string): Flow | Promise<Flow> {
    const { registrations, sender } = this.#context;
    const hop = sender.hopOf(routeUrl === "" ? start.uri : routeUrl);
    const named = routeUrl === "" || hop === undefined ? undefined : this.#transports.openFlowTo(hop);
    if (named !== undefined) return named;
    const registered = methodsToContacts.has(start.method) ? registrations.find(start.uri) : undefined;
    if (registered !== undefined) return registered;
    if (hop === undefined) throw new NotSent("requested protocol/transport not available");
    return sender.flowFor(hop);
  }

  #sendNew(command: AppCommand, start: StartLine, flow: Flow): void {
    const request = composeRequest(start, command.app, flow);
    const transactionId = newTransactionId();
    const method = dialogMethodOf(request);
    const dialog =
      method === undefined ? undefined : createCallingDialog(request, method, flow, command.client);
    if (dialog !== undefined) this.#context.dialogs.addEarly(dialog);
    if (method === "INVITE") dialog?.openInvites.ours.add(transactionId);
    this.#send(command, request, { transactionId, flow, dialog, isInDialog: false });
  }

  #sendWithin(
    command: AppCommand,
    start: { readonly method: string; readonly uri: string | undefined },
    contentType: readonly Header[],
    dialog: Dialog,
    flow: Flow,
  ): void {
    const { method } = start;
    const { body } = command.app;
    const chosen = dialogHeaders(command.app, flow.local);
    const contact = chosen.find(({ name }) => name === "Contact")?.value;
    const ownContact =
      methodsWithContact.has(method) && contact === undefined
        ? [{ name: "Contact", value: dialog.localContact }]
        : [];
    const transactionId = newTransactionId();
    if (method === "INVITE") {
      dialog.localContact = contact ?? dialog.localContact;
      if (body.length > 0) dialog.localSdp = body;
      dialog.openInvites.ours.add(transactionId);
    }
    const request = this.#context.sender.compose(dialog, {
      method,
      ...(start.uri === undefined ? {} : { uri: start.uri }),
      cseq: ++dialog.localCSeq,
      headers: [...ownContact, ...chosen, ...contentType],
      body,
    });
    this.#send(command, request, { transactionId, flow, dialog, isInDialog: true });
  }

  #send(
    { client, messageId }: AppCommand,
    request: SipRequest,
    parts: Pick<SentByApp, "transactionId" | "flow" | "dialog" | "isInDialog">,
  ): void {
    const { transactionId, flow } = parts;
    const user = this.#responses.userOf(transactionId);
    const { request: complete, transaction } = this.#context.sender.send(request, flow, user);
    const flags = { hasProvisional: false, hasFinal: false, cancel: undefined };
    this.#sent.add({ ...parts, ...flags, client, request: complete, transaction });
    echoRequest(client, messageId, complete, fromUs(this.#context, flow), transactionId);
  }

  /** The ACK of a 2xx repeats the INVITE's CSeq number. Without one to acknowledge it is the stack's affair. */
  #acknowledge(command: AppCommand, contentType: readonly Header[], dialog: Dialog, flow: Flow): void {
    const { client, messageId, app } = command;
    const cseq = dialog.unacknowledgedCSeq;
    if (cseq === undefined) {
      refuse(client, messageId, "ACK for non-success responses is automatically generated by the stack");
      return;
    }
    dialog.unacknowledgedCSeq = undefined;
    const headers = [...dialogHeaders(app, flow.local), ...contentType];
    if (app.body.length > 0) dialog.localSdp = app.body;
    const ack = this.#context.sender.sendAck(dialog, { method: "ACK", cseq, headers, body: app.body }, flow);
    echoRequest(client, messageId, ack, fromUs(this.#context, flow), newTransactionId());
    if (dialog.mustEndOnAck) this.#context.hangUp.end(dialog, "ACK-BYE due to cancel race condition");
  }

  /** drachtio: a BYE during our own re-INVITE cancels that first. */
  #cancelOwnInvites(dialog: Dialog): void {
    for (const transactionId of dialog.openInvites.ours) {
      const sent = this.#sent.find(transactionId);
      if (sent?.isInDialog === true && !sent.hasFinal) this.#responses.cancel(sent, []);
    }
  }
}

function attempt({ client, messageId }: AppCommand, send: () => void): void {
  try {
    send();
  } catch (error) {
    if (!(error instanceof NotSent)) throw error;
    refuse(client, messageId, error.message);
  }
}

function unknownDialog(app: AppMessage): NotSent {
  const isAck = app.startLine.startsWith("ACK ");
  return new NotSent(
    isAck
      ? "Server error: ACK for non-success final response is automatically generated by server"
      : "Server error: unable to find dialog for dialog id provided",
  );
}
