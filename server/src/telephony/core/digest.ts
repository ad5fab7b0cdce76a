/**
 * Digest access authentication for SIP: RFC 3261 §22, RFC 7616 maths, RFC 8760 (SHA-256 in SIP). Only arithmetic and
 * text; who may do what is decided elsewhere.
 */
import { createHash, timingSafeEqual } from "node:crypto";

export type DigestAlgorithm = "MD5" | "SHA-256";

/**
 * Softphones (SIP.js) read only the first challenge and know only MD5. Other phones and trunks are offered SHA-256 as
 * well, in second place for the same reason: those that read one challenge must find MD5 there (RFC 8760 §2.4 lets the
 * client choose).
 */
export const softphoneAlgorithms: readonly DigestAlgorithm[] = ["MD5"];
const phoneAlgorithms: readonly DigestAlgorithm[] = ["MD5", "SHA-256"];

/** baresip of Debian 12 gives up at an algorithm that it does not know, wherever it stands, and never signs in. */
const givesUpAtSha256 = /^baresip v[01]\./;

/** What a phone or a trunk is offered, by its User-Agent. */
export function algorithmsFor(userAgent: string | undefined): readonly DigestAlgorithm[] {
  return givesUpAtSha256.test(userAgent ?? "") ? softphoneAlgorithms : phoneAlgorithms;
}

/** What a client sent in Authorization or Proxy-Authorization. */
export interface DigestCredentials {
  username: string;
  realm: string;
  nonce: string;
  uri: string;
  response: string;
  algorithm: DigestAlgorithm;
  /** null: the client used RFC 2069 without qop. */
  qop: { nc: number; ncText: string; cnonce: string } | null;
}

const hashNames: Record<DigestAlgorithm, string> = { MD5: "md5", "SHA-256": "sha256" };

function hash(algorithm: DigestAlgorithm, text: string): string {
  return createHash(hashNames[algorithm]).update(text, "utf8").digest("hex");
}

/** `H(username:realm:password)` in lower-case hex. */
export function computeHa1(
  algorithm: DigestAlgorithm,
  username: string,
  realm: string,
  password: string,
): string {
  return hash(algorithm, `${username}:${realm}:${password}`);
}

/** The response that a client who knows the secret must send. */
export function expectedResponse(credentials: DigestCredentials, method: string, ha1: string): string {
  const { algorithm, nonce, qop } = credentials;
  const ha2 = hash(algorithm, `${method}:${credentials.uri}`);
  if (!qop) return hash(algorithm, `${ha1}:${nonce}:${ha2}`);
  return hash(algorithm, `${ha1}:${nonce}:${qop.ncText}:${qop.cnonce}:auth:${ha2}`);
}

/** Compares in constant time. */
export function isResponseRight(credentials: DigestCredentials, method: string, ha1: string): boolean {
  const expected = Buffer.from(expectedResponse(credentials, method, ha1));
  const given = Buffer.from(credentials.response.toLowerCase());
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** The value of one challenge header. */
export function formatChallenge(options: {
  realm: string;
  nonce: string;
  algorithm: DigestAlgorithm;
  isStale: boolean;
}): string {
  const stale = options.isStale ? ", stale=true" : "";
  return `Digest realm="${options.realm}", nonce="${options.nonce}", algorithm=${options.algorithm}, qop="auth"${stale}`;
}

/**
 * The credentials for one realm in a header that may hold several (`Digest …, Digest …`). null: there are none;
 * "malformed": there are some for this realm, but unusable.
 */
export function parseCredentials(
  header: string | undefined,
  realm: string,
): DigestCredentials | "malformed" | null {
  const sets = splitDigests(header ?? "");
  const ours = sets.filter((set) => set.get("realm") === realm);
  if (ours.length === 0) return null;
  const usable = ours.map(toCredentials).find((credentials) => credentials !== null);
  return usable ?? "malformed";
}

function toCredentials(params: Map<string, string>): DigestCredentials | null {
  const algorithm = (params.get("algorithm") ?? "MD5").toUpperCase();
  if (algorithm !== "MD5" && algorithm !== "SHA-256") return null;
  const [username, realm, nonce, uri, response] = ["username", "realm", "nonce", "uri", "response"].map(
    (name) => params.get(name) ?? "",
  );
  if (!username || !realm || !nonce || !uri || !response) return null;
  const base = { username, realm, nonce, uri, response, algorithm } as const;
  const qop = params.get("qop");
  if (qop === undefined) return { ...base, qop: null };
  const ncText = params.get("nc") ?? "";
  const cnonce = params.get("cnonce") ?? "";
  if (qop.toLowerCase() !== "auth" || !/^[0-9a-fA-F]{8}$/.test(ncText) || cnonce === "") return null;
  return { ...base, qop: { nc: parseInt(ncText, 16), ncText, cnonce } };
}

/** Splits `Digest a=b, c="d", Digest e=f` into one map per scheme word; other schemes are left out. */
export function splitDigests(header: string): Map<string, string>[] {
  const sets: Map<string, string>[] = [];
  let current: Map<string, string> | null = null;
  // scheme at the start of a part, or name=value
  const token =
    /\s*,?\s*(?:([A-Za-z][A-Za-z0-9-]*)\s+(?=[A-Za-z]))?([A-Za-z][A-Za-z0-9-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y;
  for (let match = token.exec(header); match; match = token.exec(header)) {
    const [, scheme, name = "", quoted, bare] = match;
    if (scheme) {
      current = new Map();
      if (scheme.toLowerCase() === "digest") sets.push(current);
    }
    current?.set(name.toLowerCase(), quoted === undefined ? (bare ?? "") : quoted.replace(/\\(.)/g, "$1"));
  }
  return sets;
}
