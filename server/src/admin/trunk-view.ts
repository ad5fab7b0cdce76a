/** Trunks as others see them: the API without any password, telephony with them in the clear. */
import type { Trunk, TrunkCheck, TrunkState } from "../contract/trunks.ts";
import type { SecretBox } from "./secret-box.ts";
import { purposeOf } from "./trunk-change.ts";
import type { KnownTrunk } from "./trunks.postgres.ts";

/** What telephony tells of trunks. */
export interface TrunkLines {
  /** Null: it knows no such trunk. */
  stateOf(trunkId: string): TrunkState | null;
  /** Asks the carrier by OPTIONS. Never rejects. */
  check(trunkId: string): Promise<TrunkCheck>;
}

/** Digest hashes `H(username:realm:password)` in lower-case hex. */
export interface StoredDigest {
  ha1Md5: string;
  ha1Sha256: string;
}

/** A trunk as telephony wants it (telephony/directories.ts). */
export interface TrunkPeerRecord {
  id: string;
  name: string;
  enabled: boolean;
  networks: readonly string[];
  username: string | null;
  secret: StoredDigest | null;
  region: string | null;
  maximumCalls: number;
  maximumOutboundCalls: number;
  outbound: {
    uri: string;
    transport: "udp" | "tcp" | "tls";
    digest: { username: string; password: string } | null;
  } | null;
  registration: {
    registrarUri: string;
    transport: "udp" | "tcp" | "tls";
    username: string;
    password: string | null;
    expirySeconds: number;
  } | null;
  contactToken: string;
  needsPassword: boolean;
  checkEveryMs: number;
  order: number;
  prefixes: readonly string[];
  codecs: KnownTrunk["codecs"];
  encryption: KnownTrunk["encryption"];
  offer: KnownTrunk["offer"];
  callerId: KnownTrunk["callerId"];
  numbers: KnownTrunk["numbers"];
}

export function toPeer(stored: KnownTrunk, secrets: SecretBox): TrunkPeerRecord {
  const { ha1Md5, ha1Sha256, outbound, registration, checkEverySeconds, ...same } = stored;
  const passwords = openPasswords(stored, secrets);
  const digest =
    outbound?.username != null && passwords.outbound !== null
      ? { username: outbound.username, password: passwords.outbound }
      : null;
  return {
    ...same,
    secret: ha1Md5 === null || ha1Sha256 === null ? null : { ha1Md5, ha1Sha256 },
    outbound: outbound && { uri: outbound.uri, transport: outbound.transport, digest },
    registration: registration && {
      registrarUri: registration.registrarUri,
      transport: registration.transport,
      username: registration.username,
      expirySeconds: registration.expirySeconds,
      password: passwords.registration,
    },
    needsPassword: passwords.areMissing,
    checkEveryMs: checkEverySeconds * 1_000,
  };
}

export function toTrunk(stored: KnownTrunk, secrets: SecretBox, state: TrunkState | null): Trunk {
  const { outbound, registration } = stored;
  const { id, name, enabled, networks, username, region, maximumCalls, maximumOutboundCalls } = stored;
  const { order, prefixes, codecs, encryption, offer, callerId, numbers, checkEverySeconds } = stored;
  return {
    ...{ id, name, enabled, networks, username, region, maximumCalls, maximumOutboundCalls },
    ...{ order, prefixes, codecs, encryption, offer, callerId, numbers },
    hasPassword: stored.ha1Md5 !== null,
    outbound: outbound && {
      uri: outbound.uri,
      transport: outbound.transport,
      username: outbound.username,
      hasPassword: outbound.sealedPassword !== null,
    },
    registration: registration && {
      registrarUri: registration.registrarUri,
      transport: registration.transport,
      username: registration.username,
      hasPassword: registration.sealedPassword !== null,
      expirySeconds: registration.expirySeconds,
    },
    check: { everySeconds: checkEverySeconds },
    needsPassword: openPasswords(stored, secrets).areMissing,
    state: state ?? unknownState(stored),
  };
}

function openPasswords({ id, outbound, registration }: KnownTrunk, secrets: SecretBox) {
  const open = (sealed: string | null | undefined, use: "outbound" | "registration") =>
    sealed == null ? null : secrets.open(sealed, purposeOf(id, use));
  const found = {
    outbound: open(outbound?.sealedPassword, "outbound"),
    registration: open(registration?.sealedPassword, "registration"),
  };
  const areMissing =
    (outbound?.sealedPassword != null && found.outbound === null) ||
    (registration?.sealedPassword != null && found.registration === null);
  return { ...found, areMissing };
}

/** Before telephony has come up, or as it was created a moment ago. */
function unknownState({ registration }: KnownTrunk): TrunkState {
  const nothing = { until: null, status: null, sentence: null, nextTryAt: null };
  return {
    callsNow: 0,
    outboundCallsNow: 0,
    registration: registration && { state: "registering", ...nothing },
    health: { state: "unknown", since: null, roundTripMs: null, sentence: null },
  };
}
