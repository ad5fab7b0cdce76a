import type { Clock } from "../clock.ts";
import { headerList, headerValue, type SipRequest, type SipResponse } from "../grammar/message.ts";
import { paramOf, parseNameAddr, type NameAddr } from "../grammar/name-addr.ts";
import { parseSipUri } from "../grammar/uri.ts";
import type { Flow } from "../transport/flow.ts";

/**
 * Which connection a registered contact is behind. Keyed by user@host of the contact, as in drachtio: the host
 * of a websocket contact doesn't exist, so nothing else could find it.
 */
export class Registrations {
  readonly #clock: Clock;
  readonly #byContact = new Map<string, { readonly flow: Flow; readonly expiresAtMs: number }>();
  readonly #maxRegistrations: number;

  constructor(clock: Clock, maxRegistrations: number) {
    this.#clock = clock;
    this.#maxRegistrations = maxRegistrations;
  }

  get size(): number {
    return this.#byContact.size;
  }

  /** Remembers or forgets what a 200 to a REGISTER (or a 2xx to a SUBSCRIBE) says; streams only. */
  learn(request: SipRequest, response: SipResponse, flow: Flow): void {
    if (!flow.isReliable) return;
    for (const contact of headerList(request, "Contact")) {
      const address = parseNameAddr(contact);
      const key = address === undefined ? undefined : contactKey(address.uri);
      if (address === undefined || key === undefined) continue;
      const seconds = grantedSeconds(address, response);
      if (seconds > 0 && flow.isOpen) this.#remember(key, flow, seconds);
      else this.#byContact.delete(key);
    }
  }

  /** The open connection behind a URI; undefined when there is none. */
  find(uri: string): Flow | undefined {
    const key = contactKey(uri);
    const entry = key === undefined ? undefined : this.#byContact.get(key);
    if (key === undefined || entry === undefined) return undefined;
    if (entry.flow.isOpen && entry.expiresAtMs > this.#clock.now()) return entry.flow;
    this.#byContact.delete(key);
    return undefined;
  }

  isUsing(flow: Flow): boolean {
    return [...this.#byContact.values()].some(
      (entry) => entry.flow === flow && entry.expiresAtMs > this.#clock.now(),
    );
  }

  forget(flow: Flow): void {
    for (const [key, entry] of this.#byContact) if (entry.flow === flow) this.#byContact.delete(key);
  }

  #remember(key: string, flow: Flow, seconds: number): void {
    this.#byContact.delete(key);
    if (this.#byContact.size >= this.#maxRegistrations) this.#evictOldest();
    this.#byContact.set(key, { flow, expiresAtMs: this.#clock.now() + seconds * 1000 });
  }

  #evictOldest(): void {
    const [oldest] = this.#byContact.keys();
    if (oldest !== undefined) this.#byContact.delete(oldest);
  }
}

function contactKey(uriText: string): string | undefined {
  const uri = parseSipUri(uriText);
  if (uri === undefined) return undefined;
  return uri.user === undefined ? uri.host : `${uri.user}@${uri.host}`;
}

/** RFC 3261 section 10.2.1.1: the expires parameter of the contact, else the Expires header. */
function grantedSeconds(contact: NameAddr, response: SipResponse): number {
  const granted = headerList(response, "Contact")
    .map(parseNameAddr)
    .filter((address) => address !== undefined);
  const same = granted.find((address) => contactKey(address.uri) === contactKey(contact.uri)) ?? granted[0];
  const text =
    (same === undefined ? undefined : paramOf(same, "expires")) ?? headerValue(response, "Expires") ?? "0";
  return /^\d{1,10}$/.test(text) ? Number(text) : 0;
}
