import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import { describeError } from "../../base/log.ts";
import type { Connector } from "../connector.ts";
import { hangUpQuietly, toFailure } from "../connector.ts";
import { rejectOffer } from "../core/sdp.ts";
import { silenceHeader } from "../core/silence.ts";
import { within } from "../deadline.ts";
import type { Endpoint, LateOffer, MediaServer, SipDialog, Srf, UacOptions } from "../drachtio.ts";
import { parkingAnswer } from "./media-sdp.ts";
import type { MediaTerms } from "./media-terms.ts";
import { termsHeaders } from "./media-terms.ts";

/** FreeSWITCH gives an offer of its own up when it is not answered within 32 s (64*T1, RFC 3261 §13.3.1.4). */
const parkAfterMs = 25_000;
const renegotiationDeadlineMs = 5_000;
/** While nobody is there, nothing is heard: longer than any ring. */
const parkedSilenceMs = 3_600_000;

export interface ReservationRequest {
  /** The edge that sends the INVITE to the media server. */
  srf: Srf;
  headers: Record<string, string>;
  terms: MediaTerms;
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
 * The answer goes to the media server in the ACK, so that its offer is the one that the party got. Only when the party
 * takes longer than the media server waits is the channel brought up before.
 *
 * One that is to be encrypted is asked for at an address of its own, where the media server has one: FreeSWITCH makes
 * keys only for an INVITE that it answers before the dialplan (freeswitch-config/sip_profiles/ringdown_offer.xml). There
 * it waits for three minutes, and has to: brought up before, it would change its key when the party answers.
 */
export class ReservedChannel {
  /** The media server's offer. */
  readonly offer: string;
  readonly #request: ReservationRequest;
  readonly #opening: Opening;
  readonly #stopParking: () => void;
  #limitMs: number | null;
  #answered = "";
  #dialog: SipDialog | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #isReleased = false;

  private constructor(offer: string, opening: Opening, request: ReservationRequest) {
    this.offer = offer;
    this.#opening = opening;
    this.#request = request;
    const isEncrypted = request.terms.encryption !== "none";
    // The dialplan sets the limit, which for an encrypted channel comes too late: a re-INVITE has to follow.
    this.#limitMs = isEncrypted ? null : Number(request.headers[silenceHeader] ?? 0);
    const { clock } = request;
    this.#stopParking = isEncrypted
      ? () => undefined
      : clock.setTimer(clock.now() + parkAfterMs, () => {
          this.answer(parkingAnswer(offer), (this.#limitMs ?? 0) && parkedSilenceMs).catch(
            (error: unknown) => {
              request.log.warn(
                { error: describeError(error) },
                "A channel that waits for its party was lost",
              );
            },
          );
        });
  }

  /** Rejects with Failure or NoChannel, as a connection does. */
  static async open(
    connector: Connector,
    server: MediaServer,
    request: ReservationRequest,
  ): Promise<ReservedChannel> {
    const opening = new Opening(connector, server, request);
    try {
      const offer = await within(request.clock, request.deadlineMs, "a channel", opening.offer());
      return new ReservedChannel(offer, opening, request);
    } catch (error) {
      void opening.release(); // never rejects
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
      if (this.#isReleased) throw new Error("The channel was released");
      return this.#dialog ? this.#answerAgain(this.#dialog, sdp, limitMs) : this.#answerFirst(sdp, limitMs);
    });
  }

  /** Ends the channel; idempotent, never rejects. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#stopParking();
    await this.#turn.catch(() => undefined);
    await this.#opening.release();
  }

  async #answerFirst(sdp: string, limitMs: number): Promise<ReadyChannel> {
    const dialog = await this.#opening.acknowledge(sdp);
    this.#dialog = dialog;
    this.#answered = sdp;
    return this.#answerAgain(dialog, sdp, limitMs);
  }

  /** A re-INVITE without SDP brings the same offer once more: same port, same keys. */
  async #answerAgain(dialog: SipDialog, sdp: string, limitMs: number): Promise<ReadyChannel> {
    const endpoint = await this.#opening.endpoint;
    if (sdp === this.#answered && limitMs === this.#limitMs) return { endpoint, channel: dialog };
    if (!dialog.connected) throw new Error("The channel is gone");
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

/** Where the media server wants to be asked for an offer with keys; null: where everything else is. */
async function offerAddress(server: MediaServer): Promise<string | null> {
  const reply = await new Promise<string>((resolve) =>
    server.api("global_getvar offer_sip_address", resolve),
  );
  return /^[\d.]+:\d{1,5}$/.exec(reply?.trim() ?? "")?.[0] ?? null;
}

/** The INVITE of a reservation, which the media library has sent through us. */
class Opening {
  /** There when the channel is up. */
  readonly endpoint: Promise<Endpoint>;
  readonly #srf: Srf;
  readonly #invite: Promise<{ uri: string; options: UacOptions }>;
  readonly #address: Promise<string | null>;
  #resolveDialog: (dialog: SipDialog) => void = () => undefined;
  #rejectDialog: (error: unknown) => void = () => undefined;
  #late: LateOffer | null = null;
  #dialog: SipDialog | null = null;
  #isReleased = false;

  constructor(connector: Connector, server: MediaServer, { srf, headers, terms }: ReservationRequest) {
    this.#srf = srf;
    this.#address = terms.encryption === "none" ? Promise.resolve(null) : offerAddress(server);
    const dialog = new Promise<SipDialog>((resolve, reject) => {
      this.#resolveDialog = resolve;
      this.#rejectDialog = reject;
    });
    let sent: (invite: { uri: string; options: UacOptions }) => void = () => undefined;
    const invite = new Promise<{ uri: string; options: UacOptions }>((resolve) => (sent = resolve));
    this.endpoint = connector.createEndpoint(
      server,
      { ...headers, ...termsHeaders(terms) },
      (uri, options) => {
        sent({ uri, options });
        return dialog;
      },
    );
    // Without an INVITE the library says at once what is wrong.
    this.#invite = Promise.race([invite, this.endpoint.then(() => invite)]);
    this.#invite.catch(() => undefined);
    this.endpoint.catch(() => undefined); // told by who waits for it
  }

  /** The media server's own offer. */
  async offer(): Promise<string> {
    const { uri, options } = await this.#invite;
    const address = await this.#address;
    const at = address === null ? uri : uri.replace(/@[^;>]+/, `@${address}`);
    try {
      this.#late = (await this.#srf.createUAC(at, { ...options, noAck: true })) as LateOffer;
    } catch (error) {
      this.#rejectDialog(error);
      throw error;
    }
    if (this.#isReleased) await this.#refuse(this.#late);
    return this.#late.sdp;
  }

  async acknowledge(answer: string): Promise<SipDialog> {
    if (!this.#late) throw new Error("The media server has made no offer");
    this.#dialog = await this.#late.ack(answer);
    this.#resolveDialog(this.#dialog);
    return this.#dialog;
  }

  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    if (this.#dialog) return hangUpQuietly(this.#dialog);
    this.#rejectDialog(new Error("The channel was released"));
    if (this.#late) await this.#refuse(this.#late);
  }

  /** ACK with every stream refused, then BYE. */
  async #refuse(late: LateOffer): Promise<void> {
    try {
      hangUpQuietly(await late.ack(rejectOffer(late.sdp)));
    } catch {
      // Without a Contact in its 200 there is nothing a BYE could be sent to: the media server gives up by itself.
    }
  }
}
