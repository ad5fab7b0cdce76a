import { buildResponse } from "../grammar/build-response.ts";
import { headerList, headerValue, type SipRequest, type SipResponse } from "../grammar/message.ts";
import { parseNameAddr } from "../grammar/name-addr.ts";
import { serializeMessage } from "../grammar/serialize-message.ts";

let serial = 0;

export interface CallerOptions {
  readonly port: number;
  readonly transport?: string;
  readonly method?: string;
  readonly uri?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly fromTag?: string;
  readonly toTag?: string;
  readonly branch?: string;
  readonly contact?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

export const sdp = [
  "v=0",
  "o=- 1 1 IN IP4 127.0.0.1",
  "s=-",
  "c=IN IP4 127.0.0.1",
  "t=0 0",
  "m=audio 4000 RTP/AVP 0",
  "a=sendrecv",
  "",
].join("\r\n");

/** A request as a phone at that port would send it; what isn't given is fresh. */
export function composeRequest(options: CallerOptions): string {
  serial += 1;
  const { port, transport = "UDP", method = "INVITE", body = "" } = options;
  const uri = options.uri ?? "sip:1000@127.0.0.1";
  const branch = options.branch ?? `z9hG4bK-test-${String(serial)}`;
  const suffix = transport === "UDP" ? "" : `;transport=${transport.toLowerCase()}`;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/${transport} 127.0.0.1:${String(port)};rport;branch=${branch}`,
    "Max-Forwards: 70",
    `From: "Alice" <sip:alice@127.0.0.1>;tag=${options.fromTag ?? "alice-tag"}`,
    `To: <sip:1000@127.0.0.1>${options.toTag === undefined ? "" : `;tag=${options.toTag}`}`,
    `Call-ID: ${options.callId ?? `call-${String(serial)}@test`}`,
    `CSeq: ${String(options.cseq ?? 1)} ${method}`,
    `Contact: ${options.contact ?? `<sip:alice@127.0.0.1:${String(port)}${suffix}>`}`,
    ...(options.headers ?? []),
    ...(body === "" ? [] : ["Content-Type: application/sdp"]),
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    "",
    body,
  ].join("\r\n");
}

/** The response of a phone to what the edge sent it. */
export function composeResponse(
  request: SipRequest,
  status: number,
  options: {
    readonly contact?: string;
    readonly body?: string;
    readonly headers?: readonly [string, string][];
  } = {},
): Buffer {
  const headers = (options.headers ?? []).map(([name, value]) => ({ name, value }));
  if (options.contact !== undefined) headers.push({ name: "Contact", value: options.contact });
  if (options.body !== undefined) headers.push({ name: "Content-Type", value: "application/sdp" });
  const toTag = status === 100 ? {} : { toTag: "phone-tag" };
  const body = Buffer.from(options.body ?? "", "latin1");
  return serializeMessage(buildResponse(request, { status, reason: "Because", ...toTag, headers, body }));
}

export function tagFrom(message: SipRequest | SipResponse, header: "From" | "To"): string {
  return /;tag=([^;]+)/.exec(headerValue(message, header) ?? "")?.[1] ?? "";
}

export function contactOf(message: SipRequest | SipResponse): string {
  return parseNameAddr(headerList(message, "Contact")[0] ?? "")?.uri ?? "";
}
