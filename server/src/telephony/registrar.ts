import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { describeError } from "../base/log.ts";
import { issueCredential, passwordOf, readCredential } from "./core/credential.ts";
import type { Binding, DeviceKind, RegistrationChange, RemovalCause } from "./core/registration-table.ts";
import { RegistrationTable } from "./core/registration-table.ts";
import { parseNameAddr, parseSipUri, splitValues, viaTransport } from "./core/sip-text.ts";
import type { DigestGate } from "./digest-gate.ts";
import { algorithmsFor, softphoneAlgorithms } from "./core/digest.ts";
import type { DigestSecret, PeopleGate, PhoneDirectory } from "./directories.ts";
import type { SipRequest, SipResponse } from "./drachtio.ts";
import type { SipEdges } from "./sip-edges.ts";
import type { Registrar, SipCredentialIssued, UnregisteredCause } from "./interfaces.ts";
import { keepPhonesOpen } from "./keep-open.ts";

const shortestExpirySeconds = 60;
const longestExpirySeconds = 3_600;
const defaultExpirySeconds = 600;

export interface RegistrarParts {
  edges: SipEdges;
  digests: DigestGate;
  phones: PhoneDirectory;
  people: PeopleGate;
  credentialKey: string;
  clock: Clock;
  log: Log;
  /** Whether a request without credentials may still be answered with a challenge. */
  mayTry(request: SipRequest): boolean;
  /** A websocket closed, whatever was registered over it. */
  onConnectionClosed(source: { address: string; port: number; edge: string | null }): void;
}

/** Who a request's account belongs to. */
interface Account {
  personId: string;
  kind: DeviceKind;
  secret: DigestSecret;
  /** A credential's end; registrations don't outlive it by more than one refresh. */
  validUntil: number;
}

interface AskedContact {
  uri: string;
  expires: number;
}

/** Keeps who is reachable where: REGISTER of softphones (issued credentials, websockets) and desk phones. */
export class SipRegistrar implements Registrar {
  readonly #parts: RegistrarParts;
  readonly #table = new RegistrationTable();
  readonly #onRegistered = new Set<(personId: string, kind: DeviceKind) => void>();
  readonly #onUnregistered = new Set<
    (personId: string, kind: DeviceKind, cause: UnregisteredCause, stillRegistered: boolean) => void
  >();
  #cancelExpiry: () => void = () => undefined;
  readonly #stopKeepingOpen: () => void;

  constructor(parts: RegistrarParts) {
    this.#parts = parts;
    parts.edges.handle("register", (request, response) => {
      this.#onRegister(request, response).catch((error: unknown) => {
        parts.log.error({ error: describeError(error) }, "A REGISTER could not be handled");
        if (!response.finalResponseSent) response.send(500);
      });
    });
    this.#stopKeepingOpen = keepPhonesOpen({
      bindings: () => this.#table.all(),
      ping: (binding) => this.#ping(binding),
      clock: parts.clock,
    });
  }

  get size(): number {
    return this.#table.size;
  }

  isRegistered(personId: string): boolean {
    return this.#table.of(personId).length > 0;
  }

  devicesOf(personId: string): readonly DeviceKind[] {
    return [...new Set(this.#table.of(personId).map((binding) => binding.kind))];
  }

  /** Where to ring a person: the softphone first, else the newest desk phone; if there is a way there, by one that is up. */
  contactOf(personId: string): Binding | undefined {
    const bindings = this.#table.of(personId);
    const { edges } = this.#parts;
    return bindings.find(({ source }) => edges.find(source.edge)?.isUp) ?? bindings[0];
  }

  /** How many phones are registered over an edge. */
  sizeOn(edge: string): number {
    return this.#table.countOn(edge);
  }

  hasDeskPhone(username: string): boolean {
    return this.#table.hasDeskPhone(username);
  }

  onRegistered(listener: (personId: string, kind: DeviceKind) => void): () => void {
    this.#onRegistered.add(listener);
    return () => this.#onRegistered.delete(listener);
  }

  onUnregistered(
    listener: (
      personId: string,
      kind: DeviceKind,
      cause: UnregisteredCause,
      stillRegistered: boolean,
    ) => void,
  ): () => void {
    this.#onUnregistered.add(listener);
    return () => this.#onUnregistered.delete(listener);
  }

  connectionClosed(address: string, port: number, edge: string | null = null): void {
    const isOnIt = ({ source }: Binding) =>
      source.port === port &&
      source.address === address &&
      (edge === null || source.edge === edge) &&
      source.transport !== "udp";
    this.#apply(this.#table.remove(isOnIt, "connection-lost"));
    this.#parts.onConnectionClosed({ address, port, edge });
  }

  dropPerson(personId: string): void {
    const isTheirs = (binding: Binding) => binding.personId === personId && binding.kind === "softphone";
    this.#apply(this.#table.remove(isTheirs, "not-allowed"));
  }

  /** The contact did not exist any more when it was rung. */
  dropContact(lost: Binding): void {
    this.#apply(this.#table.remove((binding) => binding === lost, "unreachable"));
  }

  issueCredential(
    subject: { kind: "person"; personId: string } | { kind: "guest"; number: string },
    ttlMs: number,
  ): SipCredentialIssued {
    return issueCredential(this.#parts.credentialKey, subject, this.#parts.clock.now() + ttlMs);
  }

  close(): void {
    this.#cancelExpiry();
    this.#stopKeepingOpen();
    this.#onRegistered.clear();
    this.#onUnregistered.clear();
  }

  async #onRegister(request: SipRequest, response: SipResponse): Promise<void> {
    const { digests, edges, people } = this.#parts;
    if (!digests.hasCredentials(request) && !this.#parts.mayTry(request)) {
      // An honest phone comes back later; 403 would make it give up.
      response.send(503, { headers: { "Retry-After": "30" } });
      return;
    }
    const transport = edges.transportOf(request, viaTransport(request.get("Via")));
    const isWeb = transport === "ws" || transport === "wss";
    let account: Account | undefined;
    const verdict = await digests.check(
      request,
      response,
      async (username) => {
        account = isWeb ? this.#softphoneAccount(username) : await this.#phoneAccount(username);
        return account?.secret;
      },
      isWeb ? softphoneAlgorithms : algorithmsFor(request.get("User-Agent")),
    );
    if (verdict.outcome !== "right" || !account) return;
    if (
      addressOfRecordUser(request) !== verdict.username ||
      !(await people.isStillAllowed(account.personId))
    ) {
      response.send(403);
      this.#apply(this.#table.remove(isAccount(account, verdict.username), "not-allowed"));
      return;
    }
    this.#register(request, response, account, verdict.username, transport);
  }

  #softphoneAccount(username: string): Account | undefined {
    const credential = readCredential(username);
    if (credential?.subject.kind !== "person" || credential.expiresAt <= this.#parts.clock.now())
      return undefined;
    return {
      personId: credential.subject.personId,
      kind: "softphone",
      secret: { password: passwordOf(this.#parts.credentialKey, username) },
      validUntil: credential.expiresAt,
    };
  }

  async #phoneAccount(username: string): Promise<Account | undefined> {
    const found = await this.#parts.phones.find(username);
    return found && { ...found, kind: "desk-phone", validUntil: Infinity };
  }

  #register(
    request: SipRequest,
    response: SipResponse,
    account: Account,
    username: string,
    transport: string,
  ): void {
    const asked = askedContacts(request);
    if (asked === "malformed") return response.send(400, "Bad Contact");
    if (asked === "all") {
      this.#apply(this.#table.remove(isAccount(account, username), "unregistered"));
      return response.send(200);
    }
    if (asked.some(({ expires }) => expires > 0 && expires < shortestExpirySeconds)) {
      return response.send(423, { headers: { "Min-Expires": String(shortestExpirySeconds) } });
    }
    for (const contact of asked) this.#bind(request, account, username, transport, contact);
    this.#sendBindings(response, account, username);
  }

  #bind(
    request: SipRequest,
    account: Account,
    username: string,
    transport: string,
    contact: AskedContact,
  ): void {
    const edge = this.#parts.edges.of(request).name;
    const source = { address: request.source_address, port: request.source_port, transport, edge };
    if (contact.expires === 0) {
      const isIt = (binding: Binding) =>
        isAccount(account, username)(binding) &&
        binding.contact === contact.uri &&
        (account.kind === "desk-phone" || binding.source.port === source.port);
      this.#apply(this.#table.remove(isIt, "unregistered"));
      return;
    }
    const now = this.#parts.clock.now();
    const change = this.#table.put({
      personId: account.personId,
      kind: account.kind,
      username,
      contact: contact.uri,
      source,
      callId: request.get("Call-ID") ?? "",
      cseq: Number(/^\d+/.exec(request.get("CSeq") ?? "")?.[0] ?? 0),
      registeredAt: now,
      expiresAt: now + Math.min(contact.expires, longestExpirySeconds) * 1_000,
    });
    if (change !== "stale") this.#apply(change);
  }

  #sendBindings(response: SipResponse, account: Account, username: string): void {
    const now = this.#parts.clock.now();
    const contacts = this.#table
      .ofAccount(account.personId, username)
      .map((binding) => `<${binding.contact}>;expires=${Math.ceil((binding.expiresAt - now) / 1_000)}`);
    response.send(200, contacts.length === 0 ? {} : { headers: { Contact: contacts.join(", ") } });
  }

  #apply(change: RegistrationChange): void {
    for (const { binding, cause } of change.removed) {
      if (cause === "replaced" && binding.kind === "softphone") this.#tellSuperseded(binding);
      this.#tellUnregistered(binding, cause);
    }
    if (change.added) {
      const { personId, kind } = change.added;
      this.#parts.log.info({ personId, kind }, "Registered");
      for (const listener of [...this.#onRegistered]) listener(personId, kind);
    }
    this.#planExpiry();
  }

  #tellUnregistered(binding: Binding, cause: RemovalCause): void {
    this.#parts.log.info({ personId: binding.personId, kind: binding.kind, cause }, "Unregistered");
    const stillRegistered = this.isRegistered(binding.personId);
    for (const listener of [...this.#onUnregistered]) {
      listener(binding.personId, binding.kind, cause, stillRegistered);
    }
  }

  /** The older softphone hears that a newer one took its place: a NOTIFY of the event `ringdown-superseded`. */
  #tellSuperseded(binding: Binding): void {
    const { edges, log } = this.#parts;
    const headers = { Event: "ringdown-superseded", "Subscription-State": "terminated;reason=deactivated" };
    edges
      .find(binding.source.edge)
      ?.srf.request(binding.contact, { method: "NOTIFY", headers, proxy: routeTo(binding) })
      .catch((error: unknown) =>
        log.debug({ error: describeError(error) }, "The old softphone was not told"),
      );
  }

  #ping(binding: Binding): void {
    const { edges, log } = this.#parts;
    edges
      .find(binding.source.edge)
      ?.srf.request(binding.contact, { method: "OPTIONS", proxy: routeTo(binding) })
      .catch((error: unknown) => log.debug({ error: describeError(error) }, "A phone was not kept open"));
  }

  #planExpiry(): void {
    this.#cancelExpiry();
    const next = this.#table.nextExpiry();
    if (next === null) return;
    this.#cancelExpiry = this.#parts.clock.setTimer(next, () => {
      this.#apply(this.#table.expire(this.#parts.clock.now()));
    });
  }
}

/** The URI that sends a request to where the registration came from (NAT, websockets without a real host). */
export function routeTo(binding: Binding): string {
  const { address, port, transport } = binding.source;
  const host = address.includes(":") && !address.startsWith("[") ? `[${address}]` : address;
  return `sip:${host}:${port}${transport === "udp" ? "" : `;transport=${transport}`}`;
}

function isAccount(account: Account, username: string): (binding: Binding) => boolean {
  return (binding) =>
    binding.personId === account.personId &&
    binding.kind === account.kind &&
    (account.kind === "softphone" || binding.username === username);
}

function addressOfRecordUser(request: SipRequest): string | null {
  const to = parseNameAddr(request.get("To") ?? "");
  return (to && parseSipUri(to.uri)?.user) ?? null;
}

/** The contacts that a REGISTER adds or removes (RFC 3261 §10.3); none: it only asks. */
function askedContacts(request: SipRequest): AskedContact[] | "all" | "malformed" {
  const header = request.get("Contact");
  const common = request.get("Expires");
  if (header === undefined) return [];
  if (header.trim() === "*") return common?.trim() === "0" ? "all" : "malformed";
  const contacts: AskedContact[] = [];
  for (const value of splitValues(header)) {
    const address = parseNameAddr(value);
    if (!address || !parseSipUri(address.uri)) return "malformed";
    const text = address.params.get("expires") ?? common ?? String(defaultExpirySeconds);
    const expires = /^\d{1,10}$/.test(text.trim()) ? Number(text) : defaultExpirySeconds;
    contacts.push({ uri: address.uri, expires: Math.min(expires, longestExpirySeconds) });
  }
  return contacts.length > 0 ? contacts : "malformed";
}
