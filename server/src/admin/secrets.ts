import { createHash, randomBytes } from "node:crypto";
import { argon2id, hash, verify } from "argon2";
import type { Queryable } from "../store/postgres.ts";

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. */
const argon = { type: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export async function hashPassword(password: string): Promise<string> {
  return await hash(password, argon);
}

let decoy: Promise<string> | null = null;

/** Takes as long for somebody who does not exist (null), so that the time tells nothing. */
export async function checkPassword(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword(randomBytes(16).toString("hex"));
  const matches = await verify(stored ?? (await decoy), password);
  return matches && stored !== null;
}

/** A token of 256 random bits for cookies and links; only its hash is stored. */
export function makeToken(): { token: string; hash: Buffer } {
  const token = randomBytes(32).toString("base64url");
  return { token, hash: hashToken(token) };
}

export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

export function looksLikeToken(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** A password for a device, to be typed: 20 characters without the ones that look alike (about 114 bits). */
export function makeDevicePassword(): string {
  const alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  return Array.from(randomBytes(40))
    .filter((byte) => byte < 4 * alphabet.length)
    .slice(0, 20)
    .map((byte) => alphabet[byte % alphabet.length])
    .join("");
}

/** What digest needs instead of the password: `H(username:realm:password)` (RFC 7616 section 3.4.2). */
export function digestHashes(
  username: string,
  realm: string,
  password: string,
): { ha1Md5: string; ha1Sha256: string } {
  const text = `${username}:${realm}:${password}`;
  return {
    ha1Md5: createHash("md5").update(text).digest("hex"),
    ha1Sha256: createHash("sha256").update(text).digest("hex"),
  };
}

/** A random secret of this installation, made by whoever asks first. */
export async function readInstanceSecret(postgres: Queryable, name: string): Promise<string> {
  const key = `secret:${name}`;
  const candidate = randomBytes(32).toString("hex");
  await postgres.query(
    "insert into setting (key, value) values ($1, to_jsonb($2::text)) on conflict do nothing",
    [key, candidate],
  );
  const [row] = await postgres.query<{ value: string }>("select value from setting where key = $1", [key]);
  return row?.value ?? candidate;
}
