/** Many desk phones behind one UDP socket, as behind one office router: registered, rung, answered. Forked by bank.ts. */
import { randomBytes } from "node:crypto";
import { makeSdp } from "../../src/tests/rig/sdp.ts";
import { answerChallenge } from "../../src/tests/rig/sip-digest.ts";
import { header, methodOf, type SipMessage, statusOf, uriOf } from "../../src/tests/rig/sip-message.ts";
import { type Address, SipSocket } from "../../src/tests/rig/sip-socket.ts";
import { type BankAccount, type BankOrder, type BankReport, monotonicMs } from "./protocol.ts";

const host = "127.0.0.1";
/** So many REGISTERs are under way at a time: the bank must not drown what it measures. */
const registeringAtOnce = 40;

const report = (message: BankReport): void => {
  process.send?.(message);
};

/** An INVITE and what became of it; `stop` ends the repetition of the 200. */
interface Ringing {
  invite: SipMessage;
  from: Address;
  tag: string;
  stop: () => void;
}

class Bank {
  readonly #socket: SipSocket;
  readonly #order: BankOrder;
  readonly #talks = new Map<string, Ringing>();

  private constructor(socket: SipSocket, order: BankOrder) {
    this.#socket = socket;
    this.#order = order;
  }

  static async open(order: BankOrder): Promise<Bank> {
    let bank: Bank | null = null;
    const socket = await SipSocket.open(host, 0, (request, from) => bank?.receive(request, from));
    bank = new Bank(socket, order);
    return bank;
  }

  async register(): Promise<void> {
    const waiting = [...this.#order.accounts];
    const refused: string[] = [];
    const work = async () => {
      for (let account = waiting.shift(); account; account = waiting.shift()) {
        const status = await this.#registerOne(account);
        if (status !== 200) refused.push(`${account.username}: ${status}`);
      }
    };
    await Promise.all(Array.from({ length: registeringAtOnce }, work));
    report({ type: "registered", refused });
  }

  async #registerOne(account: BankAccount): Promise<number> {
    const uri = `sip:${this.#order.domain}`;
    const address = `<sip:${account.username}@${this.#order.domain}>`;
    const base: [string, string][] = [
      ["Max-Forwards", "70"],
      ["From", `${address};tag=${randomBytes(6).toString("hex")}`],
      ["To", address],
      ["Call-ID", `${account.username}@bank`],
      ["Contact", `<sip:${account.username}@${host}:${this.#socket.port}>`],
      ["Expires", "3600"],
    ];
    const send = (cseq: number, more: [string, string][]): Promise<SipMessage | null> =>
      new Promise((resolve) => {
        const headers = [this.#socket.via(this.#socket.newBranch()), ...base, ...more];
        headers.push(["CSeq", `${cseq} REGISTER`]);
        const message = { startLine: `REGISTER ${uri} SIP/2.0`, headers, body: "" };
        this.#socket.request(message, this.#order.registrar, (response) => {
          if (response === "no-answer") resolve(null);
          else if ((statusOf(response) ?? 0) >= 200) resolve(response);
        });
      });
    const first = await send(1, []);
    const challenge = first && header(first, "WWW-Authenticate");
    if (!challenge) return first ? (statusOf(first) ?? 0) : 408;
    const answer = answerChallenge(challenge, account, { method: "REGISTER", uri });
    const second = await send(2, [["Authorization", answer]]);
    return second ? (statusOf(second) ?? 0) : 408;
  }

  receive(request: SipMessage, from: Address): void {
    const atMs = monotonicMs();
    const callId = header(request, "Call-ID") ?? "";
    switch (methodOf(request)) {
      case "INVITE":
        this.#invited(request, from, callId, atMs);
        break;
      case "ACK":
        this.#acknowledged(callId);
        break;
      case "CANCEL":
        this.#socket.respond(request, from, "200 OK");
        this.#end(callId, "487 Request Terminated");
        break;
      default:
        this.#socket.respond(request, from, "200 OK");
        if (methodOf(request) === "BYE") this.#end(callId);
    }
  }

  #invited(invite: SipMessage, from: Address, callId: string, atMs: number): void {
    const username = /^INVITE sip:([^@]+)@/.exec(invite.startLine)?.[1] ?? "";
    report({ type: "invited", username, offerId: header(invite, "X-Ringdown-Offer") ?? "", atMs });
    const tag = randomBytes(6).toString("hex");
    const talk: Ringing = { invite, from, tag, stop: () => undefined };
    this.#talks.set(callId, talk);
    const contact: [string, string] = ["Contact", `<sip:${username}@${host}:${this.#socket.port}>`];
    this.#socket.respond(invite, from, "180 Ringing", { toTag: tag, headers: [contact] });
    if (this.#order.behaviour.does === "ring") return;
    const body = makeSdp({ host, port: this.#order.mediaPort, codecs: ["PCMU", "PCMA"] });
    const headers: [string, string][] = [contact, ["Content-Type", "application/sdp"]];
    this.#socket.respond(invite, from, "200 OK", { toTag: tag, headers, body });
    talk.stop = this.#socket.repeatAnswer(invite, from);
  }

  #acknowledged(callId: string): void {
    const talk = this.#talks.get(callId);
    if (!talk) return;
    talk.stop();
    const { behaviour } = this.#order;
    if (behaviour.does === "talk") setTimeout(() => this.#hangUp(callId), behaviour.talkMs);
    else this.#talks.delete(callId);
  }

  #hangUp(callId: string): void {
    const talk = this.#talks.get(callId);
    if (!talk) return;
    this.#talks.delete(callId);
    const { invite, tag, from } = talk;
    const target = uriOf(header(invite, "Contact") ?? "");
    const bye: SipMessage = {
      startLine: `BYE ${target} SIP/2.0`,
      headers: [
        this.#socket.via(this.#socket.newBranch()),
        ["Max-Forwards", "70"],
        ["From", `${header(invite, "To") ?? ""};tag=${tag}`],
        ["To", header(invite, "From") ?? ""],
        ["Call-ID", callId],
        ["CSeq", "1 BYE"],
      ],
      body: "",
    };
    this.#socket.request(bye, from, (response) => {
      if (response !== "no-answer" && statusOf(response) === 200) report({ type: "talked" });
    });
  }

  #end(callId: string, status?: string): void {
    const talk = this.#talks.get(callId);
    if (!talk) return;
    talk.stop();
    if (status === undefined) this.#talks.delete(callId);
    else this.#socket.respond(talk.invite, talk.from, status, { toTag: talk.tag });
  }
}

process.once("message", (order: BankOrder) => {
  void Bank.open(order).then((bank) => bank.register());
});
process.once("disconnect", () => process.exit(0));
