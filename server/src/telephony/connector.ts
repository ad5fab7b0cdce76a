import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type {
  DialogCallback,
  Endpoint,
  LateOffer,
  MediaServer,
  SipDialog,
  Srf,
  SrfForMedia,
  UacOptions,
  UacProgress,
} from "./drachtio.ts";
import { isSipError } from "./drachtio.ts";
import { settleCandidates } from "./core/ice-candidates.ts";
import { DeadlineError, within } from "./deadline.ts";

/** Why there is no channel, for whoever could try another server. */
export type ChannelFailureCause = "refused" | "timeout" | "failed";

/** A media server gave no channel; the party has not been answered, or has been hung up. */
export class NoChannel extends Failure {
  readonly why: ChannelFailureCause;

  constructor(why: ChannelFailureCause, sentence: string) {
    super("unavailable", sentence);
    this.why = why;
  }
}

/** A party whose offer needs a channel: how to give it our answer (200 OK, or ACK of a late offer). */
export interface PartyOffer {
  sdp: string;
  answer(localSdp: string): Promise<SipDialog>;
}

/** A party and its channel, both up. */
export interface Connection {
  endpoint: Endpoint;
  party: SipDialog;
  /** Our dialog with the media server. */
  channel: SipDialog;
}

/** How a channel is to be asked for. */
export interface ChannelRequest {
  /** The edge that sends the INVITE to the media server: the party's own. */
  srf: Srf;
  headers: Record<string, string>;
  deadlineMs: number;
}

/** One connection being made. */
interface Attempt {
  offer: PartyOffer;
  srf: Srf;
  channel: SipDialog | null;
  party: SipDialog | null;
  isAbandoned: boolean;
}

/**
 * Joins parties to channels through drachtio-fsmrf's `connectCaller`, which does plain and DTLS media alike. That
 * function wants to answer an INVITE itself (`srf.createUAS`); an agent's late offer is answered in an ACK instead. So
 * the library gets this object for its srf: an answer goes to the PartyOffer, whatever kind it is. It also sees the
 * dialog with the media server, which the library leaks when the party leaves in the middle.
 */
export class Connector implements SrfForMedia {
  readonly #clock: Clock;
  /** Set while `connectCaller` runs its first, synchronous part, in which it sends the INVITE. */
  #starting: Attempt | null = null;
  /** The same for `createEndpoint`. */
  #dialing: ((uri: string, options: UacOptions) => Promise<SipDialog>) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Rejects with Failure: "gone" (the party left), "unsupported-media" (488 from the media server), or NoChannel
   * (anything else). Whatever was built by then is taken down; a party's dialog gets a BYE.
   */
  async connect(server: MediaServer, offer: PartyOffer, request: ChannelRequest): Promise<Connection> {
    const { srf, headers, deadlineMs } = request;
    const settled: PartyOffer = { sdp: settleCandidates(offer.sdp), answer: (sdp) => offer.answer(sdp) };
    const attempt: Attempt = { offer: settled, srf, channel: null, party: null, isAbandoned: false };
    const connecting = isSdes(offer.sdp)
      ? this.#connectSdes(server, attempt, headers)
      : this.#begin(server, attempt, headers);
    try {
      const { endpoint, dialog } = await within(this.#clock, deadlineMs, "a channel", connecting);
      if (!attempt.channel) throw new Error("The media library connected a caller without an INVITE");
      return { endpoint, party: dialog, channel: attempt.channel };
    } catch (error) {
      this.#abandon(attempt, connecting);
      throw toFailure(error);
    }
  }

  /**
   * A channel whose party is found later. `dial` gets the library's INVITE, which has no SDP, and gives the dialog
   * once the media server's offer is answered; the endpoint is there when the channel is up after that.
   */
  createEndpoint(
    server: MediaServer,
    headers: Record<string, string>,
    dial: (uri: string, options: UacOptions) => Promise<SipDialog>,
  ): Promise<Endpoint> {
    this.#dialing = dial;
    try {
      return server.createEndpoint({ headers });
    } finally {
      this.#dialing = null;
    }
  }

  createUAC(
    uri: string,
    options: UacOptions,
    progress?: UacProgress,
    callback?: DialogCallback,
  ): Promise<SipDialog | LateOffer> | undefined {
    if (this.#dialing) return settle(this.#dialing(uri, options), callback);
    const attempt = this.#starting;
    if (!attempt) throw new Error("The media library sent an INVITE that nobody asked for");
    const dialing = attempt.srf.createUAC(uri, options, progress ?? {}).then((dialog) => {
      attempt.channel = dialog as SipDialog;
      if (attempt.isAbandoned) discard(attempt.channel);
      return dialog;
    });
    return settle(dialing, callback);
  }

  createUAS(
    request: object,
    _response: object,
    options: { localSdp: string },
    callback?: DialogCallback,
  ): Promise<SipDialog> | undefined {
    const { attempt } = request as { attempt: Attempt };
    return settle(this.#answer(attempt, options.localSdp), callback);
  }

  async #answer(attempt: Attempt, localSdp: string): Promise<SipDialog> {
    if (attempt.isAbandoned) throw new Failure("gone", "The party left before the answer");
    const dialog = await attempt.offer.answer(localSdp);
    attempt.party = dialog;
    if (attempt.isAbandoned) hangUpQuietly(dialog);
    return dialog;
  }

  #begin(server: MediaServer, attempt: Attempt, headers: Record<string, string>) {
    this.#starting = attempt;
    try {
      return server.connectCaller({ body: attempt.offer.sdp, attempt }, {}, { headers });
    } finally {
      this.#starting = null;
    }
  }

  /**
   * The library takes every RTP/SAVP for DTLS, for which it waits in a way that a channel with SDES never ends: so it
   * is asked for a channel without SDP, and the INVITE that it makes of that gets the offer here.
   */
  async #connectSdes(
    server: MediaServer,
    attempt: Attempt,
    headers: Record<string, string>,
  ): Promise<{ endpoint: Endpoint; dialog: SipDialog }> {
    const endpoint = await this.createEndpoint(server, headers, async (uri, options) => {
      const dialing = attempt.srf.createUAC(uri, { ...options, localSdp: attempt.offer.sdp });
      const channel = (await dialing) as SipDialog;
      attempt.channel = channel;
      if (attempt.isAbandoned) discard(channel);
      return channel;
    });
    const dialog = await this.#answer(attempt, attempt.channel?.remote.sdp ?? "");
    return { endpoint, dialog };
  }

  #abandon(attempt: Attempt, connecting: Promise<{ endpoint: Endpoint; dialog: SipDialog }>): void {
    attempt.isAbandoned = true;
    if (attempt.channel) discard(attempt.channel);
    if (attempt.party) hangUpQuietly(attempt.party);
    // Late results are taken down by createUAC and #answer above.
    connecting.catch(() => undefined);
  }
}

/** Keys in the description, and none by DTLS (RFC 4568). */
function isSdes(sdp: string): boolean {
  return /^m=audio \d+ RTP\/SAVPF? /m.test(sdp) && /^a=crypto:/m.test(sdp) && !/^a=fingerprint:/m.test(sdp);
}

/**
 * Ends the dialog with a channel that nobody waits for any more. The library waits four seconds for the channel's socket
 * and then ends the dialog once more, without listening to what becomes of that.
 */
function discard(channel: SipDialog): void {
  hangUpQuietly(channel);
  channel.destroy = () => Promise.resolve();
}

/** BYE without caring for the outcome: the other side may be gone already. */
export function hangUpQuietly(dialog: SipDialog, headers: Record<string, string> = {}): void {
  if (!dialog.connected) return;
  dialog.destroy({ headers }).catch(() => undefined);
}

function settle<T extends SipDialog | LateOffer>(
  promise: Promise<T>,
  callback: DialogCallback | undefined,
): Promise<T> | undefined {
  if (!callback) return promise;
  promise.then(
    (dialog) => callback(null, dialog as SipDialog),
    (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
  );
  return undefined;
}

export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (isSipError(error)) {
    if (error.status === 488) return new Failure("unsupported-media", "The media server can't use the offer");
    if (error.status === 487) return new Failure("gone", "The party left before the answer");
    return new NoChannel(
      "refused",
      `The media server refused a channel with ${error.status} ${error.reason}`,
    );
  }
  const sentence = error instanceof Error ? error.message : String(error);
  return new NoChannel(error instanceof DeadlineError ? "timeout" : "failed", `No channel: ${sentence}`);
}
