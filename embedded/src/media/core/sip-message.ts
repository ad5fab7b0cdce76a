/** A SIP message as we read and write it. Header names are lower case; each has one or more values. */
export interface SipMessage {
  /** Requests only. */
  method?: string;
  uri?: string;
  /** Responses only. */
  status?: number;
  reason?: string;
  headers: Map<string, string[]>;
  body: string;
}

const longNames: Record<string, string> = {
  i: "call-id",
  m: "contact",
  e: "content-encoding",
  l: "content-length",
  c: "content-type",
  f: "from",
  s: "subject",
  k: "supported",
  t: "to",
  v: "via",
  u: "allow-events",
  r: "refer-to",
  b: "referred-by",
  x: "session-expires",
  o: "event",
};

const listHeaders = new Set(["via", "contact", "route", "record-route", "allow", "supported", "require"]);

/** Splits at commas outside quotes and angle brackets, RFC 3261 section 7.3.1. */
function splitList(value: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  let depth = 0;
  for (let i = 0; i < value.length; i++) {
    const character = value[i];
    if (isQuoted && character === "\\") i++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === "<") depth++;
    else if (!isQuoted && character === ">") depth--;
    else if (!isQuoted && depth <= 0 && character === ",") {
      parts.push(value.slice(start, i).trim());
      start = i + 1;
    }
  }
  parts.push(value.slice(start).trim());
  return parts.filter((part) => part !== "");
}

function parseStartLine(line: string): Pick<SipMessage, "method" | "uri" | "status" | "reason"> | undefined {
  const response = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/i.exec(line);
  if (response) return { status: Number(response[1]), reason: response[2] ?? "" };
  const request = /^([A-Za-z0-9\-.!%*_+`'~]+) (\S+) SIP\/2\.0$/i.exec(line);
  return request ? { method: request[1]!, uri: request[2]! } : undefined;
}

function parseHeaders(lines: string[]): Map<string, string[]> | undefined {
  const headers = new Map<string, string[]>();
  const unfolded: string[] = [];
  for (const line of lines) {
    if (/^[ \t]/.test(line) && unfolded.length > 0) unfolded[unfolded.length - 1] += ` ${line.trim()}`;
    else unfolded.push(line);
  }
  for (const line of unfolded) {
    const colon = line.indexOf(":");
    if (colon <= 0) return undefined;
    const raw = line.slice(0, colon).trim().toLowerCase();
    const name = longNames[raw] ?? raw;
    const value = line.slice(colon + 1).trim();
    const values = listHeaders.has(name) ? splitList(value) : [value];
    const known = headers.get(name);
    if (known) known.push(...values);
    else headers.set(name, values);
  }
  return headers;
}

const required = ["via", "from", "to", "call-id", "cseq"];

/**
 * Reads one UDP datagram. Undefined for anything that isn't a well-formed SIP/2.0 message with the
 * headers that a reply needs, and for bodies that are shorter than announced.
 */
export function parseSip(datagram: Buffer): SipMessage | undefined {
  const separator = datagram.indexOf("\r\n\r\n");
  if (separator < 0) return undefined;
  const [first = "", ...lines] = datagram.toString("utf8", 0, separator).split("\r\n");
  const start = parseStartLine(first);
  const headers = parseHeaders(lines);
  if (start === undefined || headers === undefined) return undefined;
  if (required.some((name) => !headers.get(name)?.[0])) return undefined;
  const announced = headers.get("content-length")?.[0];
  const bodyStart = separator + 4;
  const length = announced === undefined ? datagram.length - bodyStart : Number(announced);
  if (!Number.isInteger(length) || length < 0 || bodyStart + length > datagram.length) return undefined;
  return { ...start, headers, body: datagram.toString("utf8", bodyStart, bodyStart + length) };
}

/** The first value of a header. */
export function headerOf(message: SipMessage, name: string): string | undefined {
  return message.headers.get(name)?.[0];
}

/** The sequence number and the method of CSeq; undefined if malformed. */
export function cseqOf(message: SipMessage): { number: number; method: string } | undefined {
  const match = /^(\d{1,10})\s+(\S+)$/.exec(headerOf(message, "cseq") ?? "");
  const number = Number(match?.[1]);
  return match && number < 2 ** 32 ? { number, method: match[2]! } : undefined;
}

/** RFC 3261 section 25.1: a quoted display name may hold anything, brackets and semicolons too. */
function withoutQuotedName(value: string): string {
  return value.replace(/^\s*"(?:[^"\\]|\\.)*"/, "");
}

/** The value of `;name=` behind the address part of a From, To or Via. */
export function parameterOf(value: string, name: string): string | undefined {
  const address = withoutQuotedName(value);
  const afterAddress = address.includes(">") ? address.slice(address.indexOf(">")) : address;
  const match = new RegExp(`;\\s*${name}\\s*=\\s*("[^"]*"|[^;\\s,]*)`, "i").exec(afterAddress);
  return match?.[1];
}

/** The URI in a name-addr or addr-spec. */
export function uriOf(value: string): string {
  const address = withoutQuotedName(value);
  const bracketed = /<([^>]*)>/.exec(address);
  return bracketed ? bracketed[1]! : address.split(";")[0]!.trim();
}

/** The display name and the user part of an address header. */
export function nameAndUserOf(value: string): { name: string; user: string } {
  const name = /^\s*"?((?:[^"<\\]|\\.)*?)"?\s*</.exec(value)?.[1] ?? "";
  const user = /^sips?:([^@;>]+)@/i.exec(uriOf(value))?.[1] ?? "";
  return { name: name.trim(), user };
}

const displayNames: Record<string, string> = {
  "call-id": "Call-ID",
  cseq: "CSeq",
  "www-authenticate": "WWW-Authenticate",
};

function displayName(name: string): string {
  return (
    displayNames[name] ??
    name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
  );
}

/** Writes a message; Content-Length is added. */
export function serializeSip(message: SipMessage): Buffer {
  const start =
    message.status === undefined
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const lines = [start];
  for (const [name, values] of message.headers) {
    if (name !== "content-length") for (const value of values) lines.push(`${displayName(name)}: ${value}`);
  }
  lines.push(`Content-Length: ${Buffer.byteLength(message.body)}`, "", message.body);
  return Buffer.from(lines.join("\r\n"));
}

/** RFC 3261 section 8.2.6: what a response copies from its request. */
export function buildResponse(
  request: SipMessage,
  status: number,
  reason: string,
  toTag: string | undefined,
  headers: [string, string][] = [],
  body = "",
): SipMessage {
  const copied = new Map<string, string[]>();
  for (const name of ["via", "record-route", "from", "to", "call-id", "cseq"]) {
    const values = request.headers.get(name);
    if (values) copied.set(name, [...values]);
  }
  const to = headerOf(request, "to") ?? "";
  if (toTag !== undefined && parameterOf(to, "tag") === undefined) copied.set("to", [`${to};tag=${toTag}`]);
  for (const [name, value] of headers) copied.set(name, [...(copied.get(name) ?? []), value]);
  return { status, reason, headers: copied, body };
}
