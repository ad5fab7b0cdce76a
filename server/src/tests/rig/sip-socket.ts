/** SIP over UDP with just enough of RFC 3261's transactions: retransmission, matching by branch, repeated answers. */
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { allHeaders, branchOf, formatSip, header, methodOf, parseSip, statusOf } from "./sip-message.ts";
import type { SipMessage } from "./sip-message.ts";

export interface Address {
  host: string;
  port: number;
}

/** What became of a request: each response in turn, or nothing at all within 32 s. */
export type OnResponse = (response: SipMessage | "no-answer", from: Address) => void;
export type OnRequest = (request: SipMessage, from: Address) => void;

/** RFC 3261, section 17.1.1.1. */
const t1Ms = 500;
const t2Ms = 4_000;
const giveUpMs = 64 * t1Ms;

interface ClientTransaction {
  onResponse: OnResponse;
  stopRepeating(): void;
  isFinal: boolean;
}

export class SipSocket {
  readonly host: string;
  readonly port: number;
  /** Messages in both directions, for failing tests. */
  readonly trace: string[] = [];
  readonly #socket: Socket;
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #answers = new Map<string, Buffer>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #onRequest: OnRequest;
  #closed: Promise<void> | undefined;

  private constructor(socket: Socket, host: string, onRequest: OnRequest) {
    this.#socket = socket;
    this.host = host;
    this.port = socket.address().port;
    this.#onRequest = onRequest;
    socket.on("message", (bytes, remote) => {
      this.#receive(bytes, { host: remote.address, port: remote.port });
    });
    socket.on("error", () => undefined); // ICMP from a peer that is gone
  }

  /** `port` 0 takes any free one. */
  static async open(host: string, port: number, onRequest: OnRequest): Promise<SipSocket> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind(port, host, resolve);
    });
    return new SipSocket(socket, host, onRequest);
  }

  newBranch(): string {
    return `z9hG4bK${randomBytes(9).toString("hex")}`;
  }

  via(branch: string): [string, string] {
    return ["Via", `SIP/2.0/UDP ${this.host}:${this.port};branch=${branch};rport`];
  }

  /** Sends a request whose first Via carries a new branch, and repeats it until something comes back. */
  request(message: SipMessage, to: Address, onResponse: OnResponse): void {
    const bytes = formatSip(message);
    const key = `${branchOf(message)} ${methodOf(message)}`;
    const isInvite = methodOf(message) === "INVITE";
    let delayMs = t1Ms;
    let timer: NodeJS.Timeout | undefined;
    const giveUp = this.#after(giveUpMs, () => {
      this.#clients.delete(key);
      if (timer) this.#cancel(timer);
      onResponse("no-answer", to);
    });
    const repeat = (): void => {
      timer = this.#after(delayMs, () => {
        this.#send(bytes, to);
        delayMs = isInvite ? delayMs * 2 : Math.min(delayMs * 2, t2Ms);
        repeat();
      });
    };
    this.#clients.set(key, {
      onResponse,
      isFinal: false,
      stopRepeating: () => {
        if (timer) this.#cancel(timer);
        this.#cancel(giveUp);
      },
    });
    this.#send(bytes, to);
    repeat();
  }

  /** Sends without expecting an answer: ACK, and whatever a hostile test wants to say. */
  send(message: SipMessage | Buffer, to: Address): void {
    this.#send(Buffer.isBuffer(message) ? message : formatSip(message), to);
  }

  /** Answers a request; a repetition of the request gets the same answer again. */
  respond(
    request: SipMessage,
    to: Address,
    status: string,
    extra: { headers?: [string, string][]; body?: string; toTag?: string } = {},
  ): void {
    const copied = ["From", "Call-ID", "CSeq"].flatMap((name): [string, string][] => {
      const value = header(request, name);
      return value === undefined ? [] : [[name, value]];
    });
    const givenTo = header(request, "To") ?? "";
    const tag = extra.toTag !== undefined && !/;tag=/.test(givenTo) ? `;tag=${extra.toTag}` : "";
    const bytes = formatSip({
      startLine: `SIP/2.0 ${status}`,
      headers: [
        ...allHeaders(request, "Via").map((via): [string, string] => ["Via", via]),
        ...allHeaders(request, "Record-Route").map((route): [string, string] => ["Record-Route", route]),
        ...copied,
        ["To", givenTo + tag],
        ...(extra.headers ?? []),
      ],
      body: extra.body ?? "",
    });
    this.#answers.set(`${branchOf(request)} ${methodOf(request)}`, bytes);
    this.#send(bytes, to);
  }

  /** Repeats the last answer to a request until the returned function is called (a 2xx waits for its ACK). */
  repeatAnswer(request: SipMessage, to: Address): () => void {
    let delayMs = t1Ms;
    let timer: NodeJS.Timeout | undefined;
    const repeat = (): void => {
      timer = this.#after(delayMs, () => {
        const bytes = this.#answers.get(`${branchOf(request)} ${methodOf(request)}`);
        if (bytes) this.#send(bytes, to);
        delayMs = Math.min(delayMs * 2, t2Ms);
        repeat();
      });
    };
    repeat();
    return () => {
      if (timer) this.#cancel(timer);
    };
  }

  close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#closed ??= new Promise((resolve) => this.#socket.close(() => resolve()));
    return this.#closed;
  }

  #receive(bytes: Buffer, from: Address): void {
    const message = parseSip(bytes);
    if (!message) return;
    this.#note("<-", from, message);
    if (statusOf(message) !== undefined) {
      this.#receiveResponse(message, from);
      return;
    }
    const answered = this.#answers.get(`${branchOf(message)} ${methodOf(message)}`);
    if (answered && methodOf(message) !== "ACK") this.#send(answered, from);
    else this.#onRequest(message, from);
  }

  #receiveResponse(message: SipMessage, from: Address): void {
    const transaction = this.#clients.get(`${branchOf(message)} ${methodOf(message)}`);
    if (!transaction) return;
    transaction.stopRepeating();
    // A final response may come again: the owner acknowledges it again. Nothing follows a final one otherwise.
    const status = statusOf(message) ?? 0;
    if (transaction.isFinal && status < 200) return;
    transaction.isFinal ||= status >= 200;
    transaction.onResponse(message, from);
  }

  #send(bytes: Buffer, to: Address): void {
    if (this.#closed) return;
    const message = parseSip(bytes);
    if (message) this.#note("->", to, message);
    this.#socket.send(bytes, to.port, to.host);
  }

  #note(arrow: string, { host, port }: Address, message: SipMessage): void {
    const line = `${Math.round(performance.now())} ${arrow} ${host}:${port} ${message.startLine}`;
    this.trace.push(`${line} [${header(message, "CSeq") ?? ""}]`);
  }

  #after(delayMs: number, run: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delayMs);
    this.#timers.add(timer);
    return timer;
  }

  #cancel(timer: NodeJS.Timeout): void {
    clearTimeout(timer);
    this.#timers.delete(timer);
  }
}
