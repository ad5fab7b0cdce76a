import type { SipMessage } from "../core/sip-message.ts";
import { cseqOf, headerOf, parameterOf, uriOf } from "../core/sip-message.ts";
import type { IncomingInvite, InviteTransaction } from "./incoming-invite.ts";
import type { SipAnswer } from "./sip-user-agent.ts";
import type { Retransmission } from "./sip-timers.ts";

interface DialogContext {
  contact: string;
  request(message: SipMessage): Promise<SipMessage>;
  send(message: SipMessage): void;
  onOver(): void;
}

/** What the owner of a call wants to know about its dialog. */
export interface DialogHandlers {
  /** The ACK of our 200 came, with the answer if ours was the offer. */
  onAck(sdp: string): void;
  onBye(reason: string | undefined): void;
  /** A new offer, or "" when the remote side wants ours; resolves with our description or a refusal. */
  onReinvite(sdp: string): Promise<{ sdp: string } | { status: number; reason: string }>;
  onInfo(request: SipMessage): SipAnswer;
  /** No ACK within 64*T1. */
  onAckTimeout(): void;
}

interface AckWait {
  cseq: number;
  repetition: Retransmission;
}

/** A dialog that the remote side opened with an INVITE, RFC 3261 section 12. */
export class SipDialog {
  handlers: DialogHandlers | undefined;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly #context: DialogContext;
  readonly #local: string;
  readonly #remote: string;
  readonly #routes: string[];
  #remoteTarget: string;
  #remoteSequence: number;
  #localSequence = 1;
  #ackWait: AckWait | undefined;
  #isOver = false;
  #isReinviting = false;

  constructor(invite: SipMessage, localTag: string, context: DialogContext) {
    this.#context = context;
    this.localTag = localTag;
    this.callId = headerOf(invite, "call-id")!;
    this.#remote = headerOf(invite, "from")!;
    this.remoteTag = parameterOf(this.#remote, "tag") ?? "";
    this.#local = `${headerOf(invite, "to")!};tag=${localTag}`;
    this.#routes = invite.headers.get("record-route") ?? [];
    this.#remoteTarget = uriOf(headerOf(invite, "contact") ?? "");
    this.#remoteSequence = cseqOf(invite)?.number ?? 0;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  // ---- what the remote side sends ----

  awaitAck(invite: SipMessage, repetition: Retransmission): void {
    this.#ackWait = { cseq: cseqOf(invite)?.number ?? 0, repetition };
  }

  onAck(ack: SipMessage): void {
    const wait = this.#ackWait;
    if (wait === undefined || cseqOf(ack)?.number !== wait.cseq) return;
    this.#ackWait = undefined;
    wait.repetition.stop();
    if (!this.#isOver) this.handlers?.onAck(ack.body);
  }

  onAckTimeout(): void {
    this.#ackWait = undefined;
    this.handlers?.onAckTimeout();
  }

  /** Requests other than INVITE and ACK. */
  onRequest(request: SipMessage): SipAnswer {
    const number = cseqOf(request)!.number;
    if (number <= this.#remoteSequence) return { status: 500, reason: "Server Internal Error" };
    this.#remoteSequence = number;
    if (request.method === "BYE") {
      this.#end();
      this.handlers?.onBye(headerOf(request, "reason"));
      return { status: 200, reason: "OK" };
    }
    if (request.method === "INFO") return this.handlers?.onInfo(request) ?? { status: 200, reason: "OK" };
    if (request.method === "OPTIONS" || (request.method === "UPDATE" && request.body === "")) {
      return { status: 200, reason: "OK", headers: [["contact", this.#context.contact]] };
    }
    return { status: 501, reason: "Not Implemented" };
  }

  async onReinvite(transaction: InviteTransaction & IncomingInvite): Promise<void> {
    const { request } = transaction;
    const number = cseqOf(request)!.number;
    if (number <= this.#remoteSequence) return transaction.reject(500, "Server Internal Error");
    // RFC 3261 section 14.2: two offers at once.
    if (this.#isReinviting) return transaction.reject(491, "Request Pending");
    this.#remoteSequence = number;
    const contact = headerOf(request, "contact");
    const answer = await this.handlers?.onReinvite(request.body);
    if (answer === undefined || this.#isOver)
      return transaction.reject(481, "Call/Transaction Does Not Exist");
    if ("status" in answer) return transaction.reject(answer.status, answer.reason);
    if (contact !== undefined) this.#remoteTarget = uriOf(contact);
    transaction.acceptReinvite(this, answer.sdp);
  }

  // ---- what we send ----

  /** Ends the dialog; resolves when the BYE is answered or given up. */
  async bye(reason: string | undefined): Promise<void> {
    if (this.#isOver) return;
    this.#end();
    await this.#context.request(this.#build("BYE", reason === undefined ? [] : [["reason", reason]], ""));
  }

  /** Offers a changed description (hold). Resolves with the answer, or undefined if it was refused. */
  async reinvite(sdp: string): Promise<string | undefined> {
    if (this.#isOver || this.#isReinviting) return undefined;
    this.#isReinviting = true;
    try {
      const headers: [string, string][] = [
        ["contact", this.#context.contact],
        ["content-type", "application/sdp"],
      ];
      const request = this.#build("INVITE", headers, sdp);
      const sequence = this.#localSequence;
      const response = await this.#context.request(request);
      this.#acknowledge(request, response, sequence);
      return response.status === 200 ? response.body : undefined;
    } finally {
      this.#isReinviting = false;
    }
  }

  /** RFC 3261 section 13.2.2.4 for a 2xx, 17.1.1.3 for the others. */
  #acknowledge(request: SipMessage, response: SipMessage, sequence: number): void {
    if (response.headers.size === 0) return;
    const contact = headerOf(response, "contact");
    if (response.status === 200 && contact !== undefined) this.#remoteTarget = uriOf(contact);
    const ack = this.#build("ACK", [], "", sequence);
    if (response.status !== 200) ack.headers.set("via", [headerOf(request, "via")!]);
    this.#context.send(ack);
  }

  #build(method: string, extra: [string, string][], body: string, sequence?: number): SipMessage {
    const number = sequence ?? ++this.#localSequence;
    const headers = new Map<string, string[]>([
      ["from", [this.#local]],
      ["to", [this.#remote]],
      ["call-id", [this.callId]],
      ["cseq", [`${number} ${method}`]],
    ]);
    if (this.#routes.length > 0) headers.set("route", this.#routes);
    for (const [name, value] of extra) headers.set(name, [value]);
    return { method, uri: this.#remoteTarget, headers, body };
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#ackWait?.repetition.stop();
    this.#ackWait = undefined;
    this.#context.onOver();
  }
}
