/**
 * One call of the rig's telephone, made or received.
 *
 *   made:     calling ─► ringing ─► talking ─► over          received:  ringing ─► talking ─► over
 *                 └────────┴─────────────────────►│                          └──────────────────►│
 */
import { keepSecret } from "./privacy.ts";
import type { G711 } from "./g711.ts";
import type { Media } from "./media.ts";
import { makeSdp, profileOf, readSdp } from "./sdp.ts";
import type { SdpOptions } from "./sdp.ts";
import { newCryptoLine, readCryptoLine } from "./srtp.ts";
import type { CryptoLine, Suite } from "./srtp.ts";
import { answerChallenge } from "./sip-digest.ts";
import type { Credentials } from "./sip-digest.ts";
import { ackOfRefusal, SipDialog } from "./sip-dialog.ts";
import { cseqOf, header, methodOf, statusOf } from "./sip-message.ts";
import type { SipMessage } from "./sip-message.ts";
import type { Address, SipSocket } from "./sip-socket.ts";
import { listen } from "./tones.ts";
import type { Hearing, Sound } from "./tones.ts";
import { waitFor, within } from "./wait-for.ts";

export type CallState = "calling" | "ringing" | "talking" | "over";

export interface CallEnd {
  /** Who ended it; `refused`: a final status of 300 and above, `lost`: no answer at all. */
  by: "us" | "them" | "refused" | "lost";
  /** The final status of the INVITE, where it decided. */
  status: number | null;
  /** The Reason header of a BYE or CANCEL. */
  reason: string | null;
  /** The Retry-After header of a refusal. */
  retryAfter?: string | undefined;
  /** The Warning header of a refusal. */
  warning?: string | undefined;
  atMs: number;
}

export interface CallOptions {
  media: Media;
  codecs: readonly G711[];
  local: string;
  remote: string;
  /** Where the first request goes. */
  hop: Address;
  credentials?: Credentials | undefined;
  headers?: [string, string][] | undefined;
  encryption?: CallEncryption | undefined;
}

/** SRTP by SDES (RFC 4568): what is offered in a call that is made, and taken in one that is received. */
export interface CallEncryption {
  suites: readonly Suite[];
  /** `RTP/SAVP`, or `RTP/AVP` (RFC 8643); an answer has the profile of its offer. */
  profile: "RTP/SAVP" | "RTP/AVP";
}

export class Call {
  readonly media: Media;
  /** Statuses of the INVITE in order: 100, 180, 200. */
  readonly statuses: number[] = [];
  readonly ended: Promise<CallEnd>;
  state: CallState;
  end: CallEnd | null = null;
  /** The SDP of the other side, the last one. */
  remoteSdp = "";
  /** The INVITE that was received, for a call that was. */
  readonly invite: SipMessage | null;
  readonly #socket: SipSocket;
  readonly #options: CallOptions;
  readonly #dialog: SipDialog;
  #setEnded: (end: CallEnd) => void = () => undefined;
  #sdpVersion = 0;
  #ourKey: CryptoLine | undefined;
  #theirKey: CryptoLine | null = null;
  #earlySdp = "";
  #ackOf: { cseq: number; ack: SipMessage } | null = null;
  #inviteBranch = "";
  #triedCredentials = false;
  #wantsToEnd = false;
  #inviteFrom: Address;
  #stopRepeating: () => void = () => undefined;
  #reinvite: { resolve: (status: number) => void } | null = null;

  constructor(socket: SipSocket, options: CallOptions, invite: SipMessage | null = null) {
    this.#socket = socket;
    this.#options = options;
    this.media = options.media;
    this.invite = invite;
    this.state = invite ? "ringing" : "calling";
    this.#inviteFrom = options.hop;
    this.ended = new Promise((resolve) => {
      this.#setEnded = resolve;
    });
    this.#dialog = new SipDialog({
      socket,
      local: options.local,
      remote: options.remote,
      hop: options.hop,
      invite,
    });
  }

  get callId(): string {
    return this.#dialog.callId;
  }

  // ---- what a test does

  /** Resolves when the call is answered (both ways); rejects with the end if it is refused or lost. */
  async answered(timeoutMs = 10_000): Promise<void> {
    await waitFor("the call to be answered", () => this.state === "talking" || this.state === "over", {
      timeoutMs,
      intervalMs: 5,
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.#socket.trace.slice(-20).join("\n")}`);
    });
    if (this.end) throw new Error(`The call was not answered: ${JSON.stringify(this.end)}`);
  }

  /** Waits until the other side rings (180 or 183). */
  async ringing(timeoutMs = 10_000): Promise<void> {
    await waitFor("the call to ring", () => this.statuses.some((status) => status > 100 && status < 200), {
      timeoutMs,
      intervalMs: 5,
    });
  }

  play(sound: Sound | null): void {
    this.media.play(sound);
  }

  press(digits: string): Promise<void> {
    keepSecret(digits);
    return this.media.press(digits);
  }

  /** Listens to what comes in during the next `durationMs`. */
  async hears(frequencies: readonly number[], durationMs = 500): Promise<Hearing> {
    const from = this.media.heard().samples.length;
    const length = Math.round(durationMs * 8);
    await waitFor(`${durationMs} ms of audio`, () => this.media.heard().samples.length >= from + length, {
      timeoutMs: durationMs + 10_000,
    });
    const { sampleRate, samples } = this.media.heard();
    return listen({ sampleRate, samples: samples.subarray(from, from + length) }, frequencies);
  }

  /** Waits until a tone stands out in the last 300 ms. */
  waitToHear(hz: number, timeoutMs = 10_000): Promise<Hearing> {
    return waitFor(
      `a tone of ${hz} Hz`,
      () => {
        const hearing = listen(this.media.heardLately(300), [hz]);
        return hearing.tones.includes(hz) ? hearing : undefined;
      },
      { timeoutMs },
    );
  }

  /** BYE, or CANCEL before the answer, or a refusal (486) of a call that rings here. Resolves when it is over. */
  async hangUp(): Promise<CallEnd> {
    if (!this.end && !this.#wantsToEnd) {
      this.#wantsToEnd = true;
      if (this.state === "talking") this.#bye();
      else if (this.invite) this.decline(486, "Busy Here");
      else if (this.statuses.length > 0) this.#cancel();
      // else: CANCEL waits for the first response (RFC 3261, section 9.1).
    }
    return within("the call to end", this.ended, 40_000);
  }

  /** As if the plug were pulled: no BYE, no more audio, no answer to anything. */
  vanish(): void {
    this.media.pause();
    this.#finish({ by: "us", status: null, reason: "vanished" });
  }

  /** Sends a new offer in the call, such as `sendonly` for hold; resolves with the final status. */
  reinvite(direction: NonNullable<SdpOptions["direction"]> = "sendrecv"): Promise<number> {
    const done = new Promise<number>((resolve) => {
      this.#reinvite = { resolve };
    });
    this.#sendInvite(this.#localSdp(direction));
    return within("the answer to the re-INVITE", done, 35_000);
  }

  // ---- a call that was received

  /** 180 Ringing. */
  ring(): void {
    this.#respondToInvite("180 Ringing");
  }

  /** 183 with an answer, and audio from now on: an announcement before the call is taken. */
  progress(): void {
    if (!this.invite) throw new Error("There is nothing to answer");
    this.#takeSdp(this.invite.body);
    this.#earlySdp = this.#localSdp();
    this.#respondToInvite("183 Session Progress", this.#earlySdp);
  }

  /** 200 OK; with an offer of our own if the INVITE had none. Resolves at the ACK. */
  async answer(timeoutMs = 10_000): Promise<void> {
    if (!this.invite || this.state !== "ringing")
      throw new Error(`There is nothing to answer: ${this.state}`);
    if (this.invite.body !== "") this.#takeSdp(this.invite.body);
    this.#respondToInvite("200 OK", this.#earlySdp || this.#localSdp());
    this.#stopRepeating = this.#socket.repeatAnswer(this.invite, this.#inviteFrom);
    await waitFor("the ACK", () => this.state === "talking" || this.state === "over", {
      timeoutMs,
      intervalMs: 5,
    });
    if (this.end) throw new Error(`The call ended before the ACK: ${JSON.stringify(this.end)}`);
  }

  decline(status = 603, phrase = "Decline"): void {
    this.#respondToInvite(`${status} ${phrase}`);
    this.#finish({ by: "us", status, reason: null });
  }

  // ---- requests from the other side

  /** Handles a request of this dialog; true if it was for this call. */
  receive(request: SipMessage, from: Address): boolean {
    if (header(request, "Call-ID") !== this.#dialog.callId) return false;
    if (this.end?.reason === "vanished") return true;
    switch (methodOf(request)) {
      case "ACK":
        this.#acknowledged(request);
        break;
      case "BYE":
        this.#socket.respond(request, from, "200 OK");
        this.#finish({ by: "them", status: null, reason: header(request, "Reason") ?? null });
        break;
      case "CANCEL":
        this.#cancelled(request, from);
        break;
      case "INVITE":
        this.#reinvited(request, from);
        break;
      default:
        this.#socket.respond(request, from, "200 OK");
    }
    return true;
  }

  #acknowledged(request: SipMessage): void {
    this.#stopRepeating();
    if (request.body !== "") this.#takeSdp(request.body);
    if (this.state === "ringing") this.state = "talking";
  }

  #cancelled(request: SipMessage, from: Address): void {
    this.#socket.respond(request, from, "200 OK");
    if (this.state !== "ringing") return;
    this.#respondToInvite("487 Request Terminated");
    this.#finish({ by: "them", status: 487, reason: header(request, "Reason") ?? null });
  }

  #reinvited(request: SipMessage, from: Address): void {
    if (request.body !== "") this.#takeSdp(request.body);
    this.#dialog.retarget(header(request, "Contact"));
    const asked = /a=(sendonly|recvonly|inactive)/.exec(request.body)?.[1];
    const direction = asked === "sendonly" ? "recvonly" : asked === "recvonly" ? "sendonly" : undefined;
    const headers: [string, string][] = [this.#dialog.contact(), ["Content-Type", "application/sdp"]];
    const body = this.#localSdp(asked === "inactive" ? "inactive" : direction);
    this.#socket.respond(request, from, "200 OK", { headers, body });
    this.#stopRepeating = this.#socket.repeatAnswer(request, from);
  }

  // ---- the INVITE that we send

  /** Sends the INVITE of a call that is made. */
  invited(): this {
    this.#sendInvite(this.#localSdp());
    return this;
  }

  #sendInvite(body: string, authorization: [string, string][] = []): void {
    const dialog = this.#dialog;
    dialog.cseq += 1;
    this.#inviteBranch = this.#socket.newBranch();
    const message = dialog.request("INVITE", {
      cseq: dialog.cseq,
      branch: this.#inviteBranch,
      headers: [
        dialog.contact(),
        ["Allow", "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, NOTIFY"],
        ["Content-Type", "application/sdp"],
        ...(this.#options.headers ?? []),
        ...authorization,
      ],
      body,
    });
    this.#socket.request(message, dialog.hop, (response, from) => {
      this.#inviteAnswered(message, response, from);
    });
  }

  #inviteAnswered(sent: SipMessage, response: SipMessage | "no-answer", from: Address): void {
    if (response === "no-answer") {
      this.#reinvite?.resolve(408);
      if (this.state !== "talking") this.#finish({ by: "lost", status: null, reason: null });
      return;
    }
    const status = statusOf(response) ?? 0;
    const isFirstFinal = status >= 200 && this.#ackOf?.cseq !== cseqOf(response);
    if (status < 200 || isFirstFinal) this.statuses.push(status);
    if (status < 200) {
      if (status > 100 && this.state === "calling") this.state = "ringing";
      if (this.#wantsToEnd && this.state !== "over") this.#cancel();
    } else if (status < 300) {
      this.#inviteAccepted(response, from);
    } else {
      this.#inviteRefused(sent, response, status, isFirstFinal);
    }
  }

  #inviteAccepted(response: SipMessage, from: Address): void {
    const dialog = this.#dialog;
    const isRepeated = this.#ackOf?.cseq === cseqOf(response);
    if (!isRepeated) {
      dialog.accepted(response, from);
      const ack = dialog.request("ACK", { cseq: cseqOf(response) });
      this.#ackOf = { cseq: cseqOf(response), ack };
      if (response.body !== "") this.#takeSdp(response.body);
    }
    if (this.#ackOf) this.#socket.send(this.#ackOf.ack, dialog.hop);
    if (isRepeated) return;
    this.#reinvite?.resolve(200);
    this.#reinvite = null;
    if (this.state === "over") return;
    this.state = "talking";
    // The 200 crossed our CANCEL: the call exists and has to be ended as one (RFC 3261, section 9.1).
    if (this.#wantsToEnd) this.#bye();
  }

  #inviteRefused(sent: SipMessage, response: SipMessage, status: number, isFirst: boolean): void {
    const ack = ackOfRefusal(sent, response);
    this.#socket.send(ack, this.#dialog.hop);
    if (!isFirst) return;
    this.#ackOf = { cseq: cseqOf(response), ack };
    if (this.#reinvite) {
      this.#reinvite.resolve(status);
      this.#reinvite = null;
      return;
    }
    if ((status === 401 || status === 407) && this.#options.credentials && !this.#triedCredentials) {
      this.#triedCredentials = true;
      this.#sendInvite(sent.body, this.#authorization(response, status, "INVITE", this.#dialog.target));
      return;
    }
    const by = this.#wantsToEnd && status === 487 ? "us" : "refused";
    const retryAfter = header(response, "Retry-After");
    const warning = header(response, "Warning");
    this.#finish({ by, status, reason: header(response, "Reason") ?? null, retryAfter, warning });
  }

  #authorization(response: SipMessage, status: number, method: string, uri: string): [string, string][] {
    const isProxy = status === 407;
    const challenge = header(response, isProxy ? "Proxy-Authenticate" : "WWW-Authenticate");
    const credentials = this.#options.credentials;
    if (challenge === undefined || !credentials) return [];
    const name = isProxy ? "Proxy-Authorization" : "Authorization";
    return [[name, answerChallenge(challenge, credentials, { method, uri })]];
  }

  // ---- small parts

  #cancel(): void {
    const { cseq } = this.#dialog;
    const message = this.#dialog.request("CANCEL", { cseq, branch: this.#inviteBranch });
    this.#socket.request(message, this.#dialog.hop, () => undefined);
  }

  #bye(authorization: [string, string][] = []): void {
    this.#dialog.cseq += 1;
    const bye = this.#dialog.request("BYE", { cseq: this.#dialog.cseq, headers: authorization });
    this.#socket.request(bye, this.#dialog.hop, (response) => {
      const status = response === "no-answer" ? 408 : (statusOf(response) ?? 0);
      if (status < 200) return;
      const mayAuthenticate = (status === 401 || status === 407) && authorization.length === 0;
      if (response !== "no-answer" && mayAuthenticate && this.#options.credentials) {
        this.#bye(this.#authorization(response, status, "BYE", this.#dialog.target));
        return;
      }
      this.#finish({ by: "us", status: null, reason: null });
    });
  }

  #respondToInvite(status: string, body = ""): void {
    if (!this.invite) return;
    const headers: [string, string][] = [this.#dialog.contact()];
    if (body !== "") headers.push(["Content-Type", "application/sdp"]);
    this.#socket.respond(this.invite, this.#inviteFrom, status, {
      headers,
      body,
      toTag: this.#dialog.localTag,
    });
  }

  #localSdp(direction?: SdpOptions["direction"]): string {
    this.#sdpVersion += 1;
    const { host } = this.#socket;
    const { codecs } = this.#options;
    const sdp: SdpOptions = {
      ...{ host, port: this.media.port, codecs, version: this.#sdpVersion },
      ...this.#protection(),
    };
    return makeSdp(direction ? { ...sdp, direction } : sdp);
  }

  /** Of a call that is made our wish, else what the offer has, if we encrypt at all. */
  #protection(): Pick<SdpOptions, "profile" | "crypto"> {
    const { encryption } = this.#options;
    if (!encryption) return {};
    const offered = this.invite && this.invite.body !== "" ? this.invite.body : undefined;
    const theirs = offered === undefined ? null : readCryptoLine(offered, encryption.suites);
    if (offered !== undefined && !theirs) return {};
    this.#ourKey ??= newCryptoLine(theirs?.suite ?? encryption.suites[0], theirs?.tag);
    return { profile: offered === undefined ? encryption.profile : profileOf(offered), crypto: this.#ourKey };
  }

  #takeSdp(sdp: string): void {
    this.remoteSdp = sdp;
    this.#protection();
    const theirs = readCryptoLine(sdp, this.#ourKey ? [this.#ourKey.suite] : []);
    const ours = this.#ourKey;
    if (!ours || theirs?.master.equals(this.#theirKey?.master ?? Buffer.alloc(0)) !== true) {
      this.#theirKey = ours ? theirs : null;
      this.media.encrypt(ours && theirs ? { ours, theirs } : null);
    }
    const target = readSdp(sdp);
    if (target) this.media.sendTo(target);
  }

  #finish(end: Omit<CallEnd, "atMs">): void {
    if (this.end) return;
    this.#stopRepeating();
    this.end = { ...end, atMs: performance.now() };
    this.state = "over";
    this.media.pause();
    this.#setEnded(this.end);
  }
}
