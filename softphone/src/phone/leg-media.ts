import {
  Web,
  type Session,
  type SessionDescriptionHandler,
  type SessionDescriptionHandlerFactory,
} from "sip.js";
import { Store } from "../shared/store.ts";
import { audioSettings } from "./audio-settings.ts";
import {
  judgeQuality,
  keepRecent,
  notMeasured,
  type CallQuality,
  type MediaSample,
} from "./core/call-quality.ts";
import type { IceServers } from "./core/ice-servers.ts";
import { gatheringPatienceMs, hurryGathering } from "./gathering.ts";
import { IceRestarter } from "./ice-restart.ts";
import { sampleMedia } from "./media-stats.ts";
import { openMicrophone, stopStream } from "./microphone.ts";
import { toBrowser } from "./relay-check.ts";
import { RemoteAudio } from "./remote-audio.ts";

const sampleEveryMs = 1_000;
const microphones = new WeakMap<object, MediaStream>();
const servers = new WeakMap<object, () => IceServers>();
const prepared = new WeakMap<object, SessionDescriptionHandler>();

/**
 * The factory for a user agent's sessions: each session takes the microphone that its LegMedia was given, so that a
 * refused microphone is our message and not SIP.js answering 480.
 */
export const sessionMediaFactory: SessionDescriptionHandlerFactory = (session, options) =>
  prepared.get(session) ?? makeHandler(session, options);

const makeHandler: SessionDescriptionHandlerFactory = (session, options) => {
  const takeMicrophone = () => Promise.resolve(microphones.get(session) ?? new MediaStream());
  const iceServers = servers.get(session)?.() ?? [];
  const handler = Web.defaultSessionDescriptionHandlerFactory(takeMicrophone)(session, {
    ...options,
    iceGatheringTimeout: gatheringPatienceMs(),
    // FreeSWITCH answers without a=group:BUNDLE, which the bundle policy "max-bundle" takes for a refusal.
    peerConnectionConfiguration: {
      iceServers: iceServers.map(toBrowser),
      bundlePolicy: "balanced",
      rtcpMuxPolicy: "require",
    },
  });
  hurryGathering(handler, iceServers);
  return handler;
};

/** The audio of one SIP session: microphone, the other party, keys, quality. Owned by its leg; `close()` ends it all. */
export class LegMedia {
  readonly quality = new Store<CallQuality>(notMeasured);
  /** Told by the screen: what arrives and leaves is judged by it. */
  isHeld = false;
  readonly #session: Session;
  readonly #iceServers: () => IceServers;
  #microphone: MediaStream | null = null;
  #handler: Web.SessionDescriptionHandler | null = null;
  #restarter: IceRestarter | null = null;
  #prepared: SessionDescriptionHandler | null = null;
  #remote: RemoteAudio | null = null;
  #isMuted = false;
  #samples: MediaSample[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #stopSettings: () => void;
  #closed = false;

  /** `iceServers` are asked for whenever they are needed: their credentials end, a call may outlast them. */
  constructor(session: Session, iceServers: () => IceServers) {
    this.#session = session;
    this.#iceServers = iceServers;
    servers.set(session, iceServers);
    this.#stopSettings = audioSettings.subscribe(() => {
      if (this.#handler !== null) void this.#reopenMicrophone();
    });
  }

  /** Before the session is accepted or invited: what it will send. */
  giveMicrophone(stream: MediaStream): void {
    if (this.#microphone === stream) return;
    this.#microphone = stream;
    microphones.set(this.#session, stream);
    this.#applyMute();
    this.#watchForUnplugging(stream);
  }

  /**
   * While a call rings that will be answered with our offer: makes the offer with its candidates, which would take a
   * fifth of a second after the answer. Needs the microphone; no audio flows before the other side knows the offer.
   */
  prepareOffer(): void {
    if (this.#closed || this.#prepared !== null) return;
    const handler = makeHandler(
      this.#session,
      this.#session.userAgent.configuration.sessionDescriptionHandlerFactoryOptions,
    );
    this.#prepared = handler;
    prepared.set(this.#session, handler);
    const make = handler.getDescription.bind(handler);
    const offer = make();
    offer.catch(() => undefined); // told to whoever answers
    handler.getDescription = () => {
      handler.getDescription = make; // a later offer in the same call is a new one
      return offer;
    };
  }

  /** From the session's delegate, once SIP.js made the peer connection. */
  attach(handler: unknown): void {
    if (this.#closed || this.#handler !== null || !(handler instanceof Web.SessionDescriptionHandler)) return;
    this.#handler = handler;
    const { peerConnection } = handler;
    if (peerConnection) this.#restarter = new IceRestarter(this.#session, peerConnection, this.#iceServers);
    this.#remote = new RemoteAudio(handler.remoteMediaStream);
    this.#timer = setInterval(() => void this.#sample(), sampleEveryMs);
  }

  setMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
    this.#applyMute();
  }

  /** RFC 4733; false when the connection can't. */
  sendDigit(digit: string): boolean {
    return this.#handler?.sendDtmf(digit, { duration: 160, interToneGap: 80 }) ?? false;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#stopSettings();
    this.#restarter?.close();
    this.#remote?.close();
    this.#prepared?.close(); // SIP.js closes it too, but only once the call was answered
    stopStream(this.#microphone);
    microphones.delete(this.#session);
  }

  #applyMute(): void {
    for (const track of this.#microphone?.getAudioTracks() ?? []) track.enabled = !this.#isMuted;
  }

  #watchForUnplugging(stream: MediaStream): void {
    const [track] = stream.getAudioTracks();
    track?.addEventListener("ended", () => {
      if (!this.#closed && this.#microphone === stream) void this.#reopenMicrophone();
    });
  }

  /** Another device or other processing was chosen, or the device was unplugged: change what is sent, in the call. */
  async #reopenMicrophone(): Promise<void> {
    const stream = await openMicrophone().catch((error: unknown) => {
      console.warn("the call keeps its microphone", error);
      return null;
    });
    const sender = this.#handler?.peerConnection?.getSenders()[0];
    const [track] = stream?.getAudioTracks() ?? [];
    if (this.#closed || sender === undefined || stream === null || track === undefined)
      return stopStream(stream);
    await sender.replaceTrack(track);
    stopStream(this.#microphone);
    this.giveMicrophone(stream);
  }

  async #sample(): Promise<void> {
    const connection = this.#handler?.peerConnection;
    if (connection === undefined || this.#closed) return;
    const sample = await sampleMedia(connection, performance.now());
    sample.path ??= this.#samples.at(-1)?.path ?? null; // of a way that broke the browser tells nothing more
    this.#samples = keepRecent(this.#samples, sample);
    this.quality.set(judgeQuality(this.#samples, { isMuted: this.#isMuted, isHeld: this.isHeld }));
  }
}
