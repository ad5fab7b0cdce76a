import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { describeError } from "../../base/log.ts";
import type { Connector } from "../connector.ts";
import { hangUpQuietly, toFailure } from "../connector.ts";
import { rejectOffer } from "../core/sdp.ts";
import { silenceHeader } from "../core/silence.ts";
import { within } from "../deadline.ts";
import type { Endpoint, LateOffer, MediaServer, SipDialog, Srf } from "../drachtio.ts";
import { parkingAnswer } from "./media-sdp.ts";

/** FreeSWITCH gives an offer of its own up when it is not answered within 32 s (64*T1, RFC 3261 §13.3.1.4). */
const parkAfterMs = 25_000;
const renegotiationDeadlineMs = 5_000;
/** While nobody is there, nothing is heard: longer than any ring. */
const parkedSilenceMs = 3_600_000;

export interface ReservationRequest {
  /** The edge that sends the INVITE to the media server. */
  srf: Srf;
  headers: Record<string, string>;
  deadlineMs: number;
  clock: Clock;
  log: Log;
}

/** A channel whose party has answered. */
export interface ReadyChannel {
  endpoint: Endpoint;
  channel: SipDialog;
}

/**
 * A channel that has offered its media, for a party that is still to be found (third-party call control, RFC 3725).
 *
 *   offered ──answer()──► up ──answer()──► up again (re-INVITE without SDP: the same offer once more)
 *      │  └── 25 s ──► parked ──answer()──► up
 *      └── release(), the media server's BYE ──► gone
 *
 * The answer goes to the media server in the ACK, so that its offer, and the keys in it, are the ones that the party
 * got. Only when the party takes longer to answer than the media server waits is the channel brought up before.
 */
export class ReservedChannel {
  /** The media server's offer. */
  readonly offer: string;
  readonly #late: LateOffer;
  readonly #request: ReservationRequest;
  readonly #acknowledged: (dialog: Promise<SipDialog>) => void;
  readonly #endpoint: Promise<Endpoint>;
  readonly #stopParking: () => void;
  #limitMs: number;
  #answered = "";
  #dialog: SipDialog | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #isReleased = false;

  private constructor(
    late: LateOffer,
    request: ReservationRequest,
    acknowledged: (dialog: Promise<SipDialog>) => void,
    endpoint: Promise<Endpoint>,
  ) {
    this.offer = late.sdp;
    this.#late = late;
    this.#request = request;
    this.#acknowledged = acknowledged;
    this.#endpoint = endpoint;
    endpoint.catch(() => undefined); // told by answer()
    this.#limitMs = Number(request.headers[silenceHeader] ?? 0);
    const { clock } = request;
    this.#stopParking = clock.setTimer(clock.now() + parkAfterMs, () => {
      this.answer(parkingAnswer(this.offer), this.#limitMs && parkedSilenceMs).catch((error: unknown) => {
        request.log.warn({ error: describeError(error) }, "A channel that waits for its party was lost");
      });
    });
  }

  /** Rejects with Failure or NoChannel, as a connection does. */
  static async open(
    connector: Connector,
    server: MediaServer,
    request: ReservationRequest,
  ): Promise<ReservedChannel> {
    const { srf, headers, deadlineMs, clock } = request;
    let acknowledged: (dialog: Promise<SipDialog>) => void = () => undefined;
    const dialog = new Promise<SipDialog>((resolve) => (acknowledged = resolve));
    let isGivenUp = false;
    let offered: (late: LateOffer) => void = () => undefined;
    const offering = new Promise<LateOffer>((resolve) => (offered = resolve));
    const endpoint = connector.createEndpoint(server, headers, async (uri, options) => {
      const late = (await srf.createUAC(uri, { ...options, noAck: true })) as LateOffer;
      if (isGivenUp)
        void refuse(late); // never rejects
      else offered(late);
      return dialog;
    });
    try {
      const failed = endpoint.then(() => Promise.reject(new Error("The media library made no offer")));
      const late = await within(clock, deadlineMs, "a channel", Promise.race([offering, failed]));
      return new ReservedChannel(late, request, acknowledged, endpoint);
    } catch (error) {
      isGivenUp = true;
      acknowledged(Promise.reject(toFailure(error)));
      throw toFailure(error);
    }
  }

  /**
   * Agrees on an answer of the party. `limitMs`: how long the party may send nothing from now on; 0: for ever. Rejects
   * when the media server can't use it, or is gone.
   */
  answer(sdp: string, limitMs: number): Promise<ReadyChannel> {
    return this.#inTurn(async () => {
      this.#stopParking();
      if (!this.#dialog) return this.#answerFirst(sdp, limitMs);
      return this.#answerAgain(sdp, limitMs);
    });
  }

  /** Ends the channel; idempotent, never rejects. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#stopParking();
    await this.#turn.catch(() => undefined);
    if (this.#dialog) hangUpQuietly(this.#dialog);
    else {
      this.#acknowledged(Promise.reject(new Error("The channel was released")));
      await refuse(this.#late);
    }
  }

  async #answerFirst(sdp: string, limitMs: number): Promise<ReadyChannel> {
    if (this.#isReleased) throw new Error("The channel was released");
    const dialog = await this.#late.ack(sdp);
    this.#answered = sdp;
    this.#dialog = dialog;
    this.#acknowledged(Promise.resolve(dialog));
    const endpoint = await this.#endpoint;
    if (limitMs !== this.#limitMs) return this.#answerAgain(sdp, limitMs);
    return { endpoint, channel: dialog };
  }

  /** A re-INVITE without SDP brings the same offer once more: same port, same keys. */
  async #answerAgain(sdp: string, limitMs: number): Promise<ReadyChannel> {
    const endpoint = await this.#endpoint;
    const dialog = this.#dialog;
    if (!dialog?.connected || this.#isReleased) throw new Error("The channel is gone");
    if (sdp === this.#answered && limitMs === this.#limitMs) return { endpoint, channel: dialog };
    await this.#limitSilence(endpoint, limitMs);
    const { clock } = this.#request;
    const asking = dialog.modify({ noAck: true });
    const again = await within(clock, renegotiationDeadlineMs, "a channel's offer", asking);
    again.ack(sdp);
    this.#answered = sdp;
    return { endpoint, channel: dialog };
  }

  /** The media server looks at its limit with each re-INVITE, so this comes before that. */
  async #limitSilence(endpoint: Endpoint, limitMs: number): Promise<void> {
    if (limitMs === this.#limitMs) return;
    this.#limitMs = limitMs;
    const { clock } = this.#request;
    const setting = new Promise<void>((resolve, reject) => {
      endpoint.api("uuid_setvar", [endpoint.uuid, "media_timeout", String(limitMs)], (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    await within(clock, renegotiationDeadlineMs, "a channel's limit of silence", setting);
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** Ends a channel that nobody has answered: ACK with every stream refused, then BYE. */
async function refuse(late: LateOffer): Promise<void> {
  try {
    hangUpQuietly(await late.ack(rejectOffer(late.sdp)));
  } catch {
    // Without a Contact in its 200 there is nothing a BYE could be sent to: the media server gives up by itself.
  }
}
