import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import { causeOfReason } from "./core/cause.ts";
import { settleCandidates } from "./core/ice-candidates.ts";
import { continueSession, inspectOffer, isSameMedia, isSameSession } from "./core/sdp.ts";
import { within } from "./deadline.ts";
import type { SipDialog, SipRequest, SipResponse } from "./drachtio.ts";
import type { LegEnd } from "./leg.ts";
import type { MediaTerms } from "./trunks/media-terms.ts";
import { meetOffer } from "./trunks/media-terms.ts";

/** The methods that we understand, for Allow headers. */
export const allowedMethods = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, REGISTER";

const renegotiationDeadlineMs = 5_000;

export interface PartyEvents {
  onEnd(end: LegEnd): void;
  onDigit(digit: string): void;
  /** The party changes its media by this offer; the media server gets it after the promise. Must not reject. */
  onMediaChange(offer: string): Promise<void>;
}

/**
 * The dialog with a caller or an agent's phone: what they send within a call. Changes of media (hold, a new network, a
 * restart of ICE) are passed to the media server; refreshes of the session (RFC 4028) are answered here.
 */
export class Party {
  readonly dialog: SipDialog;
  #channel: SipDialog;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #events: PartyEvents;
  /** What the party's line asks of its media; null: nothing. */
  readonly #terms: MediaTerms | null;
  /** What the party offered last and got our answer to. */
  #lastOffer: string;
  /** The media server is not the one that began the session: its descriptions don't go on with the former ones. */
  #isMoved = false;
  #answerAfterMove = "";

  constructor(
    dialog: SipDialog,
    channel: SipDialog,
    parts: { offer: string; terms: MediaTerms | null; clock: Clock; log: Log; events: PartyEvents },
  ) {
    this.#terms = parts.terms;
    this.#lastOffer = parts.offer;
    this.dialog = dialog;
    this.#channel = channel;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#events = parts.events;
    dialog.once("destroy", (request: SipRequest) => this.#events.onEnd(endOf(request)));
    dialog.on("modify", (request: SipRequest, response: SipResponse) => {
      void this.#renegotiate(request, response); // never rejects
    });
    dialog.on("update", (request: SipRequest, response: SipResponse) => {
      void this.#renegotiate(request, response); // never rejects
    });
    dialog.on("info", (request: SipRequest, response: SipResponse) => this.#onInfo(request, response));
    // Transfers are made on the agent's screen, where the router and the ledger know of them.
    for (const method of ["refer", "message"]) {
      dialog.on(method, (_request: SipRequest, response: SipResponse) => {
        response.send(405, { headers: { Allow: allowedMethods } });
      });
    }
  }

  /** An INFO that nobody waits for: a phone may refuse it, or be gone. */
  tell(state: string): void {
    this.dialog
      .request({ method: "INFO", headers: { "X-Ringdown-State": state } })
      .catch((error: unknown) => {
        this.#log.debug(
          { dialogId: this.dialog.id, error: describeError(error) },
          "An INFO was not delivered",
        );
      });
  }

  /** What a channel elsewhere needs to know of the party's media. */
  get offer(): string {
    return this.#lastOffer;
  }

  /**
   * Tells the party to send its media elsewhere, by a re-INVITE with the description of another channel, and passes
   * what the party answers on to that channel if it is not what it knows.
   */
  async moveTo(localSdp: string): Promise<SipDialog> {
    this.#isMoved = true;
    const continued = continueSession(localSdp, this.dialog.local.sdp);
    const asking = this.dialog.modify(continued);
    this.#answerAfterMove = await within(this.#clock, renegotiationDeadlineMs, "a re-INVITE", asking);
    return this.dialog;
  }

  /** The channel that `moveTo` was for is up. */
  async settleOn(channel: SipDialog): Promise<void> {
    this.#channel = channel;
    const answer = this.#answerAfterMove;
    if (isSameMedia(answer, this.#lastOffer)) return;
    const asking = channel.request({ method: "INVITE", body: answer });
    const result = await within(this.#clock, renegotiationDeadlineMs, "a change of media", asking);
    if (result.status !== 200) throw new Error(`The media server refused new media with ${result.status}`);
    this.#lastOffer = answer;
  }

  async #renegotiate(request: SipRequest, response: SipResponse): Promise<void> {
    try {
      const offer = request.body ?? "";
      const answer = offer === "" ? this.#offerless(request) : await this.#answerTo(offer);
      if (answer.status !== 200) {
        const { warning } = answer;
        return response.send(answer.status, warning === undefined ? {} : { headers: { Warning: warning } });
      }
      const body = answer.sdp === "" ? {} : { body: answer.sdp };
      response.send(200, { headers: sessionHeaders(request), ...body });
    } catch (error) {
      this.#log.warn({ dialogId: this.dialog.id, error: describeError(error) }, "A re-INVITE failed");
      if (!response.finalResponseSent) response.send(500, { headers: { "Retry-After": "5" } });
    }
  }

  /** An UPDATE without SDP refreshes the session; a re-INVITE without SDP asks for our offer: the media as they are. */
  #offerless(request: SipRequest): { status: number; sdp: string; warning?: string } {
    return { status: 200, sdp: request.method === "INVITE" ? this.dialog.local.sdp : "" };
  }

  async #answerTo(offer: string): Promise<{ status: number; sdp: string; warning?: string }> {
    if (isSameSession(offer, this.#lastOffer)) return { status: 200, sdp: this.dialog.local.sdp };
    const verdict = inspectOffer(offer);
    if (!verdict.ok) return { status: verdict.status, sdp: "" };
    const met = meetOffer(offer, this.#terms);
    if (!met.ok) return { status: 488, sdp: "", warning: met.warning };
    await this.#events.onMediaChange(offer);
    const asking = this.#channel.request({ method: "INVITE", body: settleCandidates(met.offer) });
    const result = await within(this.#clock, renegotiationDeadlineMs, "a change of media", asking);
    if (result.status !== 200) return { status: result.status === 491 ? 491 : 488, sdp: "" };
    this.#lastOffer = offer;
    const answer = met.toParty(result.body ?? "");
    this.dialog.local.sdp = this.#isMoved ? continueSession(answer, this.dialog.local.sdp) : answer;
    return { status: 200, sdp: this.dialog.local.sdp };
  }

  /** Digits by INFO: `application/dtmf-relay` (Signal=5) or `application/dtmf` (5). */
  #onInfo(request: SipRequest, response: SipResponse): void {
    const type = (request.get("Content-Type") ?? "").split(";", 1)[0]?.trim().toLowerCase();
    if (type !== "application/dtmf-relay" && type !== "application/dtmf") {
      response.send((request.body ?? "") === "" ? 200 : 415);
      return;
    }
    const digit = /(?:Signal\s*=\s*)?([0-9*#A-D])/i.exec(request.body ?? "")?.[1];
    response.send(digit === undefined ? 400 : 200);
    if (digit !== undefined) this.#events.onDigit(digit.toUpperCase());
  }
}

/** How long a session may go on without a refresh, where the caller supports timers and asked for nothing. */
const sessionSeconds = 1_800;

/**
 * Session-Expires and its companions for the answer to an INVITE or a refresh (RFC 4028 §9). The edge keeps the timer:
 * it refreshes when it has to, and ends a session that nobody refreshed, which is how a caller who vanished is noticed.
 */
export function sessionHeaders(request: SipRequest): Record<string, string> {
  const asked = /^\s*(\d{1,9})/.exec(request.get("Session-Expires") ?? "")?.[1];
  const hasTimer = /\btimer\b/i.test(`${request.get("Supported") ?? ""},${request.get("Require") ?? ""}`);
  if (asked === undefined && !hasTimer) return {};
  const wanted = /refresher\s*=\s*(uac|uas)/i.exec(request.get("Session-Expires") ?? "")?.[1]?.toLowerCase();
  // Without timers of its own, the caller can't refresh: then we do (RFC 4028, table 2).
  const refresher = wanted ?? (hasTimer ? "uac" : "uas");
  const seconds = Math.max(90, asked === undefined ? sessionSeconds : Number(asked));
  return {
    "Session-Expires": `${seconds};refresher=${refresher}`,
    ...(refresher === "uac" ? { Require: "timer" } : {}),
    Supported: "timer",
  };
}

/** A BYE from the network is the party's; one that the edge made up (no ACK, session timer) is the system's. */
function endOf(request: SipRequest): LegEnd {
  const cause = causeOfReason(request.get("Reason"));
  if (request.source === "application") return { by: "system", cause: cause ?? "unreachable" };
  return { by: "remote", cause: cause === null || cause === "failed" ? "normal" : cause };
}
