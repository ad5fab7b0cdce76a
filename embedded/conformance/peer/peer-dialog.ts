import type { Extra, Phone } from "./phone.ts";
import { cseqNumber, header, statusOf, tagOf, uriOf } from "./sip-message.ts";
import type { SipMessage } from "./sip-message.ts";

/** A confirmed dialog as the test phone sees it (RFC 3261 §12). */
export class PeerDialog {
  readonly callId: string;
  readonly invite: SipMessage;
  /** The SDP that the other side sent in the INVITE or its 200. */
  readonly remoteSdp: string;
  readonly #phone: Phone;
  readonly #local: string;
  readonly #remote: string;
  readonly #target: string;
  #cseq: number;

  /** From the phone's own INVITE and the 2xx that it got. */
  static ofCaller(phone: Phone, invite: SipMessage, ok: SipMessage): PeerDialog {
    return new PeerDialog(phone, invite, header(invite, "from"), header(ok, "to"), ok, cseqNumber(invite));
  }

  /** From an INVITE that the phone got and the 2xx that it sent. */
  static ofCallee(phone: Phone, invite: SipMessage, ok: SipMessage): PeerDialog {
    return new PeerDialog(phone, invite, header(ok, "to"), header(invite, "from"), invite, 100);
  }

  private constructor(
    phone: Phone,
    invite: SipMessage,
    local: string,
    remote: string,
    fromRemote: SipMessage,
    cseq: number,
  ) {
    this.#phone = phone;
    this.invite = invite;
    this.callId = header(invite, "call-id");
    this.#local = local;
    this.#remote = remote;
    this.#target = uriOf(header(fromRemote, "contact"));
    this.remoteSdp = fromRemote.body;
    this.#cseq = cseq;
  }

  get localTag(): string {
    return tagOf(this.#local);
  }

  get remoteTag(): string {
    return tagOf(this.#remote);
  }

  request(method: string, extra: Extra = {}): SipMessage {
    this.#cseq += 1;
    return this.#phone.request(method, this.#target, extra, {
      callId: this.callId,
      from: this.#local,
      to: this.#remote,
      cseq: this.#cseq,
    });
  }

  /** The ACK of a 2xx: a transaction of its own, with the CSeq number of the INVITE it acknowledges. */
  ack(invite: SipMessage = this.invite, extra: Extra = {}): SipMessage {
    return this.#phone.request("ACK", this.#target, extra, {
      callId: this.callId,
      from: this.#local,
      to: this.#remote,
      cseq: cseqNumber(invite),
    });
  }

  /** Hangs up and waits for the 200. */
  async hangUp(): Promise<void> {
    const bye = this.request("BYE");
    await this.#phone.takeResponse(bye, 200);
  }

  /** Takes a request of this dialog (in-dialog requests of other calls stay in the inbox). */
  take(method: string, timeoutMs?: number): Promise<SipMessage> {
    return this.#phone.take(
      `a ${method} in the dialog`,
      (m) => statusOf(m) === 0 && m.start.startsWith(`${method} `) && header(m, "call-id") === this.callId,
      timeoutMs,
    );
  }

  /** Waits for the other side's BYE and answers it. */
  async awaitHangUp(timeoutMs?: number): Promise<SipMessage> {
    const bye = await this.take("BYE", timeoutMs);
    this.#phone.respond(bye, 200, "OK");
    return bye;
  }
}

/** INVITEs, waits for the 200, acknowledges. */
export async function placeCall(
  phone: Phone,
  uri: string,
  sdp: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<PeerDialog> {
  const invite = phone.request("INVITE", uri, { body: sdp, headers });
  const final = await phone.takeResponse(invite, 200, 699, "INVITE", 10_000);
  if (statusOf(final) !== 200) {
    phone.ackRefusal(invite, final);
    throw new Error(`the call was refused: ${final.start}`);
  }
  const dialog = PeerDialog.ofCaller(phone, invite, final);
  dialog.ack();
  return dialog;
}
