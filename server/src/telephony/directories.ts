/** What telephony asks of the rest of the program: declared here, implemented by the office. */
import type {
  CallerIdRules,
  NumberRules,
  RegistrationState,
  TrunkCodec,
  TrunkEncryption,
  TrunkOffer,
} from "../contract/trunks.ts";

/** A SIP secret: the password, or its two digest hashes `H(username:realm:password)` in lower-case hex. */
export type DigestSecret = { password: string } | { ha1Md5: string; ha1Sha256: string };

/** Where a carrier is, `sip:carrier.example:5060`, and how it is spoken to. */
export type CarrierTransport = "udp" | "tcp" | "tls";

/** A SIP peer that may send calls, and a carrier that may take some. docs/trunks.md explains each setting. */
export interface TrunkPeer {
  id: string;
  name: string;
  enabled: boolean;
  /** Addresses and networks: `192.0.2.10`, `192.0.2.0/24`, `2001:db8::/32`. */
  networks: readonly string[];
  /** A peer that authenticates by digest; both or neither. */
  username: string | null;
  secret: DigestSecret | null;
  /** Where numbers without a country code are from (ISO 3166); null: the whole house's region. */
  region: string | null;
  /** Calls at the same time in both directions; 0: no limit. */
  maximumCalls: number;
  /** Calls out at the same time; 0: no limit besides the other. */
  maximumOutboundCalls: number;
  /** Where calls out are sent; null: the trunk takes none. */
  outbound: {
    uri: string;
    transport: CarrierTransport;
    /** Answers the carrier's challenge; null: it asks for nothing, or its password can't be read. */
    digest: { username: string; password: string } | null;
  } | null;
  /** Where we register; null: nowhere. */
  registration: {
    registrarUri: string;
    transport: CarrierTransport;
    username: string;
    /** Null: it can't be read, and must be typed again. */
    password: string | null;
    expirySeconds: number;
  } | null;
  /** The user part of the Contact that we register: whoever dials it was told by the carrier. */
  contactToken: string;
  /** A stored password can't be decrypted. */
  needsPassword: boolean;
  /** How often the carrier is asked by OPTIONS how it is; 0: never. */
  checkEveryMs: number;
  /** The lower, the sooner it is tried. */
  order: number;
  /** Numbers that it takes, in E.164 (`+49`); empty: all. */
  prefixes: readonly string[];
  /** In the order of preference; empty: what the media server has. */
  codecs: readonly TrunkCodec[];
  /** SRTP by SDES (RFC 4568). */
  encryption: TrunkEncryption;
  offer: TrunkOffer;
  callerId: CallerIdRules;
  numbers: NumberRules;
}

/** A trunk of which nothing is said but its name: it takes calls from nobody and to nowhere. */
export const plainTrunk: TrunkPeer = {
  ...{ id: "", name: "", enabled: true, networks: [], username: null, secret: null, region: null },
  ...{ maximumCalls: 0, maximumOutboundCalls: 0, outbound: null, registration: null, contactToken: "" },
  ...{ needsPassword: false, checkEveryMs: 0, order: 100, prefixes: [], codecs: [] },
  ...{ encryption: "none", offer: "early" },
  callerId: { show: "as-is", number: null, identity: "from" },
  numbers: { format: "e164", strip: 0, add: "" },
};

export interface TrunkDirectory {
  /** The trunks as they are now; called at the start and after each change, never per call. */
  list(): readonly TrunkPeer[];
  /** Calls the listener after each change; the returned function stops it. */
  onChange(listener: () => void): () => void;
}

/**
 * Which node of an installation registers with carriers, and how its registrations stand, where all can read it. Every
 * function rejects while the store is away.
 */
export interface RegistrarLease {
  /** Takes the lease or renews it; whether this node has it now. */
  hold(): Promise<boolean>;
  release(): Promise<void>;
  /** How a trunk's registration stands, told by the node that has the lease. */
  tell(trunkId: string, state: RegistrationState): Promise<void>;
  told(): Promise<ReadonlyMap<string, RegistrationState>>;
}

/** A desk phone's account. */
export interface PhoneAccount {
  personId: string;
  secret: DigestSecret;
}

export interface PhoneDirectory {
  /** The account behind a desk phone's SIP username, or undefined. Asked at each REGISTER and each call of a phone. */
  find(username: string): Promise<PhoneAccount | undefined>;
}

export interface PeopleGate {
  /** Whether this person may still use telephony: active, and signed in where that is required. */
  isStillAllowed(personId: string): boolean | Promise<boolean>;
}
