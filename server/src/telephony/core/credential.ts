/**
 * Softphone and guest credentials. Stateless: the username says who, until when and a random part; the password is an
 * HMAC of the username. Whoever holds the key can check one without a table, on any node.
 */
import { createHmac, randomBytes } from "node:crypto";

export type CredentialSubject = { kind: "person"; personId: string } | { kind: "guest"; number: string };

export interface ReadCredential {
  subject: CredentialSubject;
  expiresAt: number;
}

/** Usernames are made of characters that a SIP URI needs no escapes for. */
export function issueCredential(
  key: string,
  subject: CredentialSubject,
  expiresAt: number,
): { username: string; password: string; expiresAt: number } {
  const who = subject.kind === "person" ? `p.${subject.personId}` : `g.${subject.number}`;
  const username = `${who}.${expiresAt.toString(36)}.${randomBytes(9).toString("base64url")}`;
  return { username, password: passwordOf(key, username), expiresAt };
}

/** What a username claims, or null if it isn't one of these. Says nothing about its truth: check the digest. */
export function readCredential(username: string): ReadCredential | null {
  const match = /^(?:p\.([0-9a-fA-F-]{1,64})|g\.(\+?[0-9]{2,15}))\.([0-9a-z]{1,11})\.[A-Za-z0-9_-]{12}$/.exec(
    username,
  );
  if (!match) return null;
  const expiresAt = parseInt(match[3] ?? "", 36);
  if (match[1] !== undefined) return { subject: { kind: "person", personId: match[1] }, expiresAt };
  return { subject: { kind: "guest", number: match[2] ?? "" }, expiresAt };
}

export function passwordOf(key: string, username: string): string {
  return createHmac("sha256", key).update(`credential|${username}`).digest("base64url");
}
