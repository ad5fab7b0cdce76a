import { isIPv6 } from "node:net";

export interface SipUri {
  readonly scheme: "sip" | "sips";
  /** With its password, as written; never unescaped. */
  readonly user?: string;
  /** Lower case; an IPv6 address keeps its brackets. */
  readonly host: string;
  readonly port?: number;
  /** Names in lower case. */
  readonly params: ReadonlyMap<string, string>;
  readonly headers?: string;
}

const hostPattern = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)$/;
const userPattern = /^[A-Za-z0-9\-_.!~*'()&=+$,;?/:%#]*$/;
const brokenEscape = /%(?![0-9A-Fa-f]{2})/;

/** Reads a sip or sips URI (RFC 3261 section 19.1); undefined when it isn't one. */
export function parseSipUri(text: string): SipUri | undefined {
  const match = /^(sips?):(.*)$/is.exec(text.trim());
  if (match === null) return undefined;
  const scheme = match[1]?.toLowerCase() === "sips" ? "sips" : "sip";
  const rest = match[2] ?? "";
  const at = rest.indexOf("@");
  const user = at === -1 ? undefined : rest.slice(0, at);
  if (user !== undefined && (user === "" || !userPattern.test(user) || brokenEscape.test(user)))
    return undefined;
  return parseHostPart(scheme, user, rest.slice(at + 1));
}

function parseHostPart(scheme: "sip" | "sips", user: string | undefined, text: string): SipUri | undefined {
  const [address, headers] = splitOnce(text, "?");
  const [hostPort = "", ...paramTexts] = address.split(";");
  const match = /^(\[[^\]]*\]|[^:[\]]*)(?::(\d{1,5}))?$/.exec(hostPort);
  const host = match?.[1]?.toLowerCase() ?? "";
  if (match === null || !hostPattern.test(host) || !isPlausibleAddress(host)) return undefined;
  const port = match[2] === undefined ? undefined : Number(match[2]);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  if (paramTexts.some((param) => /[\s<>"@]/.test(param))) return undefined;
  const params = new Map(paramTexts.filter((param) => param !== "").map(readParam));
  return {
    scheme,
    host,
    params,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(headers === undefined ? {} : { headers }),
  };
}

function isPlausibleAddress(host: string): boolean {
  return !host.startsWith("[") || isIPv6(host.slice(1, -1));
}

function readParam(text: string): [string, string] {
  const [name, value = ""] = splitOnce(text, "=");
  return [name.trim().toLowerCase(), value.trim()];
}

export function splitOnce(text: string, separator: string): [string, string?] {
  const index = text.indexOf(separator);
  return index === -1 ? [text] : [text.slice(0, index), text.slice(index + separator.length)];
}

export function formatSipUri(uri: SipUri): string {
  const user = uri.user === undefined ? "" : `${uri.user}@`;
  const port = uri.port === undefined ? "" : `:${String(uri.port)}`;
  const params = [...uri.params]
    .map(([name, value]) => (value === "" ? `;${name}` : `;${name}=${value}`))
    .join("");
  const headers = uri.headers === undefined ? "" : `?${uri.headers}`;
  return `${uri.scheme}:${user}${uri.host}${port}${params}${headers}`;
}

/** "host:port" with the brackets that an IPv6 address needs. */
export function formatHostPort(host: string, port: number): string {
  return `${bracketHost(host)}:${String(port)}`;
}

export function bracketHost(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

export function unbracketHost(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}
