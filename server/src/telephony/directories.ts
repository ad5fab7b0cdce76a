/** What telephony asks of the rest of the program: declared here, implemented by the office. */

/** A SIP secret: the password, or its two digest hashes `H(username:realm:password)` in lower-case hex. */
export type DigestSecret = { password: string } | { ha1Md5: string; ha1Sha256: string };

/** A SIP peer that may send calls. */
export interface TrunkPeer {
  id: string;
  name: string;
  enabled: boolean;
  /** Addresses and networks: `192.0.2.10`, `192.0.2.0/24`, `2001:db8::/32`. */
  networks: readonly string[];
  /** A peer that authenticates by digest; both or neither. */
  username: string | null;
  secret: DigestSecret | null;
  /** Calls at the same time; 0: no limit. */
  maximumCalls: number;
  /** Where calls out are sent, `sip:carrier.example:5060;transport=tcp`; null: the trunk takes none. */
  outboundUri: string | null;
}

export interface TrunkDirectory {
  /** The trunks as they are now; called at the start and after each change, never per call. */
  list(): readonly TrunkPeer[];
  /** Calls the listener after each change; the returned function stops it. */
  onChange(listener: () => void): () => void;
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
