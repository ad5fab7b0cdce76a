import type { AppMessage } from "../control/app-message.ts";
import { headerList, headerValues, type Header, type SipRequest } from "../grammar/message.ts";
import type { Flow } from "../transport/flow.ts";
import { dialogHeaders, impliedContentType, ownContact } from "./app-headers.ts";

export interface Status {
  readonly code: number;
  readonly reason: string;
}

/** The status line of an application's response; undefined when it is none. */
export function readStatus(startLine: string): Status | undefined {
  const match = /^SIP\/2\.0\s+([1-6]\d\d)(?:\s+(.*))?$/.exec(startLine);
  return match === null ? undefined : { code: Number(match[1]), reason: match[2] ?? "" };
}

export interface ComposedHeaders {
  readonly headers: readonly Header[];
  /** What the application itself chose among them. */
  readonly chosen: readonly Header[];
  /** The Contact that the response has, or would have. */
  readonly contact: string;
}

/** An application's headers with what a response of that status needs beside them. */
export function composeResponseHeaders(
  request: SipRequest,
  flow: Flow,
  code: number,
  app: AppMessage,
): ComposedHeaders {
  const chosen = dialogHeaders(app, flow.local);
  const chosenContact = chosen.find(({ name }) => name === "Contact")?.value;
  const contact = chosenContact ?? ownContact(flow.protocol, flow.local);
  const contentType = impliedContentType(app);
  const addsContact = chosenContact === undefined && needsContact(request, code);
  const headers = [
    ...recordRoute(request, code),
    ...(addsContact ? [{ name: "Contact", value: contact }] : []),
    ...chosen,
    ...(contentType === "missing" ? [] : contentType),
  ];
  return { headers, chosen, contact };
}

/** RFC 3261 section 12.1.1: Record-Route goes back unchanged with what makes a dialog. */
function recordRoute(request: SipRequest, code: number): Header[] {
  const makesDialog = request.method === "INVITE" || request.method === "SUBSCRIBE";
  if (!makesDialog || code <= 100 || code >= 300) return [];
  return headerValues(request, "Record-Route").map((value) => ({ name: "Record-Route", value }));
}

function needsContact(request: SipRequest, code: number): boolean {
  const isForContacts = ["INVITE", "SUBSCRIBE", "UPDATE"].includes(request.method);
  return isForContacts && code > 100 && code < 300;
}

/** The application asks for RFC 3262 by requiring 100rel on a provisional response. */
export function wantsReliability(code: number, request: SipRequest, app: AppMessage): boolean {
  const isProvisional = code > 100 && code < 200 && request.method === "INVITE";
  return (
    isProvisional && app.headers.some(({ name, value }) => name === "Require" && value.includes("100rel"))
  );
}

export function supportsReliability(request: SipRequest): boolean {
  return [...headerList(request, "Supported"), ...headerList(request, "Require")].includes("100rel");
}
