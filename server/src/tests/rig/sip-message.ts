/** SIP messages for the rig's own telephone: as much of RFC 3261 as a telephone needs, and nothing of the server's. */

export interface SipMessage {
  /** "INVITE sip:… SIP/2.0" or "SIP/2.0 200 OK". */
  startLine: string;
  /** In order; names as they were written. */
  headers: [name: string, value: string][];
  body: string;
}

/** RFC 3261, section 7.3.3. */
const compactForms: Record<string, string> = {
  v: "via",
  f: "from",
  t: "to",
  i: "call-id",
  m: "contact",
  l: "content-length",
  c: "content-type",
};

const canonical = (name: string): string => compactForms[name.toLowerCase()] ?? name.toLowerCase();

/** Undefined for what is no SIP message (keep-alives among them). */
export function parseSip(bytes: Buffer): SipMessage | undefined {
  const text = bytes.toString("utf8");
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [startLine = "", ...lines] = text
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  if (!/^SIP\/2\.0 \d{3}|^[A-Z]+ \S+ SIP\/2\.0$/.test(startLine)) return undefined;
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  return { startLine, headers, body: text.slice(end + 4) };
}

export function formatSip(message: SipMessage): Buffer {
  const headers = message.headers.filter(([name]) => canonical(name) !== "content-length");
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  const length = `Content-Length: ${Buffer.byteLength(message.body)}`;
  return Buffer.from([message.startLine, ...lines, length, "", message.body].join("\r\n"));
}

export function header(message: SipMessage, name: string): string | undefined {
  return allHeaders(message, name)[0];
}

/** Every value of a header in order; comma lists of Route, Record-Route and Via are taken apart. */
export function allHeaders(message: SipMessage, name: string): string[] {
  const wanted = canonical(name);
  const values = message.headers.filter(([given]) => canonical(given) === wanted).map(([, value]) => value);
  return ["route", "record-route", "via"].includes(wanted) ? values.flatMap(splitList) : values;
}

const splitList = (value: string): string[] => value.split(/,(?![^<]*>)/).map((part) => part.trim());

export function statusOf(message: SipMessage): number | undefined {
  const match = /^SIP\/2\.0 (\d{3})/.exec(message.startLine);
  return match ? Number(match[1]) : undefined;
}

export function methodOf(message: SipMessage): string {
  return (header(message, "cseq") ?? "").split(/\s+/)[1] ?? "";
}

export function cseqOf(message: SipMessage): number {
  return Number((header(message, "cseq") ?? "0").split(/\s+/)[0]);
}

export function branchOf(message: SipMessage): string {
  return /;branch=([^;\s]+)/.exec(header(message, "via") ?? "")?.[1] ?? "";
}

export function tagOf(value: string | undefined): string | undefined {
  return /;tag=([^;\s>]+)/.exec((value ?? "").replace(/^.*>/, ""))?.[1];
}

/** `sip:…` out of `"Name" <sip:…>;tag=…`. */
export function uriOf(value: string): string {
  return /<([^>]+)>/.exec(value)?.[1] ?? value.split(";")[0]?.trim() ?? "";
}

export interface Challenge {
  realm: string;
  nonce: string;
  algorithm: "MD5" | "SHA-256";
  qop: boolean;
  opaque: string | undefined;
}

/** The parameters of WWW-Authenticate or Proxy-Authenticate (RFC 7616). */
export function parseChallenge(value: string): Challenge {
  const parameter = (name: string): string | undefined => {
    const match = new RegExp(`[\\s,]${name}=(?:"([^"]*)"|([^,\\s]+))`, "i").exec(value);
    return match?.[1] ?? match?.[2];
  };
  return {
    realm: parameter("realm") ?? "",
    nonce: parameter("nonce") ?? "",
    algorithm: parameter("algorithm")?.toUpperCase() === "SHA-256" ? "SHA-256" : "MD5",
    qop: (parameter("qop") ?? "").split(",").some((word) => word.trim() === "auth"),
    opaque: parameter("opaque"),
  };
}
