import { randomUUID } from "node:crypto";
import { Failure } from "../base/failure.ts";
import { describeError } from "../base/log.ts";
import { Channel } from "./channel.ts";
import { ChannelLeg } from "./channel-leg.ts";
import type { LegParts } from "./channel-leg.ts";
import { causeOfSipStatus } from "./core/cause.ts";
import { callerNumber } from "./core/dialed-number.ts";
import { isPlainRtp } from "./core/sdp.ts";
import type { SilenceLimits } from "./core/silence.ts";
import { silenceHeader, silenceLimitFor } from "./core/silence.ts";
import type { ChannelCounters } from "./channel.ts";
import type { SipDialog, SipRequest, SipResponse, Srf } from "./drachtio.ts";
import type { Admitted, Caller } from "./gate.ts";
import type { CallerLeg, LegEnd } from "./leg.ts";
import type { MediaPool } from "./media-pool.ts";
import { sessionHeaders } from "./party.ts";
import { callHeaders, dialogHeaders, dialogIdOf } from "./reconcile.ts";
import type { MediaTerms } from "./trunks/media-terms.ts";
import { meetOffer, termsHeaders } from "./trunks/media-terms.ts";
import type { InboundCall } from "./interfaces.ts";

export interface CallParts extends LegParts {
  /** That edge's. */
  srf: Srf;
  media: MediaPool;
  counters: ChannelCounters;
  /** Sent with each INVITE to the media server. */
  mediaHeaders: Record<string, string>;
  silenceLimits: SilenceLimits;
  defaultRegion: string | undefined;
  /** Each answered leg, so that it can be ended at the close. */
  onLeg(leg: ChannelLeg): void;
}

/**
 * An INVITE that passed the gate.
 *
 *   waiting ──answer()──► answering ──► answered (the leg tells its end)
 *      │ reject(), CANCEL, fault            │
 *      └────────────► ended ◄───────────────┘
 */
export class AdmittedCall implements InboundCall {
  readonly id = randomUUID();
  readonly sipCallId: string;
  readonly from: string;
  readonly to: string;
  readonly toForms: readonly string[];
  readonly source: InboundCall["source"];
  readonly trunkId: string | null;
  readonly personId: string | null;
  readonly receivedAt: number;
  readonly ended: Promise<LegEnd>;
  readonly edge: Admitted["edge"];
  readonly webSocket: Admitted["webSocket"];
  readonly #request: SipRequest;
  readonly #response: SipResponse;
  readonly #parts: CallParts;
  /** What the trunk asks of the media; null: it is no trunk. */
  readonly #terms: MediaTerms | null;
  readonly #ending = new AbortController();
  #resolveEnded: (end: LegEnd) => void = () => undefined;
  #answering: Promise<CallerLeg> | null = null;
  #isAnswered = false;
  #leg: ChannelLeg | null = null;

  constructor(request: SipRequest, response: SipResponse, admitted: Admitted, parts: CallParts) {
    const { caller, dialed, webSocket } = admitted;
    this.edge = admitted.edge;
    this.webSocket = webSocket;
    this.#request = request;
    this.#response = response;
    this.#parts = { ...parts, log: parts.log.child({ callId: this.id }) };
    this.sipCallId = request.get("Call-ID") ?? "";
    this.to = dialed.number;
    this.toForms = dialed.forms;
    this.source = caller.source;
    this.#terms = caller.source === "trunk" ? caller.trunk : null;
    this.trunkId = caller.source === "trunk" ? caller.trunk.id : null;
    this.personId = caller.source === "phone" ? caller.personId : null;
    this.from = caller.source === "web" ? "web" : fromOf(request, caller, parts.defaultRegion);
    this.receivedAt = parts.clock.now();
    const { sipCallId, source, trunkId, personId } = this;
    this.#parts.log.info({ sipCallId, source, trunkId, personId }, "A call came in");
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  get hasEnded(): boolean {
    return this.#ending.signal.aborted;
  }

  /** The caller withdrew the INVITE; the edge has answered 487. */
  cancel(): void {
    this.end({ by: "remote", cause: "cancelled", sipStatus: 487 });
  }

  answer(): Promise<CallerLeg> {
    this.#answering ??= this.#answerOnce();
    return this.#answering;
  }

  reject(status: number, reason?: string, headers: Record<string, string> = {}): void {
    if (this.hasEnded || this.#answering) return;
    const final = Number.isInteger(status) && status >= 400 && status <= 699 ? status : 500;
    this.#response.send(final, reason, { headers });
    this.end({ by: "local", cause: causeOfSipStatus(final), sipStatus: final });
  }

  /** The caller's websocket closed, and no BYE came: the tab is gone. */
  loseCaller(): void {
    if (this.#leg) this.#leg.losePartyQuietly();
    else this.end({ by: "remote", cause: "cancelled" });
  }

  /** The edge is lost: no answer would reach the caller. Answered calls go on. */
  failUnanswered(): void {
    if (!this.#isAnswered) this.end({ by: "system", cause: "shutdown" });
  }

  /** The first end counts. */
  end(end: LegEnd): void {
    if (this.hasEnded) return;
    this.#ending.abort(end);
    this.#resolveEnded(end);
  }

  async #answerOnce(): Promise<CallerLeg> {
    try {
      if (this.hasEnded) throw new Failure("gone", "The caller has left");
      const offer = this.#request.body ?? "";
      const met = meetOffer(offer, this.#terms);
      if (!met.ok) throw new UnmetTerms(met.sentence, met.warning);
      const answer = (localSdp: string) => this.#sendAnswer(met.toParty(localSdp));
      const { media, srf, mediaHeaders, silenceLimits } = this.#parts;
      const silenceLimitMs = silenceLimits.outsideMs;
      const toldDialogId = dialogIdOf(this.#request);
      const headers = {
        ...dialogHeaders(toldDialogId),
        ...mediaHeaders,
        ...(this.#terms ? termsHeaders(this.#terms) : {}),
        ...callHeaders(this.id),
        [silenceHeader]: String(silenceLimitFor(offer, silenceLimitMs)),
      };
      const connection = await media.connect({ sdp: met.offer, answer }, { srf, headers });
      const channel = new Channel(connection.endpoint, connection.channel, this.#parts);
      const leg = new ChannelLeg(
        { ...connection, offer, terms: this.#terms, silenceLimitMs, toldDialogId },
        channel,
        this.#parts,
      );
      this.#leg = leg;
      this.#parts.onLeg(leg);
      leg.logUp("customer");
      if (isPlainRtp(offer)) leg.moveBy((again) => media.reconnect(again, { srf, headers }, leg.signal));
      void leg.ended.then((end) => this.end(end));
      return leg;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  async #sendAnswer(localSdp: string): Promise<SipDialog> {
    if (this.hasEnded) throw new Failure("gone", "The caller has left");
    const headers = sessionHeaders(this.#request);
    const dialog = await this.#parts.srf.createUAS(this.#request, this.#response, { localSdp, headers });
    this.#isAnswered = true;
    return dialog;
  }

  #fail(error: unknown): Failure {
    const failure =
      error instanceof Failure ? error : new Failure("unavailable", `Not answered: ${describeError(error)}`);
    if (this.hasEnded) return new Failure("gone", "The caller has left");
    const status = failure.code === "unsupported-media" ? 488 : 503;
    if (!this.#response.finalResponseSent) {
      this.#response.send(status, undefined, { headers: refusalHeaders(failure, status) });
    }
    this.#parts.log.warn({ error: failure.message }, "A call was not answered");
    this.end({ by: "system", cause: causeOfSipStatus(status), sipStatus: status });
    return failure;
  }
}

/** The offer is not what the trunk's line wants. */
class UnmetTerms extends Failure {
  readonly warning: string;

  constructor(sentence: string, warning: string) {
    super("unsupported-media", sentence);
    this.warning = warning;
  }
}

function refusalHeaders(failure: Failure, status: number): Record<string, string> {
  if (failure instanceof UnmetTerms) return { Warning: failure.warning };
  return status === 503 ? { "Retry-After": "5" } : {};
}

function fromOf(request: SipRequest, caller: Caller, defaultRegion: string | undefined): string {
  const from = request.get("From");
  if (caller.source !== "trunk") return callerNumber({ from }, defaultRegion);
  const assertedIdentity = request.get("P-Asserted-Identity");
  return callerNumber({ from, assertedIdentity }, caller.trunk.region ?? defaultRegion);
}
