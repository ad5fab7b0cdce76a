import { agentDesk } from "@ringdown/contract";
import type { Invitation } from "sip.js";
import { retryDelayMs } from "../api/core/backoff.ts";
import { call } from "../api/client.ts";
import { Refusal } from "../api/failure.ts";
import { Store } from "../shared/store.ts";
import type { IceServers } from "./core/ice-servers.ts";
import { afterRefusal, renewAt } from "./core/registration.ts";
import { IncomingLeg } from "./incoming-leg.ts";
import { Line } from "./line.ts";
import { TabChannel } from "./tab-channel.ts";

/**
 * off --start--> connecting <--> registered
 *                  |  ^  `-----> offline (no server, or no registration; retries by itself)
 *                  |  `-takeBack-- superseded (another tab or machine of this person has the phone)
 */
export interface PhoneState {
  registration: "off" | "connecting" | "registered" | "offline" | "superseded";
  leg: IncomingLeg | null;
}

/** The agent's phone in this tab: gets credentials, stays registered, takes the calls that the router offers. */
export class Softphone {
  readonly state = new Store<PhoneState>({ registration: "off", leg: null });
  /** The newest that the server told; a call in progress uses them too, should it need another way. */
  readonly iceServers = new Store<IceServers>([]);
  readonly #now: () => number;
  readonly #tabs: TabChannel;
  #line: Line | null = null;
  readonly #retired: Line[] = [];
  #renewal: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #wantedOfferId: string | null = null;
  #closed = false;

  /** `now` is the server's clock. */
  constructor(personId: string, now: () => number) {
    this.#now = now;
    this.#tabs = new TabChannel(personId, {
      isInCall: () => this.isInCall(),
      onTaken: () => this.#stepBack(),
    });
  }

  isInCall(): boolean {
    const phase = this.state.value.leg?.state.value.phase;
    return phase === "talking" || phase === "answering";
  }

  /** Once per tab; leaves the phone to another tab of this browser that is in a call. */
  async start(): Promise<void> {
    if (this.state.value.registration !== "off") return;
    this.#change({ registration: "connecting" });
    if (await this.#tabs.isAnotherInCall()) return this.#change({ registration: "superseded" });
    await this.#open();
  }

  /** Makes this tab the person's phone again. */
  async takeBack(): Promise<void> {
    if (this.state.value.registration !== "superseded") return;
    this.#change({ registration: "connecting" });
    await this.#open();
  }

  /**
   * Answers an offer of the desk. Its INVITE comes another way than the offer itself: an answer that is faster than
   * the INVITE is kept until it rings.
   */
  async answer(offerId: string | null): Promise<void> {
    const { leg } = this.state.value;
    if (leg !== null && (offerId === null || leg.offerId === null || leg.offerId === offerId)) {
      await leg.answer();
      return;
    }
    this.#wantedOfferId = offerId;
  }

  /** The realtime connection returned, so the network did: don't wait for the backoff. */
  readonly reconnect = (): void => {
    if (this.state.value.registration === "offline") this.#line?.reconnect();
  };

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#renewal);
    this.#tabs.close();
    await this.state.value.leg?.hangUp().catch(() => undefined); // the socket closes next, which ends it too
    await this.#closeLines();
    this.#change({ registration: "off", leg: null });
  }

  async #open(): Promise<void> {
    const credential = await this.#fetchCredential();
    if (credential === null || this.#closed) return;
    this.iceServers.set(credential.iceServers);
    this.#retireLine();
    this.#line = new Line(credential, {
      onRegistered: () => this.#registered(),
      onLost: () => this.#lost(),
      onRefused: (status) => void this.#refused(status, credential),
      onInvite: (invitation) => this.#ring(invitation),
      onSuperseded: () => this.#stepBack(),
    });
    this.#renewLater(credential);
  }

  #retireLine(): void {
    if (this.#line === null) return;
    this.#line.retire();
    this.#retired.push(this.#line);
    this.#line = null;
  }

  /** Lines that a newer one replaced stay until it is registered and the call that one may carry has ended. */
  #closeRetired(): void {
    if (this.state.value.leg !== null) return;
    for (const line of this.#retired.splice(0)) void line.close();
  }

  /** Null when the server is out of reach; then it is asked again later. */
  async #fetchCredential(): Promise<agentDesk.SipCredential | null> {
    try {
      return await call(agentDesk.issueSipCredential);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (this.#closed || error.code === "unauthenticated") return null;
      if (this.#line === null) this.#lost();
      this.#openLater();
      return null;
    }
  }

  #openLater(): void {
    clearTimeout(this.#renewal);
    const delayMs = Math.max(500, retryDelayMs(this.#attempt++, Math.random()));
    this.#renewal = setTimeout(() => void this.#open(), delayMs);
  }

  #renewLater(credential: agentDesk.SipCredential): void {
    clearTimeout(this.#renewal);
    const endsAt = Math.min(credential.expiresAt, credential.iceExpiresAt ?? Infinity);
    const delayMs = renewAt(this.#now(), endsAt) - this.#now();
    this.#renewal = setTimeout(() => void this.#open(), Math.max(1_000, delayMs));
  }

  #registered(): void {
    this.#attempt = 0;
    const isNews = this.state.value.registration !== "registered";
    this.#change({ registration: "registered" });
    for (const line of this.#retired) line.stopRegistering();
    this.#closeRetired();
    if (isNews) this.#tabs.announceTaken();
  }

  #lost(): void {
    if (this.state.value.registration !== "superseded") this.#change({ registration: "offline" });
  }

  async #refused(status: number, credential: agentDesk.SipCredential): Promise<void> {
    this.#lost();
    const isElsewhere = await isSoftphoneRegistered();
    if (this.#closed || this.#line?.credential !== credential) return;
    const next = afterRefusal(status, { expiresAt: credential.expiresAt, now: this.#now() }, isElsewhere);
    if (next === "superseded") this.#stepBack();
    if (next === "new-credential") this.#openLater();
  }

  /** Someone newer has the phone; a call that this tab still has goes on until it ends. */
  #stepBack(): void {
    clearTimeout(this.#renewal);
    this.#change({ registration: "superseded" });
    this.#retireLine();
    for (const line of this.#retired) line.stopRegistering();
    this.#closeRetired();
  }

  async #closeLines(): Promise<void> {
    const lines = this.#retired.splice(0);
    if (this.#line !== null) lines.push(this.#line);
    this.#line = null;
    await Promise.all(lines.map((line) => line.close()));
  }

  #ring(invitation: Invitation): void {
    if (this.state.value.leg !== null) {
      void invitation.reject({ statusCode: 486 });
      return;
    }
    const leg = new IncomingLeg(invitation, () => this.iceServers.value);
    leg.state.subscribe(() => {
      if (leg.state.value.phase === "ended" && this.state.value.leg === leg) this.#legEnded();
    });
    this.#change({ leg });
    const isWanted = leg.offerId !== null && leg.offerId === this.#wantedOfferId;
    this.#wantedOfferId = null;
    if (isWanted) void leg.answer();
  }

  #legEnded(): void {
    this.#change({ leg: null });
    this.#closeRetired();
  }

  #change(change: Partial<PhoneState>): void {
    this.state.set({ ...this.state.value, ...change });
  }
}

async function isSoftphoneRegistered(): Promise<boolean> {
  try {
    const { desk } = await call(agentDesk.readDesk);
    return desk.phone.registered && desk.phone.kind === "softphone";
  } catch {
    return false; // can't tell: ask for a credential, which will tell
  }
}
