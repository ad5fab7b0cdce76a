/** One SIP message of a test peer, kept raw on purpose: a peer must be able to send and see anything. */
export interface SipMessage {
  readonly start: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export function parseSip(text: string): SipMessage {
  const end = text.indexOf("\r\n\r\n");
  const head = end < 0 ? text : text.slice(0, end);
  const [start = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  return { start, headers, body: end < 0 ? "" : text.slice(end + 4) };
}

export function formatSip(message: SipMessage): string {
  const lines = message.headers.map(([name, value]) => `${name}: ${value}`);
  const length = `Content-Length: ${Buffer.byteLength(message.body)}`;
  return [message.start, ...lines, length, "", message.body].join("\r\n");
}

const compactNames: Record<string, string> = {
  f: "from",
  t: "to",
  i: "call-id",
  v: "via",
  m: "contact",
  c: "content-type",
  l: "content-length",
  r: "refer-to",
  o: "event",
};

const fullName = (name: string): string => {
  const lower = name.toLowerCase();
  return compactNames[lower] ?? lower;
};

export function headerValues(message: SipMessage, name: string): string[] {
  const wanted = name.toLowerCase();
  return message.headers.filter(([n]) => fullName(n) === wanted).map(([, value]) => value);
}

export function header(message: SipMessage, name: string): string {
  return headerValues(message, name)[0] ?? "";
}

/** The status code of a response; 0 for a request. */
export function statusOf(message: SipMessage): number {
  return Number(/^SIP\/2\.0 (\d{3})/.exec(message.start)?.[1] ?? 0);
}

/** The method of a request, or of the request that a response answers. */
export function methodOf(message: SipMessage): string {
  if (statusOf(message) > 0) return header(message, "cseq").split(/\s+/)[1] ?? "";
  return message.start.split(" ")[0] ?? "";
}

export const requestUri = (message: SipMessage): string => message.start.split(" ")[1] ?? "";

export const cseqNumber = (message: SipMessage): number => Number.parseInt(header(message, "cseq"), 10);

export const tagOf = (value: string): string => /;tag=([^;>\s]+)/.exec(value)?.[1] ?? "";

export const uriOf = (value: string): string => /<([^>]+)>/.exec(value)?.[1] ?? value.split(";")[0] ?? "";
