import { randomBytes } from "node:crypto";
import { isIPv4 } from "node:net";
import { lookup } from "node:dns/promises";
import type { SipMessage } from "../core/sip-message.ts";
import { buildResponse, cseqOf, headerOf, parameterOf, uriOf } from "../core/sip-message.ts";
import type { MediaLog } from "../media-config.ts";
import { SipDialog } from "./sip-dialog.ts";
import type { IncomingInvite } from "./incoming-invite.ts";
import { InviteTransaction } from "./incoming-invite.ts";
import { Retransmission, transactionLifetimeMs } from "./sip-timers.ts";
import type { SipPeer, SipTransport } from "./sip-transport.ts";

export const allowedMethods = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE";
const supportedExtensions = new Set(["timer", "replaces", "path"]);

/** The answer to a request inside or outside a dialog. */
export interface SipAnswer {
  status: number;
  reason: string;
  headers?: [string, string][];
  body?: string;
}

interface ServerTransaction {
  answered: SipMessage | undefined;
  peer: SipPeer;
}

interface ClientTransaction {
  onResponse(response: SipMessage): void;
}

/** A new tag or branch, long enough to be unique (RFC 3261 section 19.3). */
export function randomToken(): string {
  return randomBytes(9).toString("base64url");
}

function branchOf(message: SipMessage): string {
  return parameterOf(headerOf(message, "via") ?? "", "branch") ?? "";
}

/** RFC 3261 section 17.2.3: the branch and the sent-by of the top Via name a transaction; "" without a branch. */
function transactionOf(message: SipMessage): string {
  const branch = branchOf(message);
  const sentBy = /^\S+\s+([^;\s]+)/.exec(headerOf(message, "via") ?? "")?.[1] ?? "";
  return branch === "" ? "" : `${branch} ${sentBy}`;
}

/** RFC 3581: where the answer to a datagram goes. */
function replyAddress(request: SipMessage, from: SipPeer): SipPeer {
  const via = headerOf(request, "via") ?? "";
  if (/;\s*rport\b/i.test(via)) return from;
  const port = /^\S+\s+(?:\[[^\]]*\]|[^:;\s]+):(\d+)/.exec(via)?.[1];
  return { address: from.address, port: port === undefined ? 5060 : Number(port) };
}

/** RFC 3581 section 4 and RFC 3261 section 18.2.1: note in the top Via where the request came from. */
function stampVia(request: SipMessage, from: SipPeer): void {
  const values = request.headers.get("via")!;
  const via = values[0]!;
  const stamped = /;\s*rport\s*(?:=[^;]*)?(?=;|$)/i.test(via)
    ? via.replace(/;\s*rport\s*(?:=[^;]*)?(?=;|$)/i, `;rport=${from.port}`)
    : via;
  values[0] = /;\s*received=/i.test(stamped) ? stamped : `${stamped};received=${from.address}`;
}

/**
 * A SIP user agent over UDP, as much as a media server needs: it is called, and inside a dialog it may
 * send BYE and re-INVITE. Transactions absorb retransmissions in both directions.
 */
export class SipUserAgent {
  readonly #transport: SipTransport;
  readonly #address: string;
  readonly #onInvite: (invite: IncomingInvite) => void;
  readonly #servers = new Map<string, ServerTransaction>();
  readonly #invites = new Map<string, InviteTransaction>();
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #dialogs = new Map<string, SipDialog>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #retransmissions = new Set<Retransmission>();

  constructor(
    transport: SipTransport,
    address: string,
    log: MediaLog,
    onInvite: (invite: IncomingInvite) => void,
  ) {
    this.#transport = transport;
    this.#address = address;
    this.#onInvite = onInvite;
    transport.listen((message, from) => {
      try {
        this.#onMessage(message, from);
      } catch (error) {
        // A bug that one message hits must not end the calls of the others.
        log.error({ error: error instanceof Error ? error.stack : error }, "a SIP message failed");
      }
    });
  }

  get contact(): string {
    return `<sip:mod_sofia@${this.#address}:${this.#transport.port}>`;
  }

  get dialogCount(): number {
    return this.#dialogs.size;
  }

  #onMessage(message: SipMessage, from: SipPeer): void {
    if (message.status !== undefined) {
      this.#clients.get(branchOf(message))?.onResponse(message);
      return;
    }
    const cseq = cseqOf(message);
    const transaction = transactionOf(message);
    const isMalformed = cseq === undefined || cseq.method !== message.method || transaction === "";
    if (isMalformed || parameterOf(headerOf(message, "from")!, "tag") === undefined) {
      if (message.method !== "ACK") this.#refuse(message, from, 400, "Bad Request");
      return;
    }
    stampVia(message, from);
    this.#onRequest(message, from, transaction);
  }

  #onRequest(request: SipMessage, from: SipPeer, id: string): void {
    const dialog = this.#findDialog(request);
    if (request.method === "ACK") {
      this.#invites.get(id)?.onAck();
      dialog?.onAck(request);
      return;
    }
    if (request.method === "CANCEL") return this.#onCancel(request, from, id);
    if (request.method === "INVITE") return this.#onInviteRequest(request, from, id, dialog);
    const key = `${id} ${request.method}`;
    const known = this.#servers.get(key);
    if (known !== undefined) {
      if (known.answered) this.#transport.send(known.answered, known.peer);
      return;
    }
    const transaction: ServerTransaction = { answered: undefined, peer: replyAddress(request, from) };
    this.#servers.set(key, transaction);
    this.#later(() => this.#servers.delete(key));
    const answer = dialog ? dialog.onRequest(request) : this.#answerOutside(request);
    const response = buildResponse(
      request,
      answer.status,
      answer.reason,
      dialog?.localTag ?? randomToken(),
      answer.headers,
      answer.body,
    );
    transaction.answered = response;
    this.#transport.send(response, transaction.peer);
  }

  #answerOutside(request: SipMessage): SipAnswer {
    if (parameterOf(headerOf(request, "to")!, "tag") !== undefined) {
      return { status: 481, reason: "Call/Transaction Does Not Exist" };
    }
    if (request.method === "OPTIONS") {
      return {
        status: 200,
        reason: "OK",
        headers: [
          ["allow", allowedMethods],
          ["accept", "application/sdp"],
          ["contact", this.contact],
        ],
      };
    }
    if (request.method === "BYE") return { status: 481, reason: "Call/Transaction Does Not Exist" };
    return { status: 405, reason: "Method Not Allowed", headers: [["allow", allowedMethods]] };
  }

  #onCancel(request: SipMessage, from: SipPeer, id: string): void {
    const invite = this.#invites.get(id);
    if (invite === undefined) return this.#refuse(request, from, 481, "Call/Transaction Does Not Exist");
    this.#refuse(request, from, 200, "OK");
    invite.onCancel();
  }

  #onInviteRequest(request: SipMessage, from: SipPeer, id: string, dialog: SipDialog | undefined): void {
    const known = this.#invites.get(id);
    if (known !== undefined) return known.onRetransmission();
    const hasTag = parameterOf(headerOf(request, "to")!, "tag") !== undefined;
    if (hasTag && dialog === undefined) {
      return this.#refuse(request, from, 481, "Call/Transaction Does Not Exist");
    }
    const missing = this.#unsupported(request);
    const peer = replyAddress(request, from);
    const transaction = new InviteTransaction({
      request,
      source: from,
      localTag: dialog?.localTag ?? randomToken(),
      contact: this.contact,
      send: (response) => this.#transport.send(response, peer),
      createDialog: (localTag) => this.#createDialog(request, localTag, from),
      repeat: (send, onTimeout, lifetimeMs) => this.#repeat(send, onTimeout, lifetimeMs),
      onOver: () => this.#later(() => this.#invites.delete(id)),
    });
    this.#invites.set(id, transaction);
    transaction.sendTrying();
    if (missing.length > 0) {
      return transaction.reject(420, "Bad Extension", [["unsupported", missing.join(", ")]]);
    }
    if (!headerOf(request, "contact")) return transaction.reject(400, "Missing Contact");
    if (dialog) void dialog.onReinvite(transaction);
    else this.#onInvite(transaction);
  }

  #unsupported(request: SipMessage): string[] {
    const required = request.headers.get("require") ?? [];
    return required.filter((extension) => !supportedExtensions.has(extension.toLowerCase()));
  }

  #refuse(request: SipMessage, from: SipPeer, status: number, reason: string): void {
    this.#transport.send(buildResponse(request, status, reason, randomToken()), replyAddress(request, from));
  }

  // ---- dialogs ----

  #dialogKey(callId: string, localTag: string): string {
    return `${callId} ${localTag}`;
  }

  #findDialog(request: SipMessage): SipDialog | undefined {
    const localTag = parameterOf(headerOf(request, "to")!, "tag");
    const remoteTag = parameterOf(headerOf(request, "from")!, "tag");
    if (localTag === undefined) return undefined;
    const dialog = this.#dialogs.get(this.#dialogKey(headerOf(request, "call-id")!, localTag));
    return dialog?.remoteTag === remoteTag ? dialog : undefined;
  }

  #createDialog(invite: SipMessage, localTag: string, source: SipPeer): SipDialog {
    const callId = headerOf(invite, "call-id")!;
    const key = this.#dialogKey(callId, localTag);
    const dialog = new SipDialog(invite, localTag, {
      contact: this.contact,
      request: (message) => this.#request(message, source),
      send: (message) => void this.#sendTo(message, source),
      onOver: () => this.#dialogs.delete(key),
    });
    this.#dialogs.set(key, dialog);
    return dialog;
  }

  // ---- requests of our own ----

  #stampRequest(message: SipMessage): string {
    const branch = `z9hG4bK${randomToken()}`;
    const via = `SIP/2.0/UDP ${this.#address}:${this.#transport.port};rport;branch=${branch}`;
    message.headers = new Map([["via", [via]], ["max-forwards", ["70"]], ...message.headers]);
    return branch;
  }

  async #sendTo(message: SipMessage, fallback: SipPeer): Promise<void> {
    if (!message.headers.has("via")) this.#stampRequest(message);
    this.#transport.send(message, await this.#resolve(message, fallback));
  }

  /** The next hop: the first route, else the request URI; the peer itself if neither names an address. */
  async #resolve(message: SipMessage, fallback: SipPeer): Promise<SipPeer> {
    const target = uriOf(headerOf(message, "route") ?? message.uri ?? "");
    const match = /^sips?:(?:[^@]*@)?([^:;?]+)(?::(\d+))?/i.exec(target);
    if (!match) return fallback;
    const port = match[2] === undefined ? 5060 : Number(match[2]);
    if (isIPv4(match[1]!)) return { address: match[1]!, port };
    const found = await lookup(match[1]!, { family: 4 }).catch(() => undefined);
    return found ? { address: found.address, port } : fallback;
  }

  /** Sends a request and resolves with its final response, or with a 408 of our own after 64*T1. */
  async #request(message: SipMessage, fallback: SipPeer): Promise<SipMessage> {
    const branch = this.#stampRequest(message);
    const peer = await this.#resolve(message, fallback);
    return new Promise((resolve) => {
      const send = () => this.#transport.send(message, peer);
      const finish = (response: SipMessage) => {
        repetition.stop();
        this.#later(() => this.#clients.delete(branch));
        resolve(response);
      };
      const timeout = () => finish({ status: 408, reason: "Request Timeout", headers: new Map(), body: "" });
      const repetition = this.#repeat(send, timeout);
      this.#clients.set(branch, {
        onResponse: (response) => {
          if (response.status! < 200) {
            if (message.method === "INVITE") repetition.stop();
          } else finish(response);
        },
      });
      send();
    });
  }

  // ---- timers ----

  #repeat(send: () => void, onTimeout: () => void, lifetimeMs?: number): Retransmission {
    const onOver = () => this.#retransmissions.delete(repetition);
    const repetition: Retransmission = new Retransmission(send, onTimeout, onOver, lifetimeMs);
    this.#retransmissions.add(repetition);
    return repetition;
  }

  #later(action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, transactionLifetimeMs);
    timer.unref();
    this.#timers.add(timer);
  }

  /** Stops at once; requests that are under way stay unanswered. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const repetition of this.#retransmissions) repetition.stop();
    this.#timers.clear();
    this.#retransmissions.clear();
    await this.#transport.close();
  }
}
