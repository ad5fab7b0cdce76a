import type { Clock } from "../base/clock.ts";
import { passwordOf, readCredential } from "./core/credential.ts";
import { dialedNumber } from "./core/dialed-number.ts";
import type { DialedNumber } from "./core/dialed-number.ts";
import { inspectOffer } from "./core/sdp.ts";
import { parseNameAddr, parseSipUri, viaTransport } from "./core/sip-text.ts";
import type { RecentSet, TokenBuckets } from "./core/token-bucket.ts";
import { TrunkTable } from "./core/trunk-table.ts";
import type { DigestGate } from "./digest-gate.ts";
import { algorithmsFor, softphoneAlgorithms } from "./core/digest.ts";
import type {
  DigestSecret,
  PeopleGate,
  PhoneAccount,
  PhoneDirectory,
  TrunkDirectory,
  TrunkPeer,
} from "./directories.ts";
import type { SipRequest, SipResponse } from "./drachtio.ts";
import type { SipRegistrar } from "./registrar.ts";
import type { SipEdge } from "./sip-edge.ts";
import type { SipEdges } from "./sip-edges.ts";

/** Who calls, once the gate has let them in. */
export type Caller =
  | { source: "trunk"; trunk: TrunkPeer }
  | { source: "web"; credential: string }
  | { source: "phone"; personId: string };

export interface Admitted {
  caller: Caller;
  /** The edge that the call came over. */
  edge: SipEdge;
  /** The websocket that it came over, as the edge sees it; null: another transport. */
  webSocket: { address: string; port: number } | null;
  dialed: DialedNumber;
}

/** A refusal for the statistics; the answer has been sent. */
export interface Refused {
  cause: string;
}

export interface GateParts {
  edges: SipEdges;
  digests: DigestGate;
  registrar: SipRegistrar;
  trunks: TrunkDirectory;
  phones: PhoneDirectory;
  people: PeopleGate;
  credentialKey: string;
  defaultRegion: string | undefined;
  strangers: TokenBuckets;
  known: RecentSet;
  clock: Clock;
  /** Called for each request of an unknown source; `isDropped` when it spent its allowance. */
  onStranger(isDropped: boolean): void;
}

/** Decides which INVITEs become calls, and answers the others. */
export class Gate {
  readonly #parts: GateParts;
  readonly #stopListening: () => void;
  #trunks: TrunkTable;

  constructor(parts: GateParts) {
    this.#parts = parts;
    this.#trunks = new TrunkTable(parts.trunks.list());
    this.#stopListening = parts.trunks.onChange(() => {
      this.#trunks = new TrunkTable(parts.trunks.list());
    });
  }

  /**
   * Whether a request without credentials deserves an answer that costs something. Trunks do, and addresses from which
   * somebody signed in lately (an office full of phones behind one address). A websocket is counted by its
   * connection: they all come from our own proxy, which has a limit of its own.
   */
  mayTry = (request: SipRequest): boolean => {
    const { source_address: address, source_port: port } = request;
    if (this.#isWebSocket(request)) return this.#take(`${address}:${port}`);
    if (this.#trunks.findByAddress(address)) return true;
    return this.#parts.known.has(address, this.#parts.clock.now()) || this.#take(address);
  };

  #take(key: string): boolean {
    const isAllowed = this.#parts.strangers.take(key, this.#parts.clock.now());
    if (!isAllowed) this.#parts.onStranger(true);
    return isAllowed;
  }

  #isWebSocket(request: SipRequest): boolean {
    const transport = this.#parts.edges.transportOf(request, viaTransport(request.get("Via")));
    return transport === "ws" || transport === "wss";
  }

  async admit(request: SipRequest, response: SipResponse): Promise<Admitted | Refused> {
    const problem = problemOf(request);
    if (problem) return refuse(response, problem.status, "malformed", problem.reason);
    const registered = this.#registeredTrunk(request);
    const target = registered ? calledUri(request) : request.uri;
    const dialed = dialedNumber(target, registered?.region ?? this.#parts.defaultRegion);
    if (!dialed) return refuse(response, 484, "malformed", "Address Incomplete");
    const caller: Caller | Refused = registered
      ? { source: "trunk", trunk: registered }
      : await this.#identify(request, response, dialed);
    if ("cause" in caller) return caller;
    const offer = judgeBody(request);
    if (offer) return refuse(response, offer.status, offer.cause, offer.reason, offer.headers);
    const { source_address: address, source_port: port } = request;
    const edge = this.#parts.edges.of(request);
    const webSocket = this.#isWebSocket(request) ? { address, port } : null;
    const region = caller.source === "trunk" ? caller.trunk.region : null;
    const inRegion = region === null ? dialed : (dialedNumber(target, region) ?? dialed);
    return { caller, dialed: inRegion, edge, webSocket };
  }

  /** Whoever dials the Contact that we registered was told it by the carrier. */
  #registeredTrunk(request: SipRequest): TrunkPeer | undefined {
    if (this.#isWebSocket(request)) return undefined;
    return this.#trunks.findByContact(parseSipUri(request.uri)?.user ?? "");
  }

  close(): void {
    this.#stopListening();
  }

  #identify(
    request: SipRequest,
    response: SipResponse,
    dialed: DialedNumber,
  ): Promise<Caller | Refused> | Caller | Refused {
    // A websocket comes through our own proxy, so its address is one of ours and says nothing about trunks.
    if (this.#isWebSocket(request)) return this.#identifySoftphone(request, response, dialed);
    const trunk = this.#trunks.findByAddress(request.source_address);
    if (trunk) return { source: "trunk", trunk };
    return this.#identifyByDigest(request, response);
  }

  async #identifySoftphone(
    request: SipRequest,
    response: SipResponse,
    dialed: DialedNumber,
  ): Promise<Caller | Refused> {
    const { digests, credentialKey, clock, people } = this.#parts;
    if (!digests.hasCredentials(request) && !this.mayTry(request)) {
      return refuse(response, 403, "unknown-source");
    }
    const findSecret = (username: string): DigestSecret | undefined => {
      const claim = readCredential(username);
      if (!claim || claim.expiresAt <= clock.now()) return undefined;
      return { password: passwordOf(credentialKey, username) };
    };
    const verdict = await digests.check(request, response, findSecret, softphoneAlgorithms);
    if (verdict.outcome !== "right") return { cause: verdict.outcome };
    const subject = readCredential(verdict.username)?.subject;
    if (subject?.kind === "person") {
      if (await people.isStillAllowed(subject.personId))
        return { source: "phone", personId: subject.personId };
    } else if (subject && dialed.forms.includes(subject.number)) {
      return { source: "web", credential: verdict.username };
    }
    return refuse(response, 403, "forbidden");
  }

  async #identifyByDigest(request: SipRequest, response: SipResponse): Promise<Caller | Refused> {
    const { digests, phones, people } = this.#parts;
    if (!digests.hasCredentials(request)) {
      const isTried = this.mayTry(request);
      if (isTried) this.#parts.onStranger(false);
      if (!isTried || !this.#couldSignIn(request)) return refuse(response, 403, "unknown-source");
    }
    let trunk: TrunkPeer | undefined;
    let phone: PhoneAccount | undefined;
    const findSecret = async (username: string): Promise<DigestSecret | undefined> => {
      trunk = this.#trunks.findByUsername(username);
      if (trunk) return trunk.secret ?? undefined;
      phone = await phones.find(username);
      return phone?.secret;
    };
    const verdict = await digests.check(
      request,
      response,
      findSecret,
      algorithmsFor(request.get("User-Agent")),
    );
    if (verdict.outcome !== "right") return { cause: verdict.outcome };
    if (trunk) return { source: "trunk", trunk };
    if (phone && (await people.isStillAllowed(phone.personId))) {
      return { source: "phone", personId: phone.personId };
    }
    return refuse(response, 403, "forbidden");
  }

  /** Whether anybody who sends this could have a password: else a challenge would only invite guessing. */
  #couldSignIn(request: SipRequest): boolean {
    if (this.#trunks.hasDigestTrunks) return true;
    const from = parseNameAddr(request.get("From") ?? "");
    const user = from && parseSipUri(from.uri)?.user;
    return user ? this.#parts.registrar.hasDeskPhone(user) : false;
  }
}

/** Answers a refusal and names it. */
export function refuse(
  response: SipResponse,
  status: number,
  cause: string,
  reason?: string,
  headers: Record<string, string> = {},
): Refused {
  if (!response.finalResponseSent) response.send(status, reason, { headers });
  return { cause };
}

/** What makes an INVITE unusable whoever sent it (RFC 3261 §8.1.1, §8.2). */
function problemOf(request: SipRequest): { status: number; reason: string } | null {
  const from = parseNameAddr(request.get("From") ?? "");
  const to = parseNameAddr(request.get("To") ?? "");
  if (!from || !parseSipUri(from.uri) || !from.params.has("tag")) return { status: 400, reason: "Bad From" };
  if (!to || !parseSipUri(to.uri)) return { status: 400, reason: "Bad To" };
  if (to.params.has("tag")) return { status: 481, reason: "Call Does Not Exist" };
  if ((request.get("Call-ID") ?? "") === "") return { status: 400, reason: "Bad Call-ID" };
  const contact = parseNameAddr(request.get("Contact") ?? "");
  if (!contact || !parseSipUri(contact.uri)) return { status: 400, reason: "Bad Contact" };
  return null;
}

/** Whom a call to our registered Contact is for: the carrier tells (RFC 7315 §4.2), or else the caller's To does. */
function calledUri(request: SipRequest): string {
  const called =
    parseNameAddr(request.get("P-Called-Party-ID") ?? "") ?? parseNameAddr(request.get("To") ?? "");
  return called?.uri ?? "";
}

function judgeBody(
  request: SipRequest,
): { status: number; cause: string; reason: string; headers?: Record<string, string> } | null {
  const body = request.body ?? "";
  const type = (request.get("Content-Type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (body === "") {
    const reason = "An offer is needed in the INVITE";
    return { status: 488, cause: "unsupported", reason: "Not Acceptable Here", headers: warning(reason) };
  }
  if (type !== "application/sdp") {
    const headers = { Accept: "application/sdp" };
    return { status: 415, cause: "unsupported", reason: "Unsupported Media Type", headers };
  }
  const verdict = inspectOffer(body);
  if (verdict.ok) return null;
  const isMalformed = verdict.status === 400;
  return {
    status: verdict.status,
    cause: isMalformed ? "malformed" : "unsupported",
    reason: isMalformed ? "Bad Session Description" : "Not Acceptable Here",
    headers: warning(verdict.sentence),
  };
}

/** RFC 3261 §20.43; 399: a sentence for people. */
function warning(sentence: string): Record<string, string> {
  return { Warning: `399 ringdown "${sentence.replace(/[^\x20-\x7e]|["\\]/g, "")}"` };
}
