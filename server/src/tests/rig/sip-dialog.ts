/** The fields that all requests of one SIP dialog share (RFC 3261, section 12), seen from one side. */
import { randomBytes } from "node:crypto";
import { allHeaders, header, tagOf, uriOf } from "./sip-message.ts";
import type { SipMessage } from "./sip-message.ts";
import type { Address, SipSocket } from "./sip-socket.ts";

export interface DialogParts {
  socket: SipSocket;
  /** URIs of From and To of our requests. */
  local: string;
  remote: string;
  /** Where the first request goes, or came from. */
  hop: Address;
  /** The INVITE that began it, if it came from the other side. */
  invite: SipMessage | null;
}

export class SipDialog {
  readonly callId: string;
  readonly localTag = randomBytes(6).toString("hex");
  /** The last number that we used. */
  cseq = 1 + Math.floor(Math.random() * 1_000);
  /** Request-URI of requests in the dialog: the other side's Contact. */
  target: string;
  hop: Address;
  readonly #parts: DialogParts;
  #remoteTag: string | undefined;
  #routes: string[];
  #isEstablished: boolean;

  constructor(parts: DialogParts) {
    const { invite } = parts;
    this.#parts = parts;
    this.hop = parts.hop;
    this.callId = invite ? (header(invite, "Call-ID") ?? "") : `${randomBytes(12).toString("hex")}@rig`;
    this.target = invite ? uriOf(header(invite, "Contact") ?? parts.remote) : parts.remote;
    this.#remoteTag = invite ? tagOf(header(invite, "From")) : undefined;
    this.#routes = invite ? allHeaders(invite, "Record-Route") : [];
    this.#isEstablished = invite !== null;
  }

  /** Takes tag, target and routes from the 2xx to an INVITE of ours. */
  accepted(response: SipMessage, from: Address): void {
    this.#remoteTag = tagOf(header(response, "To"));
    this.retarget(header(response, "Contact"));
    if (!this.#isEstablished) this.#routes = allHeaders(response, "Record-Route").reverse();
    this.#isEstablished = true;
    this.hop = this.#nextHop(from);
  }

  /** A new Contact of the other side (target refresh, section 12.2). */
  retarget(contact: string | undefined): void {
    if (contact !== undefined) this.target = uriOf(contact);
  }

  /** A request of ours; `branch` is new unless it belongs to an INVITE (CANCEL). */
  request(
    method: string,
    options: { cseq: number; branch?: string; headers?: [string, string][]; body?: string },
  ): SipMessage {
    const { socket, local, remote } = this.#parts;
    const toTag = this.#remoteTag === undefined ? "" : `;tag=${this.#remoteTag}`;
    return {
      startLine: `${method} ${this.target} SIP/2.0`,
      headers: [
        socket.via(options.branch ?? socket.newBranch()),
        ["Max-Forwards", "70"],
        ["From", `<${local}>;tag=${this.localTag}`],
        ["To", `<${remote}>${toTag}`],
        ["Call-ID", this.callId],
        ["CSeq", `${options.cseq} ${method}`],
        ["User-Agent", "ringdown-test-rig"],
        ...this.#routes.map((route): [string, string] => ["Route", route]),
        ...(options.headers ?? []),
      ],
      body: options.body ?? "",
    };
  }

  contact(): [string, string] {
    const { socket, local } = this.#parts;
    const user = /^sips?:([^@]+)@/.exec(local)?.[1] ?? "rig";
    return ["Contact", `<sip:${user}@${socket.host}:${socket.port}>`];
  }

  /** The first route, or the target; a host that is no address is reached where its messages came from. */
  #nextHop(from: Address): Address {
    const uri = this.#routes[0] === undefined ? this.target : uriOf(this.#routes[0]);
    const match = /^sips?:(?:[^@]*@)?(\d+\.\d+\.\d+\.\d+)(?::(\d+))?/.exec(uri);
    return match ? { host: match[1] ?? from.host, port: Number(match[2] ?? 5060) } : from;
  }
}

/** The ACK of a refusal belongs to the INVITE's transaction: same branch, same target (section 17.1.1.3). */
export function ackOfRefusal(invite: SipMessage, response: SipMessage): SipMessage {
  const kept = ["Via", "From", "Call-ID", "Max-Forwards", "Route"];
  const cseq = (header(invite, "CSeq") ?? "").split(" ")[0] ?? "";
  return {
    startLine: invite.startLine.replace("INVITE", "ACK"),
    headers: [
      ...invite.headers.filter(([name]) => kept.includes(name)),
      ["To", header(response, "To") ?? ""],
      ["CSeq", `${cseq} ACK`],
    ],
    body: "",
  };
}
