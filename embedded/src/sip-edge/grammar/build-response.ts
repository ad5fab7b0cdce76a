import {
  emptyBody,
  headerValue,
  headerValues,
  type Header,
  type SipRequest,
  type SipResponse,
} from "./message.ts";
import { tagOf } from "./name-addr.ts";

export interface ResponseContent {
  readonly status: number;
  readonly reason: string;
  /** Added to To unless the request had a tag already; not wanted on 100 (RFC 3261 section 8.2.6.2). */
  readonly toTag?: string;
  readonly headers?: readonly Header[];
  readonly body?: Buffer;
}

/** A response by RFC 3261 section 8.2.6: Via, From, To, Call-ID and CSeq come from the request. */
export function buildResponse(request: SipRequest, content: ResponseContent): SipResponse {
  const headers: Header[] = headerValues(request, "Via").map((value) => ({ name: "Via", value }));
  for (const name of ["From", "To", "Call-ID", "CSeq"]) {
    const value = headerValue(request, name);
    if (value !== undefined)
      headers.push({ name, value: name === "To" ? withTag(value, content.toTag) : value });
  }
  headers.push(...(content.headers ?? []));
  const { status, reason } = content;
  return { type: "response", status, reason, headers, body: content.body ?? emptyBody };
}

function withTag(to: string, tag: string | undefined): string {
  return tag === undefined || tagOf(to) !== undefined ? to : `${to};tag=${tag}`;
}
