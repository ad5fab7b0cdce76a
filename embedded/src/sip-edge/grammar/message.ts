/**
 * A SIP message as data. Text is kept as "binary strings" (one char per byte, latin1), so that whatever
 * encoding a peer used passes through unchanged; the body stays bytes.
 */
export interface Header {
  readonly name: string;
  readonly value: string;
}

export interface SipRequest {
  readonly type: "request";
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

export interface SipResponse {
  readonly type: "response";
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

export type SipMessage = SipRequest | SipResponse;

export const emptyBody: Buffer = Buffer.alloc(0);

/** The first value of a header, by its name in any case. */
export function headerValue(message: Pick<SipMessage, "headers">, name: string): string | undefined {
  const lower = name.toLowerCase();
  return message.headers.find((header) => header.name.toLowerCase() === lower)?.value;
}

/** Every line of a header in order, not split at commas. */
export function headerValues(message: Pick<SipMessage, "headers">, name: string): string[] {
  const lower = name.toLowerCase();
  return message.headers
    .filter((header) => header.name.toLowerCase() === lower)
    .map((header) => header.value);
}

/** The elements of a header whose lines may be comma lists (RFC 3261 section 7.3.1). */
export function headerList(message: Pick<SipMessage, "headers">, name: string): string[] {
  return headerValues(message, name).flatMap(splitCommaList);
}

/** Splits at commas outside of quoted strings and angle brackets. Empty elements are dropped. */
export function splitCommaList(value: string): string[] {
  const elements: string[] = [];
  let start = 0;
  for (const comma of topLevelCommas(value)) {
    elements.push(value.slice(start, comma));
    start = comma + 1;
  }
  elements.push(value.slice(start));
  return elements.map((element) => element.trim()).filter((element) => element !== "");
}

function* topLevelCommas(value: string): Generator<number> {
  let isQuoted = false;
  let angleDepth = 0;
  for (let index = 0; index < value.length; index++) {
    const char = value[index];
    if (isQuoted && char === "\\") index++;
    else if (char === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (char === "<") angleDepth++;
    else if (char === ">") angleDepth = Math.max(0, angleDepth - 1);
    else if (char === "," && angleDepth === 0) yield index;
  }
}
