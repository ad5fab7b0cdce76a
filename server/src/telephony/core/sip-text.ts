/**
 * Reading the parts of SIP headers that decisions need. Strict where an attacker could profit, and total: what makes
 * no sense is null, never an exception. Linear in the input.
 */

export interface NameAddr {
  displayName: string;
  uri: string;
  /** Header parameters (`tag`, `expires` …), lower-case names; without value: "". */
  params: ReadonlyMap<string, string>;
}

export interface SipUri {
  scheme: "sip" | "sips" | "tel";
  /** Percent-decoded; "" when absent. */
  user: string;
  host: string;
  port: number | null;
  params: ReadonlyMap<string, string>;
}

/** One `name-addr` or `addr-spec` with parameters (RFC 3261 §25.1, From, To, Contact). */
export function parseNameAddr(text: string): NameAddr | null {
  const open = indexOfUnquoted(text, "<", 0);
  if (open === -1) {
    // An addr-spec: parameters belong to the header, not to the URI (RFC 3261 §20).
    const semicolon = text.indexOf(";");
    const uri = (semicolon === -1 ? text : text.slice(0, semicolon)).trim();
    if (uri === "" || /[\s"<>]/.test(uri)) return null;
    return { displayName: "", uri, params: parseParams(semicolon === -1 ? "" : text.slice(semicolon)) };
  }
  const close = text.indexOf(">", open);
  if (close === -1) return null;
  const uri = text.slice(open + 1, close).trim();
  if (uri === "" || /[\s"<>]/.test(uri)) return null;
  return {
    displayName: unquote(text.slice(0, open).trim()),
    uri,
    params: parseParams(text.slice(close + 1)),
  };
}

/** A header that may hold several values, split at its unquoted, unbracketed commas. */
export function splitValues(text: string): string[] {
  const values: string[] = [];
  let start = 0;
  let isQuoted = false;
  let isBracketed = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (isQuoted) {
      if (char === "\\") i++;
      else if (char === '"') isQuoted = false;
    } else if (char === '"') isQuoted = true;
    else if (char === "<") isBracketed = true;
    else if (char === ">") isBracketed = false;
    else if (char === "," && !isBracketed) {
      values.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  values.push(text.slice(start).trim());
  return values.filter((value) => value !== "");
}

/** A SIP, SIPS or tel URI; null when it is none. */
export function parseSipUri(text: string): SipUri | null {
  const scheme = /^(sips?|tel):/i.exec(text)?.[1]?.toLowerCase() as SipUri["scheme"] | undefined;
  if (!scheme) return null;
  const rest = text.slice(scheme.length + 1);
  if (scheme === "tel") return parseTelUri(rest);
  const at = rest.lastIndexOf("@");
  const userInfo = at === -1 ? "" : rest.slice(0, at);
  const user = decodePercent(userInfo.split(":", 1)[0] ?? "");
  if (user === null) return null;
  const [hostPart = "", ...paramParts] = (rest.slice(at + 1).split("?", 1)[0] ?? "").split(";");
  const host = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(hostPart);
  if (!host?.[1]) return null;
  const port = host[2] === undefined ? null : Number(host[2]);
  if (port !== null && (port < 1 || port > 65_535)) return null;
  return { scheme, user, host: host[1], port, params: parseParams(paramParts.map((p) => `;${p}`).join("")) };
}

function parseTelUri(rest: string): SipUri | null {
  const [number = "", ...paramParts] = rest.split(";");
  if (!/^\+?[0-9A-Fa-f*#().-]+$/.test(number)) return null;
  return {
    scheme: "tel",
    user: number,
    host: "",
    port: null,
    params: parseParams(paramParts.map((p) => `;${p}`).join("")),
  };
}

/** `;name=value;flag` → map; quoted values are unquoted. */
export function parseParams(text: string): Map<string, string> {
  const params = new Map<string, string>();
  let from = 0;
  while (from < text.length) {
    const end = indexOfUnquoted(text, ";", from + 1);
    const part = text.slice(from, end === -1 ? text.length : end).replace(/^[;\s]+/, "");
    const equals = part.indexOf("=");
    const name = (equals === -1 ? part : part.slice(0, equals)).trim().toLowerCase();
    if (name !== "") params.set(name, equals === -1 ? "" : unquote(part.slice(equals + 1).trim()));
    if (end === -1) break;
    from = end;
  }
  return params;
}

/** Transport of the topmost Via: "udp", "tcp", "tls", "ws", "wss"; null when there is none. */
export function viaTransport(via: string | undefined): string | null {
  return /^\s*SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z]{2,4})\s/i.exec(via ?? "")?.[1]?.toLowerCase() ?? null;
}

/** Text for a quoted display name or parameter: no control characters, quotes escaped. */
export function quoteText(text: string): string {
  // eslint-disable-next-line no-control-regex
  return `"${text.replace(/[\u0000-\u001f\u007f]/g, " ").replace(/(["\\])/g, "\\$1")}"`;
}

/** A user part from free text: only what RFC 3261 allows unescaped. */
export function userPart(text: string): string {
  return text.replace(/[^A-Za-z0-9\-_.!~*'()&=+$,]/g, "") || "anonymous";
}

/** Who calls, as a From or an asserted identity has it (RFC 3261 §20.10); an empty name is left out. */
export function writeNameAddr({ name, number }: { name: string; number: string }, host: string): string {
  return `${name === "" ? "" : `${quoteText(name)} `}<sip:${userPart(number)}@${host}>`;
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  const end = text.length > 1 && text.endsWith('"') ? -1 : undefined;
  return text.slice(1, end).replace(/\\(.)/g, "$1");
}

function indexOfUnquoted(text: string, wanted: string, from: number): number {
  let isQuoted = false;
  for (let i = from; i < text.length; i++) {
    const char = text[i];
    if (isQuoted && char === "\\") i++;
    else if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && char === wanted) return i;
  }
  return -1;
}

function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // not UTF-8 behind the percent signs
  }
}
