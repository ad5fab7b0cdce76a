import { buildResponse } from "../grammar/build-response.ts";
import {
  headerValue,
  type Header,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from "../grammar/message.ts";
import { parseMessage } from "../grammar/parse-message.ts";
import { serializeMessage } from "../grammar/serialize-message.ts";
import { bracketHost } from "../grammar/uri.ts";
import { findRefusal } from "../grammar/validate-request.ts";
import { formatVia, parseVia } from "../grammar/via.ts";
import { parseCSeq } from "../grammar/cseq.ts";
import { statelessTag } from "../identifiers.ts";
import type { Flow } from "../transport/flow.ts";

export interface IntakeUser {
  onRequest(request: SipRequest, flow: Flow): void;
  onResponse(response: SipResponse, flow: Flow): void;
}

/**
 * From bytes to sound messages. What is unsound gets its answer here, without leaving any state behind, or
 * silence when it is no request or can't be answered.
 */
export class Intake {
  readonly #user: IntakeUser;

  constructor(user: IntakeUser) {
    this.#user = user;
  }

  onBytes(bytes: Buffer, flow: Flow): void {
    const result = parseMessage(bytes);
    if (result.type === "unusable") {
      if (result.partial !== undefined) refusePartial(result.partial, result.status, result.problem, flow);
      // Whoever is at the far end of this stream doesn't speak SIP.
      else flow.close();
      return;
    }
    const { message } = result;
    if (message.type === "response") {
      if (isSoundResponse(message)) this.#user.onResponse(message, flow);
      return;
    }
    if (!namesItsTransport(message, flow)) return;
    const request = markSource(message, flow);
    const refusal = findRefusal(request);
    if (refusal === undefined) this.#user.onRequest(request, flow);
    else refuseRequest(request, refusal, flow);
  }

  onBroken(status: 400 | 513, head: Buffer, flow: Flow): void {
    const result = parseMessage(head);
    const message = result.type === "message" ? result.message : result.partial;
    const reason = status === 513 ? "Message Too Large" : "Bad Content-Length";
    if (message !== undefined) refusePartial(message, status, reason, flow);
  }
}

function refusePartial(message: SipMessage, status: number, reason: string, flow: Flow): void {
  if (message.type === "request") refuseRequest(markSource(message, flow), { status, reason }, flow);
}

function refuseRequest(
  request: SipRequest,
  refusal: { readonly status: number; readonly reason: string; readonly headers?: readonly Header[] },
  flow: Flow,
): void {
  const isAnswerable = ["Via", "From", "To", "Call-ID", "CSeq"].some(
    (name) => headerValue(request, name) !== undefined,
  );
  const hasVia = parseVia(headerValue(request, "Via") ?? "") !== undefined;
  if (request.method === "ACK" || !isAnswerable || (!hasVia && !flow.isReliable)) return;
  const seed = `${headerValue(request, "Via") ?? ""}|${headerValue(request, "Call-ID") ?? ""}`;
  flow.send(serializeMessage(buildResponse(request, { ...refusal, toTag: statelessTag(seed) })));
}

/**
 * Whether the top Via names the transport that the request came by. sofia-sip, which drachtio-server is made of, drops a
 * request where it does not, without an answer (`agent_check_request_via`); a Via that can't be read is refused elsewhere.
 */
function namesItsTransport(request: SipRequest, flow: Flow): boolean {
  const via = parseVia(headerValue(request, "Via") ?? "");
  return via === undefined || via.transport === flow.protocol.toUpperCase();
}

function isSoundResponse(response: SipResponse): boolean {
  const hasVia = parseVia(headerValue(response, "Via") ?? "") !== undefined;
  return hasVia && parseCSeq(headerValue(response, "CSeq") ?? "") !== undefined;
}

/**
 * RFC 3261 section 18.2.1 and RFC 3581 section 4: notes on the top Via where the request really came from. As in
 * drachtio (server-rport 2) that is done unasked, and answers go there: a phone behind a NAT may not know to ask.
 * What the sender claims there itself is overwritten.
 */
function markSource(request: SipRequest, flow: Flow): SipRequest {
  const index = request.headers.findIndex(({ name }) => name === "Via");
  const via = parseVia(request.headers[index]?.value ?? "");
  if (via === undefined) return request;
  const params = new Map(via.params);
  params.set("rport", String(flow.remote.port));
  params.set("received", bracketHost(flow.remote.host));
  const marked = { name: "Via", value: formatVia({ ...via, params }) };
  return {
    ...request,
    headers: request.headers.map((header, position) => (position === index ? marked : header)),
  };
}
