import type { SipMessage } from "../core/sip-message.ts";
import { buildResponse } from "../core/sip-message.ts";
import type { SipDialog } from "./sip-dialog.ts";
import type { Retransmission } from "./sip-timers.ts";
import type { SipPeer } from "./sip-transport.ts";

interface InviteContext {
  request: SipMessage;
  source: SipPeer;
  localTag: string;
  contact: string;
  send(response: SipMessage): void;
  createDialog(localTag: string): SipDialog;
  repeat(send: () => void, onTimeout: () => void, lifetimeMs?: number): Retransmission;
  /** The final response is out; the transaction is kept a while for retransmissions. */
  onOver(): void;
}

/** An INVITE that waits for our answer. Exactly one of `accept` and `reject` takes effect. */
export interface IncomingInvite {
  readonly request: SipMessage;
  readonly source: SipPeer;
  readonly isCancelled: boolean;
  onCancelled: () => void;
  /** Answers 200 with `sdp`; the 200 is repeated until the dialog sees the ACK, or `patienceMs` (64*T1) are over. */
  accept(sdp: string, patienceMs?: number): SipDialog;
  reject(status: number, reason: string, headers?: [string, string][]): void;
}

/** The server side of an INVITE transaction, RFC 3261 section 17.2.1 and 13.3.1.4. */
export class InviteTransaction implements IncomingInvite {
  onCancelled: () => void = () => {};
  readonly #context: InviteContext;
  #last: SipMessage | undefined;
  #isFinal = false;
  #isCancelled = false;
  #repetition: Retransmission | undefined;

  constructor(context: InviteContext) {
    this.#context = context;
  }

  get request(): SipMessage {
    return this.#context.request;
  }

  get source(): SipPeer {
    return this.#context.source;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  sendTrying(): void {
    this.#respond(buildResponse(this.request, 100, "Trying", undefined));
  }

  onRetransmission(): void {
    if (this.#last) this.#context.send(this.#last);
  }

  /** The ACK of a non-2xx response; that of a 200 goes to the dialog. */
  onAck(): void {
    this.#repetition?.stop();
  }

  onCancel(): void {
    if (this.#isFinal) return;
    this.#isCancelled = true;
    this.#reply(487, "Request Terminated");
    this.onCancelled();
  }

  reject(status: number, reason: string, headers: [string, string][] = []): void {
    if (!this.#isFinal) this.#reply(status, reason, headers);
  }

  #reply(status: number, reason: string, headers: [string, string][] = []): void {
    const response = buildResponse(this.request, status, reason, this.#context.localTag, headers);
    this.#isFinal = true;
    this.#respond(response);
    this.#repetition = this.#context.repeat(
      () => this.#context.send(response),
      () => {},
    );
    this.#context.onOver();
  }

  accept(sdp: string, patienceMs?: number): SipDialog {
    const dialog = this.#context.createDialog(this.#context.localTag);
    this.#acceptIn(dialog, sdp, patienceMs);
    return dialog;
  }

  /** Answers a re-INVITE of `dialog`. */
  acceptReinvite(dialog: SipDialog, sdp: string): void {
    this.#acceptIn(dialog, sdp);
  }

  #acceptIn(dialog: SipDialog, sdp: string, patienceMs?: number): void {
    if (this.#isFinal) return;
    const { localTag, contact } = this.#context;
    const all: [string, string][] = [
      ["contact", contact],
      ["content-type", "application/sdp"],
    ];
    const response = buildResponse(this.request, 200, "OK", localTag, all, sdp);
    this.#isFinal = true;
    this.#respond(response);
    dialog.awaitAck(
      this.request,
      this.#context.repeat(
        () => this.#context.send(response),
        () => dialog.onAckTimeout(),
        patienceMs,
      ),
    );
    this.#context.onOver();
  }

  #respond(response: SipMessage): void {
    this.#last = response;
    this.#context.send(response);
  }
}
