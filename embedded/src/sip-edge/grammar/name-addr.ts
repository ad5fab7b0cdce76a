/** From, To, Contact, Route and their like: a display name, a URI and header parameters (RFC 3261 section 20.10). */
export interface NameAddr {
  /** As written, quotes included; empty when there is none. */
  readonly display: string;
  readonly uri: string;
  /** Everything behind the address, as written, beginning with ";" or empty. */
  readonly paramText: string;
}

const token = String.raw`[A-Za-z0-9\-.!%*_+\`'~\x80-\xff]+`;
const displayPattern = new RegExp(String.raw`^(?:"(?:[^"\\]|\\.)*"|${token}(?:\s+${token})*)?$`, "s");
const paramPattern = new RegExp(String.raw`\s*;\s*(${token})(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;,"]+))?`, "y");

/** Reads one address; undefined when the quotes, brackets or parameters are broken. */
export function parseNameAddr(value: string): NameAddr | undefined {
  const text = value.trim();
  const open = findOutsideQuotes(text, "<");
  if (open === undefined) return undefined;
  if (open === -1) return parseAddrSpec(text);
  const close = text.indexOf(">", open);
  if (close === -1) return undefined;
  const display = text.slice(0, open).trim();
  const uri = text.slice(open + 1, close);
  const paramText = text.slice(close + 1).trim();
  if (!displayPattern.test(display) || !isUri(uri) || readParams(paramText) === undefined) return undefined;
  return { display, uri, paramText };
}

/**
 * RFC 3261 section 20.10: without angle brackets, what follows a semicolon belongs to the header, and the URI
 * may hold neither comma nor question mark.
 */
function parseAddrSpec(text: string): NameAddr | undefined {
  const semicolon = text.indexOf(";");
  const uri = (semicolon === -1 ? text : text.slice(0, semicolon)).trim();
  const paramText = semicolon === -1 ? "" : text.slice(semicolon);
  if (!isUri(uri) || /[,?]/.test(uri) || readParams(paramText) === undefined) return undefined;
  return { display: "", uri, paramText };
}

function isUri(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"]+$/.test(text);
}

/** -1 when absent, undefined when a quote never closes. */
function findOutsideQuotes(text: string, wanted: string): number | undefined {
  let isQuoted = false;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (isQuoted && char === "\\") index++;
    else if (char === '"') isQuoted = !isQuoted;
    else if (char === wanted && !isQuoted) return index;
  }
  return isQuoted ? undefined : -1;
}

/** The parameters by lower-case name; undefined when the text isn't a parameter list. */
export function readParams(paramText: string): Map<string, string> | undefined {
  const params = new Map<string, string>();
  let position = 0;
  while (position < paramText.length) {
    paramPattern.lastIndex = position;
    const match = paramPattern.exec(paramText);
    if (match === null) return paramText.slice(position).trim() === "" ? params : undefined;
    const name = match[1]?.toLowerCase() ?? "";
    if (!params.has(name)) params.set(name, match[2] ?? "");
    position = paramPattern.lastIndex;
  }
  return params;
}

export function paramOf(address: NameAddr, name: string): string | undefined {
  return readParams(address.paramText)?.get(name);
}

export function formatNameAddr(address: NameAddr): string {
  const display = address.display === "" ? "" : `${address.display} `;
  return `${display}<${address.uri}>${address.paramText}`;
}

/** The tag of a From or To value; undefined when there is none or the value is broken. */
export function tagOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const address = parseNameAddr(value);
  const tag = address === undefined ? undefined : paramOf(address, "tag");
  return tag === "" ? undefined : tag;
}
