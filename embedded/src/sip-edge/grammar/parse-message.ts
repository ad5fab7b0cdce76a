import { canonicalHeaderName } from "./header-names.ts";
import { emptyBody, headerValues, splitCommaList, type Header, type SipMessage } from "./message.ts";

/**
 * What came of the bytes. A message that can't be used keeps what could be read of it, because a request with
 * a readable Via deserves an answer: `status` says which.
 */
export type ParseResult =
  | { readonly type: "message"; readonly message: SipMessage }
  | {
      readonly type: "unusable";
      readonly status: 400 | 505 | 513;
      readonly problem: string;
      readonly partial?: SipMessage;
    };

/** Bounds against hostile messages; a busy real message has about forty headers. */
const maxHeaders = 256;
const listHeaders = new Set(["Via", "Route", "Record-Route"]);
const tokenPattern = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

/**
 * Reads one whole message: a datagram, a websocket frame, or what the stream framer cut out. Line ends may be
 * CRLF or LF, header lines may be folded, names may be compact; comma lists of Via, Route and Record-Route
 * become one header each. Bytes behind Content-Length are dropped (RFC 3261 section 18.3).
 */
export function parseMessage(bytes: Buffer): ParseResult {
  const headEnd = findHeadEnd(bytes);
  const head = bytes.toString("latin1", 0, headEnd?.start ?? bytes.length);
  const lines = unfold(head);
  const startLine = lines.shift() ?? "";
  const { headers, problem: headerProblem } = readHeaders(lines);
  const rest = headEnd === undefined ? emptyBody : bytes.subarray(headEnd.end);
  const start = readStartLine(startLine);
  if (start === undefined) return { type: "unusable", status: 400, problem: "Bad Start Line" };
  const length = readContentLength(headers, rest.length);
  const message: SipMessage = { ...start.line, headers, body: rest.subarray(0, length ?? 0) };
  const problem =
    start.problem ??
    (headEnd === undefined ? "Missing End Of Headers" : undefined) ??
    headerProblem ??
    (length === undefined ? "Bad Content-Length" : undefined);
  if (start.isOtherVersion) {
    return { type: "unusable", status: 505, problem: "Version Not Supported", partial: message };
  }
  if (problem !== undefined) return { type: "unusable", status: 400, problem, partial: message };
  return { type: "message", message };
}

/** Where the empty line is, whichever line ends are used. */
export function findHeadEnd(bytes: Buffer, from = 0): { start: number; end: number } | undefined {
  for (let index = bytes.indexOf(0x0a, from); index !== -1; index = bytes.indexOf(0x0a, index + 1)) {
    if (bytes[index + 1] === 0x0a) return { start: lineEndStart(bytes, index), end: index + 2 };
    if (bytes[index + 1] === 0x0d && bytes[index + 2] === 0x0a) {
      return { start: lineEndStart(bytes, index), end: index + 3 };
    }
  }
  return undefined;
}

function lineEndStart(bytes: Buffer, newline: number): number {
  return bytes[newline - 1] === 0x0d ? newline - 1 : newline;
}

/** RFC 3261 section 7.3.1: a line that begins with white space continues the one before. */
function unfold(head: string): string[] {
  const lines: string[] = [];
  for (const line of head.split(/\r?\n/)) {
    const last = lines.length - 1;
    if (/^[ \t]/.test(line) && last >= 1) lines[last] = `${lines[last] ?? ""} ${line.trim()}`;
    else lines.push(line);
  }
  return lines;
}

function readHeaders(lines: readonly string[]): { headers: Header[]; problem?: string } {
  const headers: Header[] = [];
  let problem: string | undefined;
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trimEnd();
    if (colon < 1 || !tokenPattern.test(name)) problem ??= "Bad Header Line";
    else headers.push(...readHeader(canonicalHeaderName(name), line.slice(colon + 1).trim()));
    if (headers.length > maxHeaders)
      return { headers: headers.slice(0, maxHeaders), problem: "Too Many Headers" };
  }
  return problem === undefined ? { headers } : { headers, problem };
}

function readHeader(name: string, value: string): Header[] {
  if (!listHeaders.has(name)) return [{ name, value }];
  return splitCommaList(value).map((element) => ({ name, value: element }));
}

interface StartLine {
  readonly line:
    | { readonly type: "request"; readonly method: string; readonly uri: string }
    | { readonly type: "response"; readonly status: number; readonly reason: string };
  readonly isOtherVersion: boolean;
  readonly problem?: string;
}

function readStartLine(text: string): StartLine | undefined {
  return readStatusLine(text) ?? readRequestLine(text);
}

function readStatusLine(text: string): StartLine | undefined {
  const match = /^SIP\/(\d+\.\d+) (\d{3})(?: (.*))?$/i.exec(text);
  if (match === null) return undefined;
  const status = Number(match[2]);
  const line = { type: "response", status, reason: (match[3] ?? "").trim() } as const;
  const problem = status < 100 || status > 699 ? { problem: "Bad Status Code" } : {};
  return { line, isOtherVersion: match[1] !== "2.0", ...problem };
}

/** RFC 3261 section 7.1: single spaces. White space behind the version is forgiven. */
function readRequestLine(text: string): StartLine | undefined {
  const line = text.trimEnd();
  const version = /SIP\/(\d{1,9}\.\d{1,9})$/i.exec(line);
  const methodEnd = line.search(/\s/);
  const method = line.slice(0, Math.max(0, methodEnd));
  if (version === null || !tokenPattern.test(method) || version.index <= methodEnd) return undefined;
  const between = line.slice(methodEnd, version.index);
  const uri = between.trim();
  const isSound = between === ` ${uri} ` && uri !== "" && !/[\s<>"]/.test(uri);
  return {
    line: { type: "request", method, uri },
    isOtherVersion: version[1] !== "2.0",
    ...(isSound ? {} : { problem: "Bad Request-URI" }),
  };
}

/** The length of the body; undefined when the header is broken, repeated or claims more than there is. */
function readContentLength(headers: readonly Header[], available: number): number | undefined {
  const values = headerValues({ headers }, "Content-Length");
  if (values.length === 0) return available;
  const value = values[0] ?? "";
  if (values.length > 1 || !/^\d{1,9}$/.test(value)) return undefined;
  return Number(value) <= available ? Number(value) : undefined;
}
