/** What a change makes of a trunk: which passwords stay, which must be typed again, and in what form they are kept. */
import { isSupportedCountry } from "libphonenumber-js";
import { Failure } from "../base/failure.ts";
import type { InputOf } from "../contract/endpoint.ts";
import type { updateTrunk } from "../contract/trunks.ts";
import type { SecretBox } from "./secret-box.ts";
import { digestHashes } from "./secrets.ts";
import type { StoredTrunk } from "./trunks.postgres.ts";

export type TrunkChange = InputOf<typeof updateTrunk>["body"];

/** A trunk before its first change. */
export const blankTrunk: Omit<StoredTrunk, "id"> = {
  name: "",
  enabled: true,
  networks: [],
  username: null,
  ha1Md5: null,
  ha1Sha256: null,
  region: null,
  maximumCalls: 0,
  maximumOutboundCalls: 0,
  outbound: null,
  registration: null,
  checkEverySeconds: 30,
  order: 100,
  prefixes: [],
  codecs: [],
  encryption: "none",
  offer: "early",
  callerId: { show: "as-is", number: null, identity: "from" },
  numbers: { format: "e164", strip: 0, add: "" },
};

/** What binds a sealed password to its place. */
export function purposeOf(trunkId: string, use: "outbound" | "registration"): string {
  return `trunk:${trunkId}:${use}`;
}

/** Throws Failure "bad-request" when a password is missing, or a region is none. */
export function changeTrunk<T extends StoredTrunk>(
  before: T,
  change: TrunkChange,
  parts: { realm: string; secrets: SecretBox },
): T {
  const { password, username = before.username, outbound, registration, check, ...others } = change;
  if (typeof others.region === "string" && !isSupportedCountry(others.region))
    throw refusal("region", `is no region that numbers are known of: ${others.region}`);
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
  return {
    ...before,
    ...given,
    ...inboundDigest(before, username, password, parts.realm),
    ...(check === undefined ? {} : { checkEverySeconds: check.everySeconds }),
    ...(outbound === undefined ? {} : { outbound: outboundOf(before, outbound, parts.secrets) }),
    ...(registration === undefined
      ? {}
      : { registration: registrationOf(before, registration, parts.secrets) }),
  };
}

/** Digest hashes hold the username, so a new username needs the password again; no username means no password. */
function inboundDigest(
  before: StoredTrunk,
  username: string | null,
  password: string | null | undefined,
  realm: string,
): Pick<StoredTrunk, "username" | "ha1Md5" | "ha1Sha256"> {
  if (username === null) {
    if (typeof password === "string") throw refusal("username", "is needed with a password");
    return { username, ha1Md5: null, ha1Sha256: null };
  }
  if (typeof password === "string") return { username, ...digestHashes(username, realm, password) };
  if (password === null || username !== before.username || before.ha1Md5 === null)
    throw refusal("password", "is needed with this username");
  return { username, ha1Md5: before.ha1Md5, ha1Sha256: before.ha1Sha256 };
}

function outboundOf(
  { id, outbound: old }: StoredTrunk,
  outbound: NonNullable<TrunkChange["outbound"]> | null,
  secrets: SecretBox,
): StoredTrunk["outbound"] {
  if (outbound === null) return null;
  const { uri, transport, username, password } = outbound;
  if (username === null) {
    if (password !== undefined) throw refusal("outbound.username", "is needed with a password");
    return { uri, transport, username, sealedPassword: null };
  }
  const isSame = old?.username === username && hostOf(old.uri) === hostOf(uri);
  const kept = isSame ? old.sealedPassword : null;
  const sealedPassword = password === undefined ? kept : secrets.seal(password, purposeOf(id, "outbound"));
  if (sealedPassword === null) throw refusal("outbound.password", "is needed with this username and host");
  return { uri, transport, username, sealedPassword };
}

function registrationOf(
  { id, registration: old }: StoredTrunk,
  registration: NonNullable<TrunkChange["registration"]> | null,
  secrets: SecretBox,
): StoredTrunk["registration"] {
  if (registration === null) return null;
  const { registrarUri, transport, username, password, expirySeconds } = registration;
  const isSame = old?.username === username && hostOf(old.registrarUri) === hostOf(registrarUri);
  const kept = isSame ? old.sealedPassword : null;
  const sealedPassword =
    password === undefined ? kept : secrets.seal(password, purposeOf(id, "registration"));
  if (sealedPassword === null)
    throw refusal("registration.password", "is needed with this username and host");
  return { registrarUri, transport, username, sealedPassword, expirySeconds };
}

/** A password is not shown to another host unasked. */
function hostOf(uri: string): string {
  return uri.replace(/^sip:/, "").replace(/:\d+$/, "").toLowerCase();
}

function refusal(path: string, message: string): Failure {
  return new Failure("bad-request", `body.${path} ${message}`, [{ path: `body.${path}`, message }]);
}

/** For the audit: what was changed, and that there was a password, but never which. */
export function withoutPasswords(change: TrunkChange): object {
  const hide = (part: object): object => ("password" in part ? { ...part, password: "[changed]" } : part);
  const { outbound, registration, ...others } = change;
  return {
    ...(others.password === undefined ? others : hide(others)),
    ...(outbound === undefined ? {} : { outbound: outbound && hide(outbound) }),
    ...(registration === undefined ? {} : { registration: registration && hide(registration) }),
  };
}
