import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import type { SipMessage } from "../core/sip-message.ts";
import { buildResponse, headerOf, parameterOf, parseSip, serializeSip, uriOf } from "../core/sip-message.ts";
import { waitFor } from "./wait-for.ts";

let serial = 0;

/** A SIP telephone over UDP that calls one server: no retransmissions, it keeps all that it receives. */
export class SipPhone {
  readonly received: SipMessage[] = [];
  readonly #socket: Socket;
  readonly #server: number;
  readonly callId = `call-${process.pid}-${++serial}`;
  readonly tag = `tag-${serial}`;
  #sequence = 0;
  #toTag: string | undefined;
  #target: string;

  private constructor(socket: Socket, serverPort: number) {
    this.#socket = socket;
    this.#server = serverPort;
    this.#target = `sip:1000@127.0.0.1:${serverPort}`;
    socket.on("message", (datagram) => this.#onMessage(datagram));
  }

  static open(serverPort: number): Promise<SipPhone> {
    const socket = createSocket("udp4");
    return new Promise((resolve) =>
      socket.bind(0, "127.0.0.1", () => resolve(new SipPhone(socket, serverPort))),
    );
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** In-dialog requests of the server are answered with 200, re-INVITEs by what `answerSdp` makes of the offer. */
  answerSdp: ((offer: string) => Promise<string>) | undefined;

  #onMessage(datagram: Buffer): void {
    const message = parseSip(datagram);
    if (message === undefined) return;
    this.received.push(message);
    if (message.method !== undefined && message.method !== "ACK") void this.#answer(message);
  }

  async #answer(message: SipMessage): Promise<void> {
    const isInvite = message.method === "INVITE";
    const body = isInvite ? ((await this.answerSdp?.(message.body)) ?? message.body) : "";
    const headers: [string, string][] = [["contact", `<sip:phone@127.0.0.1:${this.port}>`]];
    if (body !== "") headers.push(["content-type", "application/sdp"]);
    this.raw(serializeSip(buildResponse(message, 200, "OK", this.tag, headers, body)));
  }

  raw(datagram: Buffer | string): void {
    this.#socket.send(datagram, this.#server, "127.0.0.1");
  }

  /** Sends a request in the phone's one dialog; an ACK repeats the sequence number of the INVITE. */
  send(method: string, body = "", headers: [string, string][] = [], branch?: string): void {
    if (method !== "ACK" && method !== "CANCEL") this.#sequence++;
    const via = `SIP/2.0/UDP 127.0.0.1:${this.port};rport;branch=${branch ?? `z9hG4bK${process.pid}-${++serial}`}`;
    const all = new Map<string, string[]>([
      ["via", [via]],
      ["max-forwards", ["70"]],
      ["from", [`"Alice" <sip:alice@127.0.0.1>;tag=${this.tag}`]],
      ["to", [`<sip:1000@127.0.0.1>${this.#toTag ? `;tag=${this.#toTag}` : ""}`]],
      ["call-id", [this.callId]],
      ["cseq", [`${this.#sequence} ${method}`]],
      ["contact", [`<sip:alice@127.0.0.1:${this.port}>`]],
    ]);
    if (body !== "") all.set("content-type", ["application/sdp"]);
    for (const [name, value] of headers) all.set(name, [value]);
    this.raw(serializeSip({ method, uri: this.#target, headers: all, body }));
  }

  /** Waits for the next response with this status (to this method), takes it out, and returns it. */
  async response(status: number, method?: string): Promise<SipMessage> {
    const fits = (message: SipMessage) =>
      message.status === status &&
      (method === undefined || headerOf(message, "cseq")!.endsWith(` ${method}`));
    await waitFor(`a ${status}`, () => this.received.some(fits));
    const [message] = this.received.splice(this.received.findIndex(fits), 1);
    return message!;
  }

  async request(method: string): Promise<SipMessage> {
    const fits = (message: SipMessage) => message.method === method;
    await waitFor(`a ${method}`, () => this.received.some(fits));
    const [message] = this.received.splice(this.received.findIndex(fits), 1);
    return message!;
  }

  /** Calls, waits for the 200, acknowledges it, and returns the server's description. */
  async call(sdp: string, headers: [string, string][] = []): Promise<string> {
    this.send("INVITE", sdp, headers);
    const answer = await this.response(200, "INVITE");
    this.learn(answer);
    this.send("ACK");
    return answer.body;
  }

  learn(answer: SipMessage): void {
    this.#toTag = parameterOf(headerOf(answer, "to")!, "tag");
    this.#target = uriOf(headerOf(answer, "contact") ?? this.#target);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}
