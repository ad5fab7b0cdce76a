import { randomUUID } from "node:crypto";
import type { ApplicationTable } from "./applications/application.ts";
import { ChannelActivity } from "./channel-activity.ts";
import type { HangupCause } from "./core/hangup-cause.ts";
import { causeNumber } from "./core/hangup-cause.ts";
import type { CallerProfile, CallState } from "./channel-headers.ts";
import { addChannelHeaders, callStateNumber } from "./channel-headers.ts";
import type { EventBus } from "./event-bus.ts";
import { type MediaLog, withFields } from "./media-config.ts";
import { frameSamples } from "./media-clock.ts";
import type { VoiceStream } from "./rtp/voice-stream.ts";
import { SilenceWatch } from "./silence-watch.ts";

/** A listener on both directions of a channel, frame by frame: recordings, supervisors. */
export interface ChannelTap {
  onTap(read: Int16Array, written: Int16Array): void;
  /** The channel ends; resolves when the tap has finished its work. */
  close(reason: "hangup" | "stopped"): Promise<void>;
}

/** What a channel tells the world outside the media core. */
export interface ChannelOwner {
  readonly events: EventBus;
  readonly log: MediaLog;
  readonly applications: ApplicationTable;
  /** What a channel's variable is when the channel has none of that name. */
  readonly globals: ReadonlyMap<string, string>;
  /** The channel has ended and sent its last event. */
  onChannelGone(channel: Channel): void;
}

const silence = new Int16Array(frameSamples);

/**
 * One call leg: its variables, what it is doing, and its two directions of audio.
 *
 * ```
 * CS_NEW -> CS_INIT -> CS_ROUTING -> CS_EXECUTE <-> CS_EXCHANGE_MEDIA
 *                                         |               |
 *                                         +-> CS_HANGUP <-+ -> CS_REPORTING -> CS_DESTROY
 * ```
 */
export class Channel {
  readonly uuid: string;
  readonly activity: ChannelActivity;
  readonly variables = new Map<string, string>();
  readonly profile: CallerProfile;
  readonly name: string;
  readonly createdAtMs = Date.now();
  /** What came from the remote side in this frame; silence when `hasRead` is false. */
  readonly readFrame = new Int16Array(frameSamples);
  hasRead = false;
  state = "CS_NEW";
  callState: CallState = "DOWN";
  answeredAtMs = 0;
  hungUpAtMs = 0;
  bridgedAtMs = 0;
  hangupCause: HangupCause | undefined;
  isReadMuted = false;
  isWriteMuted = false;
  isHeld = false;
  /** The other leg, while bridged. */
  peer: Channel | undefined;
  isBridgeOriginator = false;
  /** How to end the signalling, set by its owner. */
  onHangup: (cause: HangupCause) => void = () => {};
  /** How to tell the remote side by re-INVITE that it is held, or no longer; set by its owner. */
  onHold: (isHeld: boolean) => Promise<void> = () => Promise.resolve();
  readonly #owner: ChannelOwner;
  readonly #voice: VoiceStream;
  readonly #silence = new SilenceWatch();
  readonly #written = new Int16Array(frameSamples);
  #hasWritten = false;
  readonly #taps = new Set<ChannelTap>();

  constructor(owner: ChannelOwner, voice: VoiceStream, profile: CallerProfile, uuid: string = randomUUID()) {
    this.#owner = owner;
    this.#voice = voice;
    this.activity = new ChannelActivity(this, owner.applications);
    this.profile = profile;
    this.uuid = uuid;
    this.name = `sofia/drachtio_mrf/${profile.callerIdNumber || "anonymous"}@${profile.networkAddress}`;
    voice.onDigit = (digit) => this.activity.receiveDigit(digit, "RTP");
  }

  get voice(): VoiceStream {
    return this.#voice;
  }

  get events(): EventBus {
    return this.#owner.events;
  }

  /** Names the channel and, if the controller has told it, the call that it is part of. */
  get log(): MediaLog {
    const known = { channelId: this.uuid, callId: this.variable("sip_h_X-Ringdown-Call") };
    return withFields(this.#owner.log, known);
  }

  get isUp(): boolean {
    return this.hangupCause === undefined;
  }

  get isAnswered(): boolean {
    return this.answeredAtMs > 0;
  }

  /** Whether the bridge has this channel's audio now (no application plays or records in front of it). */
  get isTalking(): boolean {
    return this.peer !== undefined && !this.activity.isBusy && this.isUp && !this.isHeld;
  }

  variable(name: string): string | undefined {
    return this.variables.get(name) ?? this.#owner.globals.get(name);
  }

  setVariable(name: string, value: string | undefined): void {
    if (value === undefined || value === "") this.variables.delete(name);
    else this.variables.set(name, value);
  }

  /** Fires an event about this channel; `fill` adds headers after the channel's own. */
  fire(name: string, fill?: (headers: Map<string, string>) => string | void, subclass?: string): void {
    this.events.fire(
      name,
      (headers) => {
        addChannelHeaders(this, name, headers);
        return fill?.(headers);
      },
      subclass,
    );
  }

  setState(state: string): void {
    if (this.state === state) return;
    this.state = state;
    this.fire("CHANNEL_STATE");
  }

  setCallState(callState: CallState): void {
    const before = this.callState;
    if (before === callState || before === "HANGUP") return;
    this.callState = callState;
    this.events.fire("CHANNEL_CALLSTATE", (headers) => {
      headers.set("Original-Channel-Call-State", before);
      headers.set("Channel-Call-State-Number", String(callStateNumber(callState)));
      addChannelHeaders(this, "CHANNEL_CALLSTATE", headers);
    });
  }

  /** The call was answered: media may flow both ways. */
  markAnswered(): void {
    if (this.isAnswered) return;
    this.answeredAtMs = Date.now();
    this.setVariable("endpoint_disposition", "ANSWER");
    this.setCallState("ACTIVE");
    this.fire("CHANNEL_ANSWER");
  }

  /** Media were agreed on: from now on the other side may be silent for `media_timeout` milliseconds at most. */
  watchSilence(): void {
    this.#silence.restart(Number(this.variable("media_timeout")) || 0);
  }

  // ---- one frame of time ----

  /** First phase: takes what has been received. */
  readMedia(): void {
    this.#hasWritten = false;
    this.hasRead = this.#voice.read(this.readFrame);
    if (this.isReadMuted || !this.hasRead) this.readFrame.fill(0);
    if (this.#silence.isOver(this.#voice.transport.signsOfLife())) this.hangup("MEDIA_TIMEOUT");
  }

  /** Second phase: what the channel does works. */
  runFrame(): void {
    this.activity.runFrame();
  }

  /** The frame to send in this tick; several writers are mixed. */
  write(frame: Int16Array): void {
    if (!this.#hasWritten) {
      this.#written.set(frame);
      this.#hasWritten = true;
      return;
    }
    for (let i = 0; i < frameSamples; i++) {
      this.#written[i] = Math.max(-32768, Math.min(32767, this.#written[i]! + frame[i]!));
    }
  }

  /** Third phase: sends the frame and shows both directions to the taps. */
  sendMedia(): void {
    if (this.isWriteMuted) this.#written.fill(0);
    if (this.#hasWritten && !this.isHeld) this.#voice.send(this.#written);
    else this.#voice.skip();
    for (const tap of this.#taps) tap.onTap(this.readFrame, this.#hasWritten ? this.#written : silence);
  }

  addTap(tap: ChannelTap): void {
    this.#taps.add(tap);
  }

  removeTap(tap: ChannelTap): void {
    this.#taps.delete(tap);
  }

  // ---- the end ----

  /** Ends the call; the first cause counts. */
  hangup(cause: HangupCause): void {
    if (!this.isUp) return;
    this.hangupCause = cause;
    this.hungUpAtMs = Date.now();
    this.state = "CS_HANGUP";
    this.fire("CHANNEL_HANGUP");
    this.onHangup(cause);
    this.activity.interrupt();
    void this.#finish(cause);
  }

  async #finish(cause: HangupCause): Promise<void> {
    const taps = [...this.#taps];
    this.#taps.clear();
    await Promise.allSettled(taps.map((tap) => tap.close("hangup")));
    this.setVariable("hangup_cause", cause);
    this.setVariable("hangup_cause_q850", String(causeNumber(cause) <= 127 ? causeNumber(cause) : 16));
    this.setCallState("HANGUP");
    this.exposeStatistics();
    this.setState("CS_REPORTING");
    this.fire("CHANNEL_HANGUP_COMPLETE");
    this.setState("CS_DESTROY");
    this.fire("CHANNEL_DESTROY");
    await this.#voice.close();
    this.#owner.onChannelGone(this);
  }

  /** Writes the media statistics into `rtp_audio_…` variables. */
  exposeStatistics(): void {
    for (const [name, value] of this.#voice.statistics()) this.setVariable(`rtp_audio_${name}`, value);
  }
}
