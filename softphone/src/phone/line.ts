import type { agentDesk } from "@ringdown/contract";
import {
  Registerer,
  UserAgent,
  UserAgentState,
  Web,
  type Core,
  type Invitation,
  type Notification,
} from "sip.js";
import { retryDelayMs } from "../api/core/backoff.ts";
import { socketUrl, viaTransport } from "./core/registration.ts";
import { sessionMediaFactory } from "./leg-media.ts";

const expiresSeconds = 90;

/** What a line tells its owner. */
export interface LineListener {
  onRegistered(): void;
  /** Lost the socket or the registration; the line comes back by itself unless it is closed. */
  onLost(): void;
  /** REGISTER was refused with this status; the owner decides (`register()` again, or close). */
  onRefused(status: number): void;
  onInvite(invitation: Invitation): void;
  /** The registrar says that a newer softphone of this person took the place: NOTIFY of `ringdown-superseded`. */
  onSuperseded(): void;
}

/** SIP.js takes Via's transport from the page's side of the socket. */
function transportFor(socket: string): typeof Web.Transport {
  const protocol = viaTransport(socket);
  return class extends Web.Transport {
    override get protocol(): string {
      return protocol;
    }
  };
}

/** A user agent for a credential: no SIP.js logging in the console, media by LegMedia. */
export function makeUserAgent(credential: agentDesk.SipCredential): UserAgent {
  const uri = UserAgent.makeURI(`sip:${credential.username}@${credential.domain}`);
  if (uri === undefined) throw new Error(`not a SIP address: ${credential.username}@${credential.domain}`);
  return new UserAgent({
    uri,
    authorizationUsername: credential.username,
    authorizationPassword: credential.password,
    transportConstructor: transportFor(credential.socket),
    transportOptions: {
      server: socketUrl(credential.socket, window.location),
      connectionTimeout: 8,
      keepAliveInterval: 25,
    },
    sessionDescriptionHandlerFactory: sessionMediaFactory,
    noAnswerTimeout: 180,
    logBuiltinEnabled: false,
    userAgentString: "Ringdown softphone",
  });
}

/** One WebSocket to the SIP edge, kept registered. Owned by the softphone. */
export class Line {
  readonly credential: agentDesk.SipCredential;
  readonly #agent: UserAgent;
  readonly #registerer: Registerer;
  readonly #listener: LineListener;
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #retired = false;
  #closed = false;

  constructor(credential: agentDesk.SipCredential, listener: LineListener) {
    this.credential = credential;
    this.#listener = listener;
    this.#agent = makeUserAgent(credential);
    this.#agent.delegate = {
      onDisconnect: () => this.#lost(),
      onInvite: (invitation) => listener.onInvite(invitation),
      onNotify: (notification) => this.#notified(notification),
    };
    // Our own timer refreshes (SIP.js's automatic refresh doesn't tell why it was refused); its own comes too late.
    this.#registerer = new Registerer(this.#agent, { expires: expiresSeconds, refreshFrequency: 99 });
    window.addEventListener("online", this.reconnect);
    void this.#connect();
  }

  /** Now, rather than when the backoff would: the network returned, or someone asks. */
  readonly reconnect = (): void => {
    if (this.#retired || this.#agent.isConnected()) return;
    this.#attempt = 0;
    void this.#connect();
  };

  /** Sends REGISTER; the listener hears how it went. */
  register(): void {
    if (this.#retired || !this.#agent.isConnected()) return;
    const requestDelegate = {
      onAccept: (response: Core.IncomingResponse) => this.#registered(response),
      onReject: (response: Core.IncomingResponse) => this.#refused(response.message.statusCode ?? 0),
    };
    this.#registerer.register({ requestDelegate }).catch(() => undefined); // one is under way: it will tell
  }

  /** Another line is about to take the registration over; this one lives on for the call that it carries. */
  retire(): void {
    this.#retired = true;
    clearTimeout(this.#timer);
    window.removeEventListener("online", this.reconnect);
  }

  /**
   * The registration is another line's now. Without this SIP.js would go on refreshing this one's, and take it back.
   * The farewell that it sends is about this line's contact only, which the registrar has replaced already.
   */
  stopRegistering(): void {
    void this.#registerer.dispose();
  }

  /** Ends its calls, takes its registration back and closes the socket; gives up waiting after two seconds. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.retire();
    this.#closed = true;
    const stopped = this.#agent.stop().catch(() => undefined); // a socket that is gone is as good as stopped
    await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, 2_000))]);
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      if (this.#agent.state === UserAgentState.Started) await this.#agent.reconnect();
      else await this.#agent.start();
    } catch {
      return this.#lost();
    }
    this.register();
  }

  #notified(notification: Notification): void {
    void notification.accept();
    const isSuperseded = notification.request.getHeader("Event")?.startsWith("ringdown-superseded") ?? false;
    if (isSuperseded && !this.#retired) this.#listener.onSuperseded();
  }

  #lost(): void {
    if (this.#retired) return;
    this.#listener.onLost();
    this.#after(retryDelayMs(this.#attempt++, Math.random()), () => void this.#connect());
  }

  #registered(response: Core.IncomingResponse): void {
    if (this.#retired) return;
    this.#attempt = 0;
    const expires = readExpires(response) ?? expiresSeconds;
    this.#after(expires * 600, () => this.register());
    this.#listener.onRegistered();
  }

  #refused(status: number): void {
    if (this.#retired) return;
    this.#after(Math.max(1_000, retryDelayMs(this.#attempt++, Math.random())), () => this.register());
    this.#listener.onRefused(status);
  }

  #after(delayMs: number, action: () => void): void {
    clearTimeout(this.#timer);
    if (!this.#retired) this.#timer = setTimeout(action, delayMs);
  }
}

/** The shortest life that the registrar gave, in seconds. */
function readExpires(response: Core.IncomingResponse): number | null {
  const { message } = response;
  const seconds = message
    .getHeaders("contact")
    .map((_, index) => {
      const contact = message.parseHeader("contact", index) as { getParam(name: string): string | undefined };
      return Number(contact.getParam("expires"));
    })
    .filter((value) => value > 0);
  return seconds.length === 0 ? null : Math.min(...seconds);
}
