import type { Clock } from "../base/clock.ts";
import { Failure } from "../base/failure.ts";
import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import type { Channel } from "./channel.ts";
import type { HangUpCause } from "./core/cause.ts";
import { reasonHeader } from "./core/cause.ts";
import { usesIce } from "./core/sdp.ts";
import { silenceLimitFor } from "./core/silence.ts";
import { KeyBuffer } from "./core/digit-entry.ts";
import { collectDigits } from "./collect-digits.ts";

import type { PartyOffer } from "./connector.ts";
import type { HangUps } from "./hang-up-dialog.ts";
import type {
  CollectOptions,
  CollectResult,
  Leg,
  LegEnd,
  LegRecording,
  Music,
  PlayOptions,
  PlayResult,
  RecordOptions,
  RecordResult,
} from "./leg.ts";
import { ChannelRecording } from "./leg-recording.ts";
import type { MediaConnection } from "./media-connection.ts";
import type { PooledConnection } from "./media-pool.ts";
import type { Beside } from "./interfaces.ts";
import { LoopedMusic } from "./music.ts";
import { Party } from "./party.ts";
import { dialogVariable, encodeDialogId } from "./reconcile.ts";
import { recordMessage } from "./record-message.ts";
import type { SipEdge } from "./sip-edge.ts";
import type { MediaTerms } from "./trunks/media-terms.ts";

/** A party and its channel, as they were agreed on. */
export interface PartyConnection extends PooledConnection {
  offer: string;
  /** What the party's line asks of its media; null or left out: nothing. */
  terms?: MediaTerms | null;
  /** How long the party may send nothing, while it has not said that it won't; 0: for ever. */
  silenceLimitMs: number;
  /** What the media server was told of the party's dialog by `dialogHeaders`; left out: nothing. */
  toldDialogId?: string;
}

export interface LegParts {
  clock: Clock;
  log: Log;
  hangUps: HangUps;
  /** The edge of the party's dialog, and of ours with the media server. */
  edge: SipEdge;
}

/**
 * One answered party with its channel.
 *
 *   up ──BYE, fault, hangUp──► ended   (once; the other side gets its BYE)
 */
export class ChannelLeg implements Leg {
  readonly sipCallId: string;
  readonly ended: Promise<LegEnd>;
  readonly channel: Channel;
  /** Whether the party's media is found by ICE (RFC 8445): a browser's is. */
  readonly hasIce: boolean;
  #media: MediaConnection;
  /** Says that the channel is gone; idempotent. */
  #giveBack: () => void;
  readonly #parts: LegParts;
  readonly #party: Party;
  readonly #silenceLimitMs: number;
  readonly #toldDialogId: string | undefined;
  readonly #keys = new KeyBuffer();
  readonly #digitListeners = new Set<(digit: string) => void>();
  readonly #ending = new AbortController();
  #resolveEnded: (end: LegEnd) => void = () => undefined;
  #tearDown: Promise<void> | null = null;
  #music: LoopedMusic | null = null;
  /** Plays, collections and recordings follow each other. */
  #turn: Promise<unknown> = Promise.resolve();
  #prepared: Promise<void>;

  constructor(connection: PartyConnection, channel: Channel, parts: LegParts) {
    this.channel = channel;
    this.hasIce = usesIce(connection.offer);
    this.#media = connection.media;
    this.sipCallId = connection.party.sip.callId;
    this.#parts = parts;
    this.#silenceLimitMs = connection.silenceLimitMs;
    this.#toldDialogId = connection.toldDialogId;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.#party = new Party(connection.party, connection.channel, {
      offer: connection.offer,
      terms: connection.terms ?? null,
      clock: parts.clock,
      log: parts.log,
      events: {
        onEnd: (end) => void this.#end(end), // never rejects
        onDigit: (digit) => this.#onDigit(digit),
        onMediaChange: (offer) => this.#allowSilence(offer),
      },
    });
    channel.onDigit((digit) => this.#onDigit(digit));
    this.#giveBack = connection.giveBack;
    void channel.vanished.then(connection.giveBack);
    void channel.gone.then((cause) => this.#end({ by: "system", cause: cause ?? "server-lost" }));
    this.#prepared = this.#prepare(connection);
    if (!connection.party.connected) void this.#end({ by: "remote", cause: "normal" }); // left while being made
  }

  get channelId(): string {
    return this.channel.uuid;
  }

  /** The media server that the channel is on. */
  get media(): MediaConnection {
    return this.#media;
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Names the call, if there is one. */
  get log(): Log {
    return this.#parts.log;
  }

  /** The ids by which the edge's, the media server's and other people's logs are joined with ours. */
  logUp(leg: "customer" | "agent" | "outside"): void {
    const { channelId, sipCallId } = this;
    const mediaCallId = this.channel.dialog.sip.callId;
    this.log.info({ leg, sipCallId, channelId, mediaCallId }, "A leg has media");
  }

  play(files: string[], options: PlayOptions = {}): Promise<PlayResult> {
    return this.#inTurn(() => this.#playNow(files, options));
  }

  collect(options: CollectOptions): Promise<CollectResult> {
    return this.#inTurn(() => collectDigits(this, options, this.#parts.clock));
  }

  record(options: RecordOptions): Promise<RecordResult> {
    return this.#inTurn(() => recordMessage(this, options, this.#parts.clock));
  }

  clearDigits(): void {
    this.#keys.takeAll();
  }

  /** The oldest key that was pressed and not used; "" when there is none. */
  takeDigit(): string {
    return this.#keys.take();
  }

  onDigit(listener: (digit: string) => void): () => void {
    this.#digitListeners.add(listener);
    return () => this.#digitListeners.delete(listener);
  }

  startMusic(source: string): Music {
    this.#music?.giveWay();
    const parts = { clock: this.#parts.clock, log: this.#parts.log, signal: this.signal };
    this.#music = new LoopedMusic(this.channel, source, parts);
    return this.#music;
  }

  /** Before a bridge, which ends every playback by itself. */
  giveWayToBridge(): void {
    this.#music?.giveWay();
    this.#music = null;
  }

  async startRecording(options: { path: string }): Promise<LegRecording> {
    try {
      await this.#prepared;
      return await ChannelRecording.start(this.channel, this.media, options.path, this.#parts.clock);
    } catch (error) {
      throw new Failure("unavailable", `The recording did not start: ${describeError(error)}`);
    }
  }

  get edge(): SipEdge {
    return this.#parts.edge;
  }

  /** The dialog with the party, by drachtio's id. */
  get dialogId(): string {
    return this.#party.dialog.id;
  }

  /** The party is gone, although no BYE of theirs reached us. */
  losePartyQuietly(): void {
    void this.#end({ by: "remote", cause: "normal" }); // never rejects
  }

  /** The media server is gone, although no socket has said so. */
  loseMedia(): void {
    this.channel.lose();
  }

  /**
   * When its media server is gone, the leg goes on elsewhere: `connect` gives the party's offer another channel, and the
   * party hears of it by a re-INVITE.
   */
  moveBy(connect: (offer: PartyOffer) => Promise<PooledConnection>): void {
    this.channel.moveBy(async () => {
      const lost = this.#media;
      const answer = (localSdp: string) => this.#party.moveTo(localSdp);
      const made = await connect({ sdp: this.#party.offer, answer });
      try {
        if (this.signal.aborted) throw new Error("The party left meanwhile");
        await this.#party.settleOn(made.channel);
      } catch (error) {
        made.giveBack();
        void this.#parts.hangUps.end(made.channel, {}, this.log); // never rejects
        throw error;
      }
      this.#media = made.media;
      const { uuid: channelId } = made.endpoint;
      this.log.warn({ channelId, from: lost.name, to: made.media.name }, "A call goes on elsewhere");
      // When the channel is the new one.
      setImmediate(() => this.#settle(made));
      return made;
    });
  }

  #settle(made: PooledConnection): void {
    this.#giveBack = made.giveBack;
    void this.channel.vanished.then(made.giveBack);
    if (this.signal.aborted) void this.#parts.hangUps.end(made.channel, {}, this.log); // never rejects
    this.#prepared = this.#prepare(made);
  }

  tell(state: "flow" | "waiting" | "talking"): void {
    if (this.signal.aborted) return;
    this.#party.tell(state);
  }

  hangUp(cause: HangUpCause = "normal"): Promise<void> {
    return this.#end({ by: "local", cause });
  }

  async #playNow(files: string[], options: PlayOptions): Promise<PlayResult> {
    let digits = "";
    const interrupting = new AbortController();
    const stopListening = this.onDigit((digit) => {
      digits += digit;
      if (options.interruptible) interrupting.abort();
    });
    if (options.interruptible && !this.#keys.isEmpty) interrupting.abort();
    const signal = AbortSignal.any([
      this.signal,
      interrupting.signal,
      ...(options.signal ? [options.signal] : []),
    ]);
    try {
      for (const file of files) {
        const playback = signal.aborted ? "stopped" : await this.channel.play(file, signal);
        if (this.signal.aborted || playback === "gone") return { outcome: "ended", digits };
        if (playback === "stopped") {
          return { outcome: interrupting.signal.aborted ? "interrupted" : "aborted", digits };
        }
        if (playback !== "played") return { outcome: "failed", digits, sentence: playback.problem };
      }
      return { outcome: this.signal.aborted ? "ended" : "played", digits };
    } finally {
      stopListening();
    }
  }

  /** The media server looks at its limit with each re-INVITE, so this comes before that. */
  async #allowSilence(offer: string): Promise<void> {
    if (this.#silenceLimitMs === 0) return;
    const limitMs = silenceLimitFor(offer, this.#silenceLimitMs);
    try {
      await this.channel.api("uuid_setvar", [this.channelId, "media_timeout", String(limitMs)]);
    } catch (error) {
      if (this.signal.aborted) return;
      const { log } = this.#parts;
      log.warn({ channelId: this.channelId, error: describeError(error) }, "Limit of silence not changed");
    }
  }

  #onDigit(digit: string): void {
    if (this.signal.aborted) return;
    this.#keys.push(digit);
    for (const listener of [...this.#digitListeners]) listener(digit);
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Mostly there is nothing to do: what is the same for all channels is told once (global-variables.ts). */
  async #prepare({ party, endpoint }: PooledConnection): Promise<void> {
    const variables: Record<string, string> = {};
    // Opus channels run at 48 kHz, of which speech needs a third.
    if (/^a=rtpmap:\d+ opus\//im.test(endpoint.local.sdp ?? "")) variables["record_sample_rate"] = "16000";
    if (party.id !== this.#toldDialogId) variables[dialogVariable] = encodeDialogId(party.id);
    if (Object.keys(variables).length === 0) return;
    try {
      await this.channel.set(variables);
    } catch (error) {
      if (this.signal.aborted) return;
      this.#parts.log.warn(
        { channelId: this.channelId, error: describeError(error) },
        "Channel not prepared",
      );
    }
  }

  /** The only way out: the first end counts. */
  #end(end: LegEnd): Promise<void> {
    if (this.#tearDown) return this.#tearDown;
    this.#ending.abort(end);
    this.#resolveEnded(end);
    this.#digitListeners.clear();
    this.log.debug({ channelId: this.channelId, ...end }, "A leg ended");
    const reason = { Reason: reasonHeader(end.cause) };
    const { hangUps } = this.#parts;
    this.#tearDown = Promise.all([
      hangUps.end(this.#party.dialog, reason, this.log),
      hangUps.end(this.channel.dialog, {}, this.log),
      // The media server's own word of it may come later, and the next caller needs the place.
    ]).then(() => this.#giveBack());
    return this.#tearDown;
  }
}

/** The media server of a leg that another one is to be bridged to. */
export function mediaServerOf(beside: Beside | undefined): MediaConnection | undefined {
  const leg = typeof beside === "function" ? beside() : beside;
  return leg instanceof ChannelLeg ? leg.media : undefined;
}
