/** The shapes of the door; telephony.ts re-exports them. */
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { MediaServer, SipServer } from "../contract/operations.ts";
import type { TrunkCheck, TrunkState } from "../contract/trunks.ts";
import type { PeopleGate, PhoneDirectory, RegistrarLease, TrunkDirectory } from "./directories.ts";
import type { AgentLeg, CallerLeg, Leg, LegEnd } from "./leg.ts";
import type { TrunkFigures } from "./trunks/trunk-figures.ts";

export interface TelephonyConfig {
  /** drachtio's control sockets: one or several servers, all connected at the same time. */
  sip: readonly { host: string; port: number; secret: string }[];
  media: {
    /** FreeSWITCH's event sockets: the pool of media servers, one or several. */
    servers: readonly { host: string; port: number; secret: string }[];
    /**
     * Where this process listens for FreeSWITCH's outbound sockets (default: any free port of 127.0.0.1, or of every
     * interface when another address is advertised), and the IPv4 address that FreeSWITCH dials.
     */
    listenAddress?: string | undefined;
    listenPort?: number | undefined;
    advertisedAddress?: string | undefined;
  };
  /** Names this controller to the media server, the same after a restart; at most 64 of [A-Za-z0-9._-]. */
  nodeId: string;
  /** Digest realm and host part of the credentials. Changing it invalidates stored HA1 hashes. */
  realm: string;
  /** Secret of at least 32 characters from which softphone credentials and nonces are derived. */
  credentialKey: string;
  /** Region for numbers dialed without country code, e.g. "US"; undefined: only E.164 and short numbers. */
  defaultRegion?: string;
  /** Emergency numbers besides those of the regions. */
  emergencyNumbers?: readonly string[];
  /** How long an agent's phone may send nothing until it counts as vanished (20 s; others get longer); 0: for ever. */
  mediaTimeoutMs?: number;
  /** Calls at the same time over all sources; 0: what the media server allows. */
  maximumCalls?: number;
  /** Requests per second and burst that one unknown source may spend before it gets silence. */
  unknownSourceRate?: { perSecond: number; burst: number };
}

export interface TelephonyPorts {
  clock: Clock;
  log: Log;
  trunks: TrunkDirectory;
  phones: PhoneDirectory;
  people: PeopleGate;
  /** Whether a number in E.164 is one of this house's; left out: none is. */
  isOurs?(number: string): boolean;
  /** Which node registers with carriers; left out: this one. */
  registrarLease?: RegistrarLease;
  /** Told of each emergency number that is dialed, before the first INVITE leaves. */
  onEmergencyCall?(call: EmergencyCall): void;
  /** Which media servers are being drained, by name; left out: none. */
  drains?: { has(name: string): boolean };
}

/** A call that passed the gate (trunk, credential, limits) and awaits its handler. */
export interface InboundCall {
  /** UUID, ours: the interaction's id, and the `callId` of each line of the log about it. */
  readonly id: string;
  readonly sipCallId: string;
  /** The caller, E.164 where possible, else the user part as sent; "anonymous" when withheld, "web" for guests. */
  readonly from: string;
  /** What was dialed: `+15550100` or a short number such as `1000`. */
  readonly to: string;
  /** Every form to look up, most likely first: `+15550100`, then `15550100`. The first one is `to`. */
  readonly toForms: readonly string[];
  readonly source: "trunk" | "web" | "phone";
  readonly trunkId: string | null;
  /** The signed-in person or desk phone owner who calls, else null. */
  readonly personId: string | null;
  /** Epoch milliseconds of the INVITE's arrival. */
  readonly receivedAt: number;
  /** Resolves when the caller is gone, before or after the answer (CANCEL, BYE, fault), or after `reject`. */
  readonly ended: Promise<LegEnd>;
  readonly signal: AbortSignal;
  /**
   * Answers with media. Rejects with Failure: "gone" (the caller left meanwhile), "unsupported-media" (488 was
   * sent), "unavailable" (503 was sent).
   */
  answer(): Promise<CallerLeg>;
  /** Refuses: a final SIP status from 400 up. No-op once answered or ended. */
  reject(status: number, reason?: string, headers?: Record<string, string>): void;
}

export type RingFailureCause = "declined" | "no-answer" | "unreachable" | "failed" | "cancelled";
export interface RingFailure {
  cause: RingFailureCause;
  sipStatus: number | null;
  /** What the refusal said besides: Retry-After, and the Q.850 cause of its Reason. */
  refusal?: { retryAfterMs: number | null; q850: number | null };
}

/** Somebody dialed an emergency number. */
export interface EmergencyCall {
  number: string;
  /** The interaction that it is part of. */
  callId: string | undefined;
}

/**
 * The leg that another one will be bridged to: both live on the same media server. A function is asked when the new leg
 * needs its channel, for two legs of which either may come first.
 */
export type Beside = Leg | (() => Leg | undefined);

export interface RingAgentOptions {
  personId: string;
  offerId: string;
  /** The interaction that it is part of: in the log, and told to the phone and to the media server. */
  callId?: string | undefined;
  /** Shown as caller: display name and user part of From. */
  caller: { name: string; number: string };
  /** Extra headers, e.g. `X-Ringdown-Offer` (added by itself from offerId when missing). */
  headers?: Record<string, string>;
  ringTimeoutMs: number;
  signal?: AbortSignal;
  beside?: Beside | undefined;
}

export interface DialOutOptions {
  /** `+15550100`, `1000` or `sip:user@host`. */
  to: string;
  /** The interaction that it is part of: in the log, and told to the media server; carriers don't learn it. */
  callId?: string | undefined;
  caller: { name: string; number: string };
  ringTimeoutMs: number;
  signal?: AbortSignal;
  beside?: Beside | undefined;
}

/** An agent's phone (or, by `dialOut`, somebody outside) being rung. */
export interface Ring {
  /** Epoch milliseconds at which the INVITE left for the SIP edge; null when there was no contact to ring. */
  readonly invitedAt: number | null;
  /** Resolves true at the first 180/183, false if the ring ended without one. */
  readonly ringing: Promise<boolean>;
  /** Never rejects. An `AgentLeg` has a `channelId`, a `RingFailure` has a `cause`. */
  readonly answered: Promise<AgentLeg | RingFailure>;
  /** Takes the ring back; if the phone has answered meanwhile, the leg is hung up. Idempotent. */
  cancel(): void;
}

export interface BridgeEnd {
  /** Which leg ended first, or "ended" when `end()` was called. */
  by: "customer" | "agent" | "ended";
  legEnd: LegEnd | null;
}

/** Two legs that hear each other. The end of one leaves the other in silence, in the hands of the caller of this. */
export interface Bridge {
  /** Epoch milliseconds at which the media server confirmed the bridge. */
  readonly bridgedAt: number;
  readonly ended: Promise<BridgeEnd>;
  /** The customer hears this music, the agent silence. No-op when held already. */
  hold(musicFile: string): Promise<void>;
  resume(): Promise<void>;
  /** Takes the legs apart; both live on in silence. Idempotent. */
  end(): Promise<void>;
}

export type DeviceKind = "softphone" | "desk-phone";
export type UnregisteredCause =
  "expired" | "unregistered" | "replaced" | "connection-lost" | "not-allowed" | "unreachable";

export interface SipCredentialIssued {
  username: string;
  password: string;
  /** Epoch milliseconds. */
  expiresAt: number;
}

export interface Registrar {
  isRegistered(personId: string): boolean;
  /** The kinds of device that a person has registered now. */
  devicesOf(personId: string): readonly DeviceKind[];
  onRegistered(listener: (personId: string, kind: DeviceKind) => void): () => void;
  /** The last argument says whether another device of that person is still there. */
  onUnregistered(
    listener: (
      personId: string,
      kind: DeviceKind,
      cause: UnregisteredCause,
      stillRegistered: boolean,
    ) => void,
  ): () => void;
  /**
   * A websocket to a SIP edge closed: `address` and `port` are the source that this edge saw (any, if it is not named). What was registered over it
   * is gone at once; calls that were made over it are, too, unless their BYE comes first.
   */
  connectionClosed(address: string, port: number, edge?: string | null): void;
  /** Drops a person's softphone registrations at once (signed out, deactivated). */
  dropPerson(personId: string): void;
  /** A person's softphone, or a guest who may call exactly one number; stateless, valid for `ttlMs`. */
  issueCredential(
    subject: { kind: "person"; personId: string } | { kind: "guest"; number: string },
    ttlMs: number,
  ): SipCredentialIssued;
}

export interface TelephonyPart {
  ok: boolean;
  sentence: string;
}

export interface TelephonyStats {
  callsAccepted: number;
  callsNow: number;
  /** By cause: unknown-source, forbidden, malformed, no-capacity, unsupported, draining … */
  callsRejected: Record<string, number>;
  /** Requests from unknown sources, answered or dropped. */
  scannerHits: number;
  scannerDropped: number;
  digestFailures: number;
  registrations: number;
  ringsNow: number;
  mediaCommandTimeouts: number;
}

/** How trunks stand on this node. */
export interface TrunkStatus {
  /** Null: there is no such trunk. */
  stateOf(trunkId: string): TrunkState | null;
  /** Asks the carrier by OPTIONS now. Never rejects. */
  check(trunkId: string): Promise<TrunkCheck>;
  figures(): TrunkFigures;
}

export interface Telephony {
  /** One handler; it must not throw. Calls that arrive before it is set get 503. */
  onCall(handler: (call: InboundCall) => void): void;
  readonly registrar: Registrar;
  /** Sends the INVITE before it returns. */
  ringAgent(options: RingAgentOptions): Ring;
  /** Calls a number (through the carriers that take it, one after the other) or a `sip:` address outside. */
  dialOut(options: DialOutOptions): Ring;
  /** Rejects with Failure("gone") when a leg has ended, Failure("unavailable") when the media server refuses. */
  bridge(customer: CallerLeg, agent: AgentLeg): Promise<Bridge>;
  /** Hangs up channels that an earlier life of this controller left on the media server; returns how many. */
  reconcile(): Promise<number>;
  /** From now on new calls go to other controllers of the edges; without one they get 503. What runs goes on. */
  drain(): void;
  /** Every server by name (`host:port`), as this node sees it. */
  servers(): { sip: SipServer[]; media: MediaServer[] };
  isEdgeUp(name: string): boolean;
  onEdgeDown(listener: (name: string) => void): () => void;
  health(): { sip: TelephonyPart; media: TelephonyPart };
  stats(): TelephonyStats;
  readonly trunks: TrunkStatus;
  /** Resolves when edge and media server are connected; rejects after `timeoutMs` with what is missing. */
  ready(timeoutMs: number): Promise<void>;
  /** Ends each leg with BYE and closes connections and timers. Idempotent. */
  close(): Promise<void>;
}
