/** The other side of digest.ts: answering a challenge (RFC 3261 §22.2, RFC 7616, RFC 8760). */
import { type DigestAlgorithm, computeHa1, expectedResponse, splitDigests } from "./digest.ts";

export interface DigestLogin {
  username: string;
  password: string;
}

export interface Challenge {
  realm: string;
  nonce: string;
  opaque: string | null;
  algorithm: DigestAlgorithm;
  hasQop: boolean;
  isStale: boolean;
}

/** SHA-256 before MD5, whatever the order in which they were offered (RFC 8760 §2.4 lets the client choose). */
const preference: readonly DigestAlgorithm[] = ["SHA-256", "MD5"];

/**
 * The best challenge that we can answer in WWW-Authenticate or Proxy-Authenticate, which may hold several; null: there
 * is none (auth-int alone, an unknown algorithm, no nonce).
 */
export function bestChallenge(header: string | undefined): Challenge | null {
  const usable = splitDigests(header ?? "").map(toChallenge);
  for (const algorithm of preference) {
    const found = usable.find((challenge) => challenge?.algorithm === algorithm);
    if (found) return found;
  }
  return null;
}

function toChallenge(params: Map<string, string>): Challenge | null {
  const [realm, nonce] = [params.get("realm"), params.get("nonce")];
  const algorithm = (params.get("algorithm") ?? "MD5").toUpperCase();
  if (realm === undefined || !nonce || (algorithm !== "MD5" && algorithm !== "SHA-256")) return null;
  const qops = params
    .get("qop")
    ?.toLowerCase()
    .split(/[\s,]+/);
  if (qops && !qops.includes("auth")) return null;
  const isStale = params.get("stale")?.toLowerCase() === "true";
  return {
    realm,
    nonce,
    opaque: params.get("opaque") ?? null,
    algorithm,
    hasQop: qops !== undefined,
    isStale,
  };
}

/** The value of Authorization or Proxy-Authorization. `uri` is the request's own; `cnonce` is random hex. */
export function answerChallenge(
  challenge: Challenge,
  { username, password }: DigestLogin,
  { method, uri, cnonce }: { method: string; uri: string; cnonce: string },
): string {
  const { realm, nonce, opaque, algorithm, hasQop } = challenge;
  const ncText = "00000001"; // each challenge is answered once, so each nonce is used once
  const qop = hasQop ? { nc: 1, ncText, cnonce } : null;
  const credentials = { username, realm, nonce, uri, response: "", algorithm, qop };
  const ha1 = computeHa1(algorithm, username, realm, password);
  const response = expectedResponse(credentials, method, ha1);
  const parts = [
    `username=${quote(username)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(uri)}`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
    ...(qop ? [`qop=auth`, `nc=${ncText}`, `cnonce="${cnonce}"`] : []),
    ...(opaque === null ? [] : [`opaque=${quote(opaque)}`]),
  ];
  return `Digest ${parts.join(", ")}`;
}

function quote(text: string): string {
  return `"${text.replace(/(["\\])/g, "\\$1")}"`;
}
