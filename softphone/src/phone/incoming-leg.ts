import { SessionState, type Invitation } from "sip.js";
import { Store } from "../shared/store.ts";
import type { IceServers } from "./core/ice-servers.ts";
import type { MediaProblem } from "./core/media-problem.ts";
import { LegMedia } from "./leg-media.ts";
import { isMicrophoneGranted, MicrophoneFailure, openMicrophone, stopStream } from "./microphone.ts";

export interface LegState {
  /**
   * ringing <--> answering --> talking --> ended
   *    `------------`-----------------------^
   * (answering falls back to ringing when there is no microphone)
   */
  phase: "ringing" | "answering" | "talking" | "ended";
  isMuted: boolean;
  microphoneProblem: MediaProblem | null;
}

/** A call that the server offers to this softphone: an INVITE without SDP, so our 200 OK carries the SDP offer. */
export class IncomingLeg {
  readonly state = new Store<LegState>({ phase: "ringing", isMuted: false, microphoneProblem: null });
  readonly media: LegMedia;
  /** The desk's offer that this INVITE belongs to; null from a server that doesn't say. */
  readonly offerId: string | null;
  readonly from: string;
  readonly #invitation: Invitation;
  #warmMicrophone: Promise<MediaStream> | null = null;

  constructor(invitation: Invitation, iceServers: () => IceServers) {
    this.#invitation = invitation;
    this.offerId = invitation.request.getHeader("X-Ringdown-Offer") ?? null;
    this.from = invitation.remoteIdentity.uri.user ?? invitation.remoteIdentity.displayName;
    this.media = new LegMedia(invitation, iceServers);
    invitation.delegate = {
      onSessionDescriptionHandler: (handler) => this.media.attach(handler),
    };
    invitation.stateChange.addListener((state) => this.#follow(state));
    void this.#warmUp();
  }

  /** Sends 200 OK with our offer. False, and still ringing, when there is no microphone; then `state` says why. */
  async answer(): Promise<boolean> {
    if (this.state.value.phase !== "ringing") return false;
    this.#change({ phase: "answering", microphoneProblem: null });
    try {
      const stream = await (this.#warmMicrophone ?? openMicrophone());
      this.#warmMicrophone = null;
      if (this.#hasEnded()) {
        stopStream(stream);
        return false;
      }
      this.media.giveMicrophone(stream);
      await this.#invitation.accept();
      return true;
    } catch (error) {
      this.#warmMicrophone = null;
      if (!(error instanceof MicrophoneFailure)) throw error;
      if (!this.#hasEnded()) this.#change({ phase: "ringing", microphoneProblem: error.problem });
      return false;
    }
  }

  /** 486: the router offers the caller to someone else. */
  async decline(): Promise<void> {
    if (
      this.#invitation.state === SessionState.Initial ||
      this.#invitation.state === SessionState.Establishing
    ) {
      await this.#invitation.reject({ statusCode: 486 });
    }
  }

  async hangUp(): Promise<void> {
    if (this.#invitation.state === SessionState.Established) await this.#invitation.bye();
    else await this.decline();
  }

  setMuted(isMuted: boolean): void {
    this.media.setMuted(isMuted);
    this.#change({ isMuted });
  }

  #hasEnded(): boolean {
    return this.state.value.phase === "ended";
  }

  /**
   * Opening a microphone takes up to a third of a second, making an offer with its candidates a fifth: most of the
   * time from answering to being heard. Where the person has allowed the microphone for good both are done while it
   * rings; nothing is sent before the answer.
   */
  async #warmUp(): Promise<void> {
    if (!(await isMicrophoneGranted()) || this.state.value.phase !== "ringing") return;
    this.#warmMicrophone = openMicrophone();
    try {
      const stream = await this.#warmMicrophone;
      if (this.state.value.phase !== "ringing") return; // answered or ended meanwhile: they have the stream
      this.media.giveMicrophone(stream);
      this.media.prepareOffer();
    } catch {
      this.#warmMicrophone = null; // answering asks again and tells
    }
  }

  #follow(state: SessionState): void {
    if (state === SessionState.Established) this.#change({ phase: "talking" });
    if (state !== SessionState.Terminated) return;
    this.#change({ phase: "ended" });
    this.media.close();
    void this.#warmMicrophone?.then(stopStream, () => undefined);
  }

  #change(change: Partial<LegState>): void {
    this.state.set({ ...this.state.value, ...change });
  }
}
