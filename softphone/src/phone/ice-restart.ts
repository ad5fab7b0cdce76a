import { SessionState, type Session, type Web } from "sip.js";
import type { IceServers } from "./core/ice-servers.ts";
import { toBrowser } from "./relay-check.ts";

/** A short gap mends itself: Wi-Fi that roams, a burst of loss. */
const mendsItselfWithinMs = 3_000;
const againAfterMs = 6_000;

/**
 * Looks for another way when a call's way breaks (the relay died, another network): new candidates in a re-INVITE, as
 * RFC 8839 section 4.4.1.1.1 has it, with relay credentials of now.
 *
 * connected --> broken --3 s, or the browser gave up--> restarting --6 s--> restarting …
 *     ^-----------'-----------------------------------------'
 */
export class IceRestarter {
  readonly #session: Session;
  readonly #connection: RTCPeerConnection;
  readonly #servers: () => IceServers;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(session: Session, connection: RTCPeerConnection, servers: () => IceServers) {
    this.#session = session;
    this.#connection = connection;
    this.#servers = servers;
    connection.addEventListener("iceconnectionstatechange", this.#follow);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#connection.removeEventListener("iceconnectionstatechange", this.#follow);
  }

  readonly #follow = (): void => {
    const { iceConnectionState } = this.#connection;
    if (iceConnectionState === "connected" || iceConnectionState === "completed") clearTimeout(this.#timer);
    if (iceConnectionState === "disconnected") this.#restartIn(mendsItselfWithinMs);
    if (iceConnectionState === "failed") this.#restartIn(0);
  };

  #restartIn(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#restart(), delayMs);
  }

  async #restart(): Promise<void> {
    if (this.#session.state !== SessionState.Established) return;
    this.#restartIn(againAfterMs); // until it is connected again
    const iceServers = this.#servers().map(toBrowser);
    this.#connection.setConfiguration({ ...this.#connection.getConfiguration(), iceServers });
    const restart: Web.SessionDescriptionHandlerOptions = { offerOptions: { iceRestart: true } };
    await this.#session.invite({ sessionDescriptionHandlerOptions: restart }).catch((error: unknown) => {
      console.warn("no other way for the sound yet", error);
    });
  }
}
