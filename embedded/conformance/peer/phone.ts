import { randomBytes } from "node:crypto";
import {
  cseqNumber,
  formatSip,
  header,
  headerValues,
  methodOf,
  parseSip,
  requestUri,
  statusOf,
  tagOf,
  uriOf,
} from "./sip-message.ts";
import type { SipMessage } from "./sip-message.ts";
import { openTcpWire, openUdpWire, openWebSocketWire } from "./sip-wire.ts";
import type { SipWire } from "./sip-wire.ts";
import { waitUntil } from "./wait-until.ts";

const token = (): string => randomBytes(6).toString("hex");

export interface Extra {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly contentType?: string;
}

export interface ResponseExtra extends Extra {
  readonly toTag?: string;
}

/**
 * A SIP user agent that does nothing by itself: tests say each message and take each message they expect, so
 * that a ladder reads as a ladder and a wrong peer is as easy to play as a right one.
 */
export class Phone {
  readonly user: string;
  readonly inbox: SipMessage[] = [];
  /** Set to lie about where it is, as a phone behind NAT does without knowing. */
  claimedHost: string | undefined;
  readonly #wire: SipWire;

  static async onUdp(edge: { host: string; port: number }, user = `phone-${token()}`): Promise<Phone> {
    return new Phone(await openUdpWire(edge), user);
  }

  static async onTcp(edge: { host: string; port: number }, user = `phone-${token()}`): Promise<Phone> {
    return new Phone(await openTcpWire(edge), user);
  }

  static async onWebSocket(url: string, user = `phone-${token()}`): Promise<Phone> {
    return new Phone(await openWebSocketWire(url), user);
  }

  private constructor(wire: SipWire, user: string) {
    this.user = user;
    this.#wire = wire;
    wire.onText((text) => this.inbox.push(parseSip(text)));
  }

  get contact(): string {
    return `<sip:${this.user}@${this.claimedHost ?? this.#wire.contactHost}>`;
  }

  get contactUri(): string {
    return uriOf(this.contact);
  }

  send(message: SipMessage): void {
    this.#wire.send(formatSip(message));
  }

  /** Builds and sends a request outside of any dialog; the pieces given in `as` replace the made-up ones. */
  request(
    method: string,
    uri: string,
    extra: Extra = {},
    as: { callId?: string; from?: string; to?: string; cseq?: number; branch?: string; via?: string } = {},
  ): SipMessage {
    const headers: [string, string][] = [
      ["Via", `SIP/2.0/${as.via ?? this.#wire.via};rport;branch=${as.branch ?? `z9hG4bK${token()}`}`],
      ["Max-Forwards", "70"],
      ["From", as.from ?? `<sip:${this.user}@peer.test>;tag=${token()}`],
      ["To", as.to ?? `<${uri}>`],
      ["Call-ID", as.callId ?? token()],
      ["CSeq", `${as.cseq ?? 1} ${method}`],
      ["Contact", this.contact],
      ...Object.entries(extra.headers ?? {}),
    ];
    const body = extra.body ?? "";
    if (body !== "") headers.push(["Content-Type", extra.contentType ?? "application/sdp"]);
    const message = { start: `${method} ${uri} SIP/2.0`, headers, body };
    this.send(message);
    return message;
  }

  respond(request: SipMessage, status: number, reason: string, extra: ResponseExtra = {}): SipMessage {
    const to = header(request, "to");
    const tagged = tagOf(to) !== "" || extra.toTag === undefined ? to : `${to};tag=${extra.toTag}`;
    const headers: [string, string][] = [
      ...headerValues(request, "via").map((via): [string, string] => ["Via", via]),
      ...headerValues(request, "record-route").map((route): [string, string] => ["Record-Route", route]),
      ["From", header(request, "from")],
      ["To", tagged],
      ["Call-ID", header(request, "call-id")],
      ["CSeq", header(request, "cseq")],
      ["Contact", this.contact],
      ...Object.entries(extra.headers ?? {}),
    ];
    const body = extra.body ?? "";
    if (body !== "") headers.push(["Content-Type", extra.contentType ?? "application/sdp"]);
    const message = { start: `SIP/2.0 ${status} ${reason}`, headers, body };
    this.send(message);
    return message;
  }

  /** RFC 3261 §17.1.1.3: the ACK of a final response that is not 2xx belongs to the INVITE's transaction. */
  ackRefusal(invite: SipMessage, response: SipMessage): void {
    this.send({
      start: `ACK ${requestUri(invite)} SIP/2.0`,
      headers: [
        ["Via", header(invite, "via")],
        ["Max-Forwards", "70"],
        ["From", header(invite, "from")],
        ["To", header(response, "to")],
        ["Call-ID", header(invite, "call-id")],
        ["CSeq", `${cseqNumber(invite)} ACK`],
      ],
      body: "",
    });
  }

  /** RFC 3261 §9.1: same Via branch, Call-ID, From, To and CSeq number as the INVITE. */
  cancel(invite: SipMessage): void {
    this.send({
      start: `CANCEL ${requestUri(invite)} SIP/2.0`,
      headers: [
        ["Via", header(invite, "via")],
        ["Max-Forwards", "70"],
        ["From", header(invite, "from")],
        ["To", header(invite, "to")],
        ["Call-ID", header(invite, "call-id")],
        ["CSeq", `${cseqNumber(invite)} CANCEL`],
      ],
      body: "",
    });
  }

  /** Takes the first message that matches out of the inbox, waiting for it. */
  async take(what: string, matches: (m: SipMessage) => boolean, timeoutMs = 4000): Promise<SipMessage> {
    const seen = (): string => this.inbox.map((m) => `${m.start} (${header(m, "cseq")})`).join("; ");
    try {
      await waitUntil(what, timeoutMs, () => this.inbox.some(matches));
    } catch (error) {
      throw new Error(`${String(error)}. In the inbox: ${seen() || "nothing"}`, { cause: error });
    }
    const [message] = this.inbox.splice(this.inbox.findIndex(matches), 1);
    if (message === undefined) throw new Error("unreachable: the message was there");
    return message;
  }

  takeRequest(method: string, timeoutMs?: number): Promise<SipMessage> {
    return this.take(`a ${method}`, (m) => statusOf(m) === 0 && methodOf(m) === method, timeoutMs);
  }

  /** The first response to that request with a status in the range, by Call-ID and CSeq. */
  takeResponse(
    request: SipMessage,
    from: number,
    to = from,
    method = methodOf(request),
    timeoutMs?: number,
  ): Promise<SipMessage> {
    const wanted = `${cseqNumber(request)} ${method}`;
    return this.take(
      `a ${from === to ? from : `${from} to ${to}`} to ${wanted}`,
      (m) =>
        statusOf(m) >= from &&
        statusOf(m) <= to &&
        header(m, "cseq") === wanted &&
        header(m, "call-id") === header(request, "call-id"),
      timeoutMs,
    );
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  drop(): void {
    this.#wire.drop();
  }
}
