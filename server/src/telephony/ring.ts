import { describeError } from "../base/log.ts";
import { Channel } from "./channel.ts";
import { ChannelLeg, mediaServerOf } from "./channel-leg.ts";
import type { PartyConnection } from "./channel-leg.ts";
import { ringFailureOf } from "./core/cause.ts";
import { inspectOffer, rejectOffer } from "./core/sdp.ts";
import { silenceHeader, silenceLimitFor } from "./core/silence.ts";
import { writeNameAddr } from "./core/sip-text.ts";
import { hangUpQuietly } from "./connector.ts";
import type { LateOffer, SipDialog, SipRequest, SipResponse } from "./drachtio.ts";
import { isSipError } from "./drachtio.ts";
import { callHeaders, dialogHeaders, dialogIdOf } from "./reconcile.ts";
import type { CallParts } from "./inbound-call.ts";
import type { AgentLeg } from "./leg.ts";
import type { SipEdge } from "./sip-edge.ts";
import { refusalOf } from "./trunks/refusal.ts";
import type { Beside, Ring, RingFailure, RingFailureCause } from "./interfaces.ts";
import { inviteWithAccount } from "./trunks/carrier-ring-invite.ts";
import { meetOffer, termsHeaders } from "./trunks/media-terms.ts";

/** An INVITE that gets no final response after its CANCEL is given up. */
const afterCancelMs = 8_000;

/** What one carrier asks of a call, whatever number is dialed. */
export interface CarrierLine {
  trunkId: string;
  /** Answers a 401 or 407 of the carrier; null: it asks for none. */
  digest: { username: string; password: string } | null;
  /** In the order of preference; empty: what the media server has. */
  codecs: readonly string[];
  /** SRTP by SDES (RFC 4568). */
  encryption: "none" | "optional" | "required";
  /** Whether the INVITE carries our offer (what nearly all carriers want), or asks for theirs. */
  offer: "early" | "late";
}

/** Whom to ring, and through which door of the edge. */
export interface RingTarget {
  uri: string;
  /** Where to send the INVITE when the URI's host is not the way there. */
  proxy?: string;
  /** An agent; "" for somebody outside. */
  personId: string;
  /** A call through a carrier: how its line wants to be spoken to. */
  carrier?: CarrierLine;
  /** The phone could not be reached at all: its contact is dead. */
  onDead?(): void;
}

export interface RingOptions {
  caller: { name: string; number: string };
  headers: Record<string, string>;
  ringTimeoutMs: number;
  signal?: AbortSignal | undefined;
  beside?: Beside | undefined;
  /** The interaction that it is part of; undefined: none. */
  callId?: string | undefined;
  logFields: object;
}

/** A ring that could not even begin: nobody is registered, or there is no edge. */
export function failedRing(cause: RingFailureCause): Ring {
  return {
    invitedAt: null,
    ringing: Promise.resolve(false),
    answered: Promise.resolve({ cause, sipStatus: null }),
    cancel: () => undefined,
  };
}

/**
 * One phone being rung by an INVITE without SDP (the late offer of docs/architecture.md).
 *
 *   inviting ──180──► ringing ──200──► connecting ──channel──► answered (AgentLeg)
 *      │                 │                 │
 *      └── final status, time-out, cancel, fault ──► failed (RingFailure)
 *
 * A 200 that comes after the failure is acknowledged and ended by BYE.
 */
export class AgentRing implements Ring {
  readonly invitedAt: number;
  readonly ringing: Promise<boolean>;
  readonly answered: Promise<AgentLeg | RingFailure>;
  readonly #target: RingTarget;
  readonly #options: RingOptions;
  readonly #parts: CallParts;
  readonly #cancelTimer: () => void;
  #request: SipRequest | null = null;
  #isRinging = false;
  #isSettled = false;
  #isConnecting = false;
  #givenUp: RingFailureCause | null = null;
  #resolveRinging: (isRinging: boolean) => void = () => undefined;
  #resolveAnswered: (outcome: AgentLeg | RingFailure) => void = () => undefined;
  #cancelGiveUp: () => void = () => undefined;

  constructor(target: RingTarget, options: RingOptions, parts: CallParts) {
    this.#target = target;
    this.#options = options;
    this.#parts = { ...parts, log: parts.log.child({ callId: options.callId, ...options.logFields }) };
    this.ringing = new Promise((resolve) => {
      this.#resolveRinging = resolve;
    });
    this.answered = new Promise((resolve) => {
      this.#resolveAnswered = resolve;
    });
    const inviting = this.#invite();
    this.invitedAt = parts.clock.now();
    inviting.then(
      (offer) => this.#onAnswer(offer as LateOffer),
      (error: unknown) => this.#onRefused(error),
    );
    const deadline = this.invitedAt + options.ringTimeoutMs;
    this.#cancelTimer = parts.clock.setTimer(deadline, () => this.#giveUp("no-answer"));
    const onAbort = () => this.#giveUp("cancelled");
    if (options.signal?.aborted) onAbort();
    else options.signal?.addEventListener("abort", onAbort, { once: true });
    void this.answered.then(() => options.signal?.removeEventListener("abort", onAbort));
  }

  /** Whose edge is lost when this ring has to fail. */
  get edge(): SipEdge {
    return this.#parts.edge;
  }

  cancel(): void {
    this.#giveUp("cancelled");
  }

  /** The edge is lost: nothing will come of this ring, and the phone is not to blame. */
  fail(): void {
    this.#settle({ cause: "failed", sipStatus: null });
  }

  /** srf writes the INVITE to the edge before this returns. */
  #invite(): Promise<SipDialog | LateOffer> {
    const { caller, headers } = this.#options;
    // The edge puts its own address there.
    const From = writeNameAddr(caller, "localhost");
    const { uri, proxy } = this.#target;
    return inviteWithAccount(
      this.#parts.srf,
      uri,
      { noAck: true, headers: { From, ...headers }, ...(proxy === undefined ? {} : { proxy }) },
      {
        cbRequest: (error, request) => {
          if (error) return;
          this.#request = request;
          this.#parts.log.info({ sipCallId: request.get("Call-ID") }, "An INVITE left");
          if (this.#givenUp !== null) this.#sendCancel();
        },
        cbProvisional: (response) => this.#onProvisional(response),
      },
      this.#target.carrier?.digest ?? null,
    );
  }

  #onProvisional(response: SipResponse): void {
    if (response.status !== 180 && response.status !== 183) return;
    this.#isRinging = true;
    this.#resolveRinging(true);
  }

  /** Takes the ring back, unless it is over. Once the phone has answered, the leg is ended as soon as it can be. */
  #giveUp(cause: RingFailureCause): void {
    if (this.#isSettled || this.#givenUp !== null) return;
    // The phone answered in time; only its channel is being made, which has a deadline of its own.
    if (cause === "no-answer" && this.#isConnecting) return;
    this.#givenUp = cause;
    if (this.#isConnecting) {
      this.#settle({ cause, sipStatus: null });
      return;
    }
    if (this.#request) this.#sendCancel();
    // The router need not wait for the 487: whatever the phone still does is dealt with in #onAnswer.
    this.#settle({ cause, sipStatus: null });
  }

  #sendCancel(): void {
    this.#request?.cancel({}, (error) => {
      if (error) this.#parts.log.debug({ error: error.message }, "CANCEL failed");
    });
    const { clock } = this.#parts;
    this.#cancelGiveUp = clock.setTimer(clock.now() + afterCancelMs, () => {
      this.#parts.log.debug({}, "No final response after CANCEL");
    });
  }

  #onRefused(error: unknown): void {
    this.#cancelGiveUp();
    if (!isSipError(error)) {
      this.#parts.log.warn({ error: describeError(error) }, "INVITE not sent");
      this.#settle({ cause: "unreachable", sipStatus: null });
      return;
    }
    const cause = this.#givenUp ?? ringFailureOf(error.status, this.#isRinging);
    // The websocket or the registration is gone: the contact must not be rung again.
    const isDead = cause === "unreachable" && !this.#isRinging && error.status !== 480;
    if (isDead) this.#target.onDead?.();
    this.#settle({ cause, sipStatus: error.status, ...refusalOf(error) });
  }

  async #connect(late: LateOffer, answeredAt: number): Promise<void> {
    let party: SipDialog | null = null;
    const verdict = inspectOffer(late.sdp);
    try {
      if (!verdict.ok) throw new Error(verdict.sentence);
      const terms = this.#target.carrier ?? null;
      const met = meetOffer(late.sdp, terms);
      if (!met.ok) throw new Error(met.sentence);
      const answer = async (localSdp: string) => (party = await late.ack(met.toParty(localSdp)));
      const { media, srf, mediaHeaders, silenceLimits } = this.#parts;
      const { personId } = this.#target;
      const silenceLimitMs = personId === "" ? silenceLimits.outsideMs : silenceLimits.agentMs;
      const toldDialogId = dialogIdOf(late.res);
      const headers = {
        ...mediaHeaders,
        ...dialogHeaders(toldDialogId),
        ...(terms ? termsHeaders(terms) : {}),
        ...callHeaders(this.#options.callId),
        [silenceHeader]: String(silenceLimitFor(late.sdp, silenceLimitMs)),
      };
      const beside = mediaServerOf(this.#options.beside);
      const connection = await media.connect({ sdp: met.offer, answer }, { srf, headers, beside });
      const channel = new Channel(connection.endpoint, connection.channel, this.#parts);
      const made = { ...connection, offer: late.sdp, terms, silenceLimitMs, toldDialogId };
      const leg = new RungLeg(made, channel, personId, answeredAt, this.#parts);
      this.#parts.onLeg(leg);
      leg.logUp(personId === "" ? "outside" : "agent");
      if (this.#isSettled) void leg.hangUp("cancelled");
      else this.#settle(leg);
    } catch (error) {
      this.#parts.log.warn({ error: describeError(error) }, "A phone that answered got no media");
      if (!party) await refuseLate(late);
      this.#settle({ cause: "failed", sipStatus: 200 });
    }
  }

  #onAnswer(late: LateOffer): void {
    this.#cancelGiveUp();
    const answeredAt = this.#parts.clock.now();
    if (this.#isSettled) {
      void refuseLate(late); // never rejects
      return;
    }
    this.#isConnecting = true;
    void this.#connect(late, answeredAt); // never rejects
  }

  #settle(outcome: AgentLeg | RingFailure): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#cancelTimer();
    this.#resolveRinging(this.#isRinging || "channelId" in outcome);
    this.#resolveAnswered(outcome);
  }
}

/** An agent's leg, or that of somebody outside. */
export class RungLeg extends ChannelLeg implements AgentLeg {
  readonly personId: string;
  readonly answeredAt: number;

  constructor(
    connection: PartyConnection,
    channel: Channel,
    personId: string,
    answeredAt: number,
    parts: CallParts,
  ) {
    super(connection, channel, parts);
    this.personId = personId;
    this.answeredAt = answeredAt;
  }
}

/** Ends a call that was answered too late, or can't be served: ACK with every stream refused, then BYE. */
async function refuseLate(late: LateOffer): Promise<void> {
  try {
    hangUpQuietly(await late.ack(rejectOffer(late.sdp)));
  } catch {
    // The 200 had no usable Contact: there is nothing a BYE could be sent to.
  }
}
