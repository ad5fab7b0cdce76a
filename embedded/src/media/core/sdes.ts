import { randomBytes } from "node:crypto";
import type { SrtpSuite } from "./srtp.ts";
import { masterKeyBytes, masterSaltBytes, srtpSuites } from "./srtp.ts";

const keyBytes = masterKeyBytes + masterSaltBytes;

/** One way to encrypt that a description offers, with the key of its sender (RFC 4568 section 4). */
export interface CryptoLine {
  tag: number;
  suite: SrtpSuite;
  /** Master key and salt. */
  key: Buffer;
  /** How the sender names this key in its packets; empty: not at all. */
  mki: Buffer;
}

/** RFC 4568 section 6.1: `inline:` key and salt in base64, then lifetime and MKI, either of which may be missing. */
function readKey(parameters: string): Pick<CryptoLine, "key" | "mki"> | undefined {
  // Several keys are told apart by their MKI; who offers those is asked to do with one, by another line.
  const match = /^inline:([A-Za-z0-9+/]{38,}={0,2})(\|(?:2\^\d{1,2}|\d+))?(?:\|(\d+):(\d{1,3}))?$/.exec(
    parameters,
  );
  if (match === null) return undefined;
  const key = Buffer.from(match[1]!, "base64");
  const mki = readMki(match[3], match[4]);
  return key.length === keyBytes && mki !== undefined && isLongEnough(match[2]) ? { key, mki } : undefined;
}

/** Keys are never renewed in a call, so one that is to be used for less than a day (at 50 packets a second) won't do. */
function isLongEnough(lifetime: string | undefined): boolean {
  if (lifetime === undefined) return true;
  const power = /^\|2\^(\d+)$/.exec(lifetime)?.[1];
  const packets = power === undefined ? Number(lifetime.slice(1)) : 2 ** Number(power);
  return packets >= 86_400 * 50 && packets <= 2 ** 48;
}

function readMki(value: string | undefined, length: string | undefined): Buffer | undefined {
  if (value === undefined) return Buffer.alloc(0);
  const bytes = Number(length);
  const digits = BigInt(value).toString(16);
  if (bytes < 1 || bytes > 128 || digits.length > bytes * 2) return undefined;
  return Buffer.from(digits.padStart(bytes * 2, "0"), "hex");
}

/** A window size is a hint; all others change how packets look (RFC 4568 section 6.3). */
function isHarmless(sessionParameter: string): boolean {
  return /^(WSH=\d+|-\S+)$/.test(sessionParameter);
}

function readCryptoLine(value: string): CryptoLine | undefined {
  const [tag = "", suiteName, parameters = "", ...session] = value.trim().split(/\s+/);
  const suite = srtpSuites.find((known) => known === suiteName?.toUpperCase());
  const key = readKey(parameters);
  if (!/^\d{1,9}$/.test(tag) || suite === undefined || key === undefined) return undefined;
  return session.every(isHarmless) ? { tag: Number(tag), suite, ...key } : undefined;
}

/** The lines of a media section that we can use, in the sender's order. */
export function readCryptoLines(attributes: readonly string[]): CryptoLine[] {
  return attributes.flatMap((line) => {
    const crypto = line.startsWith("crypto:") ? readCryptoLine(line.slice("crypto:".length)) : undefined;
    return crypto ? [crypto] : [];
  });
}

export function formatCryptoLine({ tag, suite, key }: Omit<CryptoLine, "mki">): string {
  return `crypto:${tag} ${suite} inline:${key.toString("base64")}`;
}

/** What we offer: a key of its own for each suite, the stronger first. */
export function makeCryptoLines(): CryptoLine[] {
  return srtpSuites.map((suite, i) => ({
    tag: i + 1,
    suite,
    key: randomBytes(keyBytes),
    mki: Buffer.alloc(0),
  }));
}
