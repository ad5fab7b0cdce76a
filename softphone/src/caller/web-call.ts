import { caller } from "@ringdown/contract";
import { Inviter, SessionState, UserAgent, type Core } from "sip.js";
import { call } from "../api/client.ts";
import { Refusal } from "../api/failure.ts";
import type { CallQuality } from "../phone/core/call-quality.ts";
import type { MediaProblem } from "../phone/core/media-problem.ts";
import { LegMedia } from "../phone/leg-media.ts";
import { makeUserAgent } from "../phone/line.ts";
import { MicrophoneFailure, openMicrophone, stopStream } from "../phone/microphone.ts";
import { Store } from "../shared/store.ts";
import { endOfRefusal, endOfStatus, type CallEnd } from "./core/call-end.ts";

export interface WebCallState {
  /**
   * idle --> connecting --> ringing --> in-menu <--> waiting --> connected --> ended --> connecting (again)
   *            `--------------`------------`-------------------------^
   * `connected`: with a person. The server says so by INFO with `X-Ringdown-State: talking` (or `flow`).
   */
  phase: "idle" | "connecting" | "ringing" | "in-menu" | "waiting" | "connected" | "ended";
  end: CallEnd | null;
  microphoneProblem: MediaProblem | null;
  /** No way for the sound to the media server, or not any more. */
  hasNoWay: boolean;
  isMuted: boolean;
  /** Of the answer, in this machine's time. */
  answeredAt: number | null;
}

type GuestCredential = Awaited<ReturnType<typeof askForCredential>>;
const askForCredential = (number: string) => call(caller.issueGuestCredential, { params: { number } });
const beforeTheCall: WebCallState = {
  phase: "idle",
  end: null,
  microphoneProblem: null,
  hasNoWay: false,
  isMuted: false,
  answeredAt: null,
};

/** Calls one number from a browser, without signing in. One call at a time. */
export class WebCall {
  readonly state = new Store<WebCallState>(beforeTheCall);
  readonly #number: string;
  #agent: UserAgent | null = null;
  #inviter: Inviter | null = null;
  #media: LegMedia | null = null;
  #hungUpHere = false;

  constructor(number: string) {
    this.#number = number;
  }

  /** Asks for the microphone, then calls. What goes wrong is told in `state`. */
  async start(): Promise<void> {
    const { phase } = this.state.value;
    if (phase !== "idle" && phase !== "ended") return;
    this.#hungUpHere = false;
    this.state.set({ ...beforeTheCall, phase: "connecting" });
    try {
      const microphone = await openMicrophone();
      await this.#invite(microphone).catch((error: unknown) => {
        stopStream(microphone);
        throw error;
      });
    } catch (error) {
      this.#failed(error);
    }
  }

  async hangUp(): Promise<void> {
    this.#hungUpHere = true;
    const inviter = this.#inviter;
    if (inviter === null) return this.#ended("you-hung-up");
    if (inviter.state === SessionState.Established) await inviter.bye();
    else if (inviter.state !== SessionState.Terminated) await inviter.cancel();
  }

  setMuted(isMuted: boolean): void {
    this.#media?.setMuted(isMuted);
    this.#change({ isMuted });
  }

  sendDigit(digit: string): void {
    this.#media?.sendDigit(digit);
  }

  async #invite(microphone: MediaStream): Promise<void> {
    const credential = await askForCredential(this.#number);
    if (this.#hungUpHere) return stopStream(microphone);
    const agent = makeUserAgent(credential);
    this.#agent = agent;
    agent.delegate = { onDisconnect: () => this.#disconnected() };
    await agent.start();
    const inviter = new Inviter(agent, targetOf(credential));
    this.#inviter = inviter;
    const media = new LegMedia(inviter, () => credential.iceServers);
    this.#media = media;
    media.giveMicrophone(microphone);
    media.quality.subscribe(() => this.#change({ hasNoWay: isWayless(media.quality.value) }));
    inviter.delegate = {
      onSessionDescriptionHandler: (handler) => this.#media?.attach(handler),
      onInfo: (info) => {
        this.#hear(info.request.getHeader("X-Ringdown-State"));
        void info.accept();
      },
    };
    inviter.stateChange.addListener((state) => this.#follow(state));
    await inviter.invite({
      requestDelegate: {
        onProgress: (response) => this.#progressed(response),
        onReject: (response) => this.#ended(endOfStatus(response.message.statusCode ?? 500)),
      },
    });
  }

  #progressed(response: Core.IncomingResponse): void {
    const isRinging = (response.message.statusCode ?? 0) > 100;
    if (isRinging && this.state.value.phase === "connecting") this.#change({ phase: "ringing" });
  }

  #hear(told: string | undefined): void {
    if (this.state.value.phase === "ended") return;
    if (told === "talking") this.#change({ phase: "connected" });
    if (told === "waiting") this.#change({ phase: "waiting" });
    if (told === "flow") this.#change({ phase: "in-menu" });
  }

  #follow(state: SessionState): void {
    if (state === SessionState.Established) this.#change({ phase: "in-menu", answeredAt: Date.now() });
    if (state === SessionState.Terminated) this.#ended(this.#hungUpHere ? "you-hung-up" : "they-hung-up");
  }

  #failed(error: unknown): void {
    if (error instanceof MicrophoneFailure) {
      this.state.set({ ...beforeTheCall, microphoneProblem: error.problem });
    } else {
      this.#ended(error instanceof Refusal ? endOfRefusal(error.code) : "network");
    }
  }

  /** The signalling socket broke: the sound may go on, so come back once rather than hang up; else it ended. */
  #disconnected(): void {
    if (this.state.value.phase === "ended") return;
    const isTalking = this.#inviter?.state === SessionState.Established;
    if (!isTalking) return this.#ended("network");
    this.#agent?.reconnect().catch(() => this.#ended("network"));
  }

  #ended(end: CallEnd): void {
    if (this.state.value.phase === "ended") return;
    this.#change({ phase: "ended", end });
    this.#media?.close();
    this.#media = null;
    this.#inviter = null;
    const agent = this.#agent;
    this.#agent = null;
    // Let the last BYE or ACK leave before the socket closes.
    setTimeout(() => void agent?.stop().catch(() => undefined), 400);
  }

  #change(change: Partial<WebCallState>): void {
    this.state.set({ ...this.state.value, ...change });
  }
}

function isWayless({ problem }: CallQuality): boolean {
  return problem === "way-lost" || (problem?.startsWith("blocked-") ?? false);
}

/** The target is a whole SIP address, or a user part at the credential's domain. */
function targetOf(credential: GuestCredential) {
  const text = credential.target.includes(":")
    ? credential.target
    : `sip:${credential.target}@${credential.domain}`;
  const target = UserAgent.makeURI(text);
  if (target === undefined) throw new Error(`not a SIP address: ${text}`);
  return target;
}
