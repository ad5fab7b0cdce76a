/** Digest answers (RFC 7616) of the rig's telephone. */
import { createHash, randomBytes } from "node:crypto";
import { parseChallenge } from "./sip-message.ts";

export interface Credentials {
  username: string;
  password: string;
}

/** The value of Authorization or Proxy-Authorization that answers a challenge. */
export function answerChallenge(
  challengeHeader: string,
  credentials: Credentials,
  request: { method: string; uri: string },
): string {
  const { realm, nonce, algorithm, qop, opaque } = parseChallenge(challengeHeader);
  const hash = (text: string): string =>
    createHash(algorithm === "MD5" ? "md5" : "sha256")
      .update(text)
      .digest("hex");
  const secret = hash(`${credentials.username}:${realm}:${credentials.password}`);
  const asked = hash(`${request.method}:${request.uri}`);
  const cnonce = randomBytes(8).toString("hex");
  const response = qop
    ? hash(`${secret}:${nonce}:00000001:${cnonce}:auth:${asked}`)
    : hash(`${secret}:${nonce}:${asked}`);
  const parts = [
    `username="${credentials.username}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.uri}"`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
  ];
  if (qop) parts.push("qop=auth", "nc=00000001", `cnonce="${cnonce}"`);
  if (opaque !== undefined) parts.push(`opaque="${opaque}"`);
  return `Digest ${parts.join(", ")}`;
}

const ourRealm = "carrier.rig";
const ourNonce = randomBytes(12).toString("hex");

/** A challenge of the telephone's own. */
export function challengeFor(algorithm: "MD5" | "SHA-256"): string {
  const parts = [
    `realm="${ourRealm}"`,
    `nonce="${ourNonce}"`,
    `algorithm=${algorithm}`,
    'qop="auth,auth-int"',
  ];
  return `Digest ${parts.join(", ")}, opaque="a \\"quoted\\" word"`;
}

/** Whether a header answers that challenge with the right password. */
export function isAnswerRight(
  value: string | undefined,
  { username, password, algorithm }: Credentials & { algorithm: "MD5" | "SHA-256" },
  method: string,
): boolean {
  if (value === undefined) return false;
  const parameter = (name: string): string | undefined => {
    const match = new RegExp(`[\\s,]${name}=(?:"([^"]*)"|([^,\\s]+))`, "i").exec(value);
    return match?.[1] ?? match?.[2];
  };
  const hash = (text: string): string =>
    createHash(algorithm === "MD5" ? "md5" : "sha256")
      .update(text)
      .digest("hex");
  const secret = hash(`${username}:${ourRealm}:${password}`);
  const [nc, cnonce, uri] = [parameter("nc"), parameter("cnonce"), parameter("uri")];
  const asked = hash(`${method}:${uri}`);
  const isOurs =
    parameter("nonce") === ourNonce && parameter("qop") === "auth" && parameter("algorithm") === algorithm;
  return isOurs && parameter("response") === hash(`${secret}:${ourNonce}:${nc}:${cnonce}:auth:${asked}`);
}
