import { describeError } from "../../base/log.ts";
import { Channel } from "../channel.ts";
import { mediaServerOf } from "../channel-leg.ts";
import { hangUpQuietly } from "../connector.ts";
import { ringFailureOf } from "../core/cause.ts";
import { silenceHeader } from "../core/silence.ts";
import { writeNameAddr } from "../core/sip-text.ts";
import type { SipDialog, SipRequest, SipResponse } from "../drachtio.ts";
import { isSipError } from "../drachtio.ts";
import type { CallParts } from "../inbound-call.ts";
import type { Ring, RingFailure, RingFailureCause } from "../interfaces.ts";
import type { AgentLeg } from "../leg.ts";
import type { PooledReservation } from "../media-pool.ts";
import { callHeaders } from "../reconcile.ts";
import type { CarrierLine, RingOptions, RingTarget } from "../ring.ts";
import { RungLeg } from "../ring.ts";
import type { SipEdge } from "../sip-edge.ts";
import { inviteWithAccount } from "./carrier-ring-invite.ts";
import { refusalOf } from "./refusal.ts";
import type { MediaTerms } from "./media-terms.ts";
import { agreedOffer, meetAnswer, presentOffer } from "./media-terms.ts";

/** A silent channel that lives through a ring: the media server must not take it for a party that vanished. */
const ringingSilenceMs = 3_600_000;

/** RFC 3261 §21.4.13, §21.4.26, §21.6.4: how a peer says that it can't use an offer. */
const cantEncrypt = new Set([415, 488, 606]);

export type CarrierTarget = RingTarget & { carrier: CarrierLine };

/**
 * A call out through a carrier, with an offer of ours in the INVITE (most carriers refuse one without).
 *
 *   reserving ──channel's offer──► inviting ──180──► ringing ──200──► connecting ──► answered (AgentLeg)
 *       │                             │                 │                 │
 *       └───────────── no channel, final status, time-out, cancel, fault ─┴──► failed (RingFailure)
 *
 * The carrier's SDP, in a 183 or in the 200, goes to the channel as its answer. A ring that fails leaves no channel
 * behind; a 200 that comes after that is ended by BYE.
 */
export class CarrierRing implements Ring {
  readonly invitedAt: number;
  readonly ringing: Promise<boolean>;
  readonly answered: Promise<AgentLeg | RingFailure>;
  readonly #target: CarrierTarget;
  readonly #options: RingOptions;
  readonly #parts: CallParts;
  readonly #cancelTimer: () => void;
  readonly #silenceLimitMs: number;
  #reserved: PooledReservation | null = null;
  #presented = "";
  /** What holds for the INVITE that is under way. */
  #terms: MediaTerms = { codecs: [], encryption: "none" };
  #request: SipRequest | null = null;
  /** What the carrier answered before the 200, and what of that the channel was given. */
  #earlySdp = "";
  #answer = "";
  #early: Promise<void> = Promise.resolve();
  #answeredAt: number | null = null;
  #isRinging = false;
  #isSettled = false;
  #resolveRinging: (isRinging: boolean) => void = () => undefined;
  #resolveAnswered: (outcome: AgentLeg | RingFailure) => void = () => undefined;

  constructor(target: CarrierTarget, options: RingOptions, parts: CallParts) {
    this.#target = target;
    this.#options = options;
    this.#parts = {
      ...parts,
      log: parts.log.child({
        callId: options.callId,
        trunkId: target.carrier.trunkId,
        ...options.logFields,
      }),
    };
    this.#silenceLimitMs = parts.silenceLimits.outsideMs;
    this.ringing = new Promise((resolve) => (this.#resolveRinging = resolve));
    this.answered = new Promise((resolve) => (this.#resolveAnswered = resolve));
    this.invitedAt = parts.clock.now();
    const deadline = this.invitedAt + options.ringTimeoutMs;
    this.#cancelTimer = parts.clock.setTimer(deadline, () => this.#giveUp("no-answer"));
    const onAbort = () => this.#giveUp("cancelled");
    if (options.signal?.aborted) onAbort();
    else options.signal?.addEventListener("abort", onAbort, { once: true });
    void this.answered.then(() => options.signal?.removeEventListener("abort", onAbort));
    if (!this.#isSettled) void this.#run(); // never rejects
  }

  /** Whose edge is lost when this ring has to fail. */
  get edge(): SipEdge {
    return this.#parts.edge;
  }

  cancel(): void {
    this.#giveUp("cancelled");
  }

  /** The edge is lost: nothing will come of this ring, and the carrier is not to blame. */
  fail(): void {
    this.#settle({ cause: "failed", sipStatus: null });
  }

  /** Where encryption is a wish, the carrier is asked for it first: one that can't says so at once. */
  async #run(): Promise<void> {
    const { encryption } = this.#target.carrier;
    const ways = encryption === "optional" ? [true, false] : [encryption === "required"];
    for (const [i, isEncrypted] of ways.entries()) {
      try {
        return await this.#call(isEncrypted);
      } catch (error) {
        const isLast = i === ways.length - 1 || this.#isSettled;
        if (isLast || !isSipError(error) || !cantEncrypt.has(error.status)) return this.#onRefused(error);
        this.#parts.log.info(
          { sipStatus: error.status },
          "A carrier takes no encrypted call: once more without",
        );
        void this.#reserved?.release(); // never rejects
      }
    }
  }

  /** One INVITE, to its end. Rejects with SipError when it is refused. */
  async #call(isEncrypted: boolean): Promise<void> {
    const { codecs } = this.#target.carrier;
    const terms: MediaTerms = { codecs, encryption: isEncrypted ? "required" : "none" };
    const reserved = await this.#reserve(terms);
    if (!reserved) return;
    this.#terms = terms;
    this.#presented = presentOffer(reserved.offer, terms);
    const party = await this.#invite();
    this.#answeredAt = this.#parts.clock.now();
    if (this.#isSettled) hangUpQuietly(party);
    else await this.#connect(party, this.#answeredAt);
  }

  /** The channel's offer; null when the ring was over before it came. */
  async #reserve(terms: MediaTerms): Promise<PooledReservation | null> {
    const { media, srf, mediaHeaders } = this.#parts;
    const headers = {
      ...mediaHeaders,
      ...callHeaders(this.#options.callId),
      [silenceHeader]: String(this.#silenceLimitMs),
    };
    const beside = mediaServerOf(this.#options.beside);
    const reserved = await media.reserve({ srf, headers, terms, beside, log: this.#parts.log });
    this.#reserved = reserved;
    if (!this.#isSettled) return reserved;
    await reserved.release();
    return null;
  }

  async #invite(): Promise<SipDialog> {
    const { caller, headers } = this.#options;
    // The edge puts its own address there.
    const From = writeNameAddr(caller, "localhost");
    const { uri, proxy, carrier } = this.#target;
    const options = {
      localSdp: this.#presented,
      headers: { From, ...headers },
      ...(proxy === undefined ? {} : { proxy }),
    };
    const progress = {
      cbRequest: (error: Error | null, request: SipRequest) => {
        if (error) return;
        this.#request = request;
        if (this.#isSettled) this.#sendCancel();
      },
      cbProvisional: (response: SipResponse) => this.#onProvisional(response),
    };
    return (await inviteWithAccount(this.#parts.srf, uri, options, progress, carrier.digest)) as SipDialog;
  }

  get #isEncrypted(): boolean {
    return this.#terms.encryption === "required";
  }

  #onProvisional(response: SipResponse): void {
    if (response.status !== 180 && response.status !== 183) return;
    this.#isRinging = true;
    this.#resolveRinging(true);
    // Early media: the channel is brought up now, so that it hears from the first word on. An encrypted one is not: if
    // the 200 had another key (a call that was forwarded), the media server would change its own.
    if (response.body) this.#earlySdp = response.body;
    if (response.body && !this.#isSettled && !this.#isEncrypted) this.#takeEarly(response.body);
  }

  #takeEarly(sdp: string): void {
    const reserved = this.#reserved;
    if (!reserved || sdp === this.#answer) return;
    const met = meetAnswer(reserved.offer, sdp, this.#isEncrypted);
    // What can't be used now may be put right by the 200, whose answer counts.
    if (!met.ok) return;
    this.#answer = sdp;
    const isShort = this.#options.ringTimeoutMs < this.#silenceLimitMs || this.#silenceLimitMs === 0;
    const limitMs = isShort ? this.#silenceLimitMs : ringingSilenceMs;
    this.#early = reserved.answer(met.answer, limitMs).then(
      () => undefined,
      (error: unknown) => {
        this.#parts.log.warn({ error: describeError(error) }, "Early media could not be taken");
      },
    );
  }

  async #connect(party: SipDialog, answeredAt: number): Promise<void> {
    const reserved = this.#reserved;
    if (!reserved) throw new Error("A call was answered that was never offered media");
    // RFC 3261 §13.2.1: after an answer in a reliable 183 the 200 may have none.
    const answer = party.remote.sdp || this.#earlySdp;
    try {
      const met = meetAnswer(reserved.offer, answer, this.#isEncrypted);
      if (!met.ok) throw new Error(met.sentence);
      await this.#early;
      const ready = await reserved.answer(met.answer, this.#silenceLimitMs);
      party.local.sdp = agreedOffer(this.#presented, answer);
      const { media, giveBack } = reserved;
      const connection = { ...ready, party, media, giveBack, offer: answer };
      const made = { ...connection, silenceLimitMs: this.#silenceLimitMs, terms: this.#terms };
      const channel = new Channel(ready.endpoint, ready.channel, this.#parts);
      const leg = new RungLeg(made, channel, this.#target.personId, answeredAt, this.#parts);
      this.#parts.onLeg(leg);
      leg.logUp("outside");
      if (this.#isSettled) void leg.hangUp("cancelled");
      else this.#settle(leg);
    } catch (error) {
      this.#parts.log.warn({ error: describeError(error) }, "A carrier's answer came to no call");
      hangUpQuietly(party, { Reason: 'Q.850;cause=88;text="incompatible destination"' });
      this.#settle({ cause: "failed", sipStatus: 200 });
    }
  }

  /** Takes the ring back, unless it is over. Once the carrier has answered, the leg is ended as soon as it can be. */
  #giveUp(cause: RingFailureCause): void {
    if (this.#isSettled) return;
    // Answered in time: only the channel is being made, which has a deadline of its own.
    if (cause === "no-answer" && this.#answeredAt !== null) return;
    if (this.#request && this.#answeredAt === null) this.#sendCancel();
    this.#settle({ cause, sipStatus: null });
  }

  #sendCancel(): void {
    this.#request?.cancel({}, (error) => {
      if (error) this.#parts.log.debug({ error: error.message }, "CANCEL failed");
    });
  }

  #onRefused(error: unknown): void {
    if (!isSipError(error)) {
      if (!this.#isSettled) this.#parts.log.warn({ error: describeError(error) }, "A call out was not made");
      this.#settle({ cause: "failed", sipStatus: null });
      return;
    }
    const cause = ringFailureOf(error.status, this.#isRinging);
    this.#settle({ cause, sipStatus: error.status, ...refusalOf(error) });
  }

  #settle(outcome: AgentLeg | RingFailure): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#cancelTimer();
    const isLeg = "channelId" in outcome;
    // Once answered, #connect still has the channel in hand: it ends the leg that comes of it, or the call.
    if (!isLeg) void this.#reserved?.release(); // never rejects
    this.#resolveRinging(this.#isRinging || isLeg);
    this.#resolveAnswered(outcome);
  }
}
