/** STUN (RFC 8489) and what TURN (RFC 8656) adds: messages as bytes, no input or output. */
import { createHash, createHmac } from "node:crypto";

const magicCookie = 0x2112a442;
const headerBytes = 20;
export const transactionBytes = 12;

export const methods = { binding: 0x001, allocate: 0x003, refresh: 0x004 } as const;
const attributes = {
  ...{ username: 0x0006, messageIntegrity: 0x0008, errorCode: 0x0009, lifetime: 0x000d, realm: 0x0014 },
  ...{ nonce: 0x0015, xorRelayedAddress: 0x0016, requestedTransport: 0x0019, xorMappedAddress: 0x0020 },
  mappedAddress: 0x0001,
} as const;

export interface Credential {
  username: string;
  password: string;
  realm: string;
  nonce: Buffer;
}

export interface StunRequest {
  method: keyof typeof methods;
  transactionId: Buffer;
  /** Seconds; 0 in a refresh gives an allocation back. */
  lifetime?: number;
  credential?: Credential;
}

export function encodeRequest({ method, transactionId, lifetime, credential }: StunRequest): Buffer {
  const parts: Buffer[] = [];
  if (method === "allocate") parts.push(attribute(attributes.requestedTransport, Buffer.from([17, 0, 0, 0]))); // UDP
  if (lifetime !== undefined) parts.push(attribute(attributes.lifetime, uint32(lifetime)));
  if (credential) {
    parts.push(attribute(attributes.username, Buffer.from(credential.username)));
    parts.push(attribute(attributes.realm, Buffer.from(credential.realm)));
    parts.push(attribute(attributes.nonce, credential.nonce));
  }
  const body = Buffer.concat(parts);
  if (!credential) return Buffer.concat([header(method, body.length, transactionId), body]);
  // RFC 8489 section 14.5: the length in the header counts the attribute that is being made.
  const covered = Buffer.concat([header(method, body.length + 24, transactionId), body]);
  const mac = createHmac("sha1", longTermKey(credential)).update(covered).digest();
  return Buffer.concat([covered, attribute(attributes.messageIntegrity, mac)]);
}

/** RFC 8489 section 9.2.2. */
function longTermKey({ username, realm, password }: Credential): Buffer {
  return createHash("md5").update(`${username}:${realm}:${password}`).digest();
}

export interface StunAnswer {
  isSuccess: boolean;
  transactionId: Buffer;
  mappedAddress: string | null;
  relayedAddress: string | null;
  error: { code: number; reason: string } | null;
  realm: string | null;
  nonce: Buffer | null;
}

/** How long the message at the start of these bytes is; null: not even its header is there (a stream of TCP). */
export function lengthOf(bytes: Buffer): number | null {
  return bytes.length < headerBytes ? null : headerBytes + bytes.readUInt16BE(2);
}

/** Null for what is no answer of STUN. */
export function decodeAnswer(bytes: Buffer): StunAnswer | null {
  const type = bytes.length >= headerBytes ? bytes.readUInt16BE(0) : 0;
  // RFC 8489 section 5: class bits 0x0100 success, 0x0110 error.
  const isAnswer = (type & 0xc000) === 0 && (type & 0x0100) !== 0;
  if (!isAnswer || bytes.readUInt32BE(4) !== magicCookie || lengthOf(bytes) !== bytes.length) return null;
  const found = readAttributes(bytes);
  const transactionId = bytes.subarray(8, headerBytes);
  const address = (kind: number) => readAddress(found.get(kind), transactionId);
  const error = found.get(attributes.errorCode);
  const realm = found.get(attributes.realm);
  return {
    isSuccess: (type & 0x0010) === 0,
    transactionId,
    mappedAddress:
      address(attributes.xorMappedAddress) ?? readPlainAddress(found.get(attributes.mappedAddress)),
    relayedAddress: address(attributes.xorRelayedAddress),
    error:
      error && error.length >= 4
        ? { code: ((error[2] ?? 0) & 7) * 100 + (error[3] ?? 0), reason: error.toString("utf8", 4) }
        : null,
    realm: realm ? realm.toString("utf8") : null,
    nonce: found.get(attributes.nonce) ?? null,
  };
}

function readAttributes(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = headerBytes; at + 4 <= bytes.length;) {
    const [type, length] = [bytes.readUInt16BE(at), bytes.readUInt16BE(at + 2)];
    // RFC 8489 section 14: of an attribute that occurs twice the first one counts.
    if (!found.has(type)) found.set(type, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return found;
}

/** RFC 8489 section 14.2: address and port are masked with the cookie, IPv6 with the transaction as well. */
function readAddress(value: Buffer | undefined, transactionId: Buffer): string | null {
  if (value === undefined) return null;
  const mask = Buffer.concat([uint32(magicCookie), transactionId]);
  const plain = Buffer.from(value);
  for (let index = 4; index < plain.length; index += 1)
    plain[index] = (plain[index] ?? 0) ^ (mask[(index - 4) % mask.length] ?? 0);
  return readPlainAddress(plain);
}

function readPlainAddress(value: Buffer | undefined): string | null {
  if (value?.length === 8 && value[1] === 1) return [...value.subarray(4)].join(".");
  if (value?.length !== 20 || value[1] !== 2) return null;
  const groups = Array.from({ length: 8 }, (_, index) => value.readUInt16BE(4 + 2 * index).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1); // in its shortest form
}

function header(method: keyof typeof methods, length: number, transactionId: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(methods[method], 0);
  head.writeUInt16BE(length, 2);
  head.writeUInt32BE(magicCookie, 4);
  return Buffer.concat([head, transactionId]);
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A `stun:`, `turn:` or `turns:` URL (RFC 7064, RFC 7065). */
export interface RelayAddress {
  host: string;
  port: number;
  transport: "udp" | "tcp" | "tls";
}

/** Null for what is none of these. DTLS (`turns:` over UDP) is not spoken. */
export function readRelayUrl(url: string): RelayAddress | null {
  const match = /^(stuns?|turns?):(\[[0-9a-f:.]+\]|[^:?[\]]+)(?::(\d+))?(?:\?transport=(udp|tcp))?$/i.exec(
    url,
  );
  if (!match) return null;
  const [, scheme = "", host = "", port, transport] = match;
  const isTls = scheme.toLowerCase().endsWith("s");
  if (isTls && transport === "udp") return null;
  return {
    host: host.replace(/^\[|\]$/g, ""),
    port: Number(port ?? (isTls ? 5349 : 3478)),
    transport: isTls ? "tls" : transport === "tcp" ? "tcp" : "udp",
  };
}

/** What coturn and others call the REST API: a name with an expiry, and the password that follows from the secret. */
export function timeLimitedCredential(
  secret: string,
  expiresAtSeconds: number,
): { username: string; password: string } {
  const username = `${expiresAtSeconds}:doctor`;
  return { username, password: createHmac("sha1", secret).update(username).digest("base64") };
}
