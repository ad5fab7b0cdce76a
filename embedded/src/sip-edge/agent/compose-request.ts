import type { AppMessage } from "../control/app-message.ts";
import { parseCSeq } from "../grammar/cseq.ts";
import type { Header, SipRequest } from "../grammar/message.ts";
import { formatNameAddr, parseNameAddr, tagOf } from "../grammar/name-addr.ts";
import { parseSipUri } from "../grammar/uri.ts";
import { newTag, newTransactionId } from "../identifiers.ts";
import type { Address, Flow } from "../transport/flow.ts";
import { freeHeaders, impliedContentType, ownContact, replaceHost } from "./app-headers.ts";

/** Methods that an application may send, drachtio's list. */
const knownMethods = new Set([
  "INVITE",
  "ACK",
  "CANCEL",
  "BYE",
  "OPTIONS",
  "REGISTER",
  "INFO",
  "PRACK",
  "UPDATE",
  "MESSAGE",
  "SUBSCRIBE",
  "NOTIFY",
  "REFER",
  "PUBLISH",
]);

export interface StartLine {
  readonly method: string;
  readonly uri: string;
}

/** A refusal in drachtio's words; it becomes the NOK of the request. */
export class NotSent extends Error {}

/** The start line of a request outside of dialogs. */
export function readStartLine(app: AppMessage): StartLine {
  const match = /^(\S+)\s+(\S+)(?:\s+SIP\/2\.0)?$/.exec(app.startLine);
  const [, method = "", uri = ""] = match ?? [];
  const isUri = /^tel:/i.test(uri) || parseSipUri(uri) !== undefined;
  if (!knownMethods.has(method) || !isUri) throw new NotSent(`invalid request-uri: ${app.startLine}`);
  return { method, uri };
}

/** In a dialog the URI is usually a placeholder for the remote target: then there is none. */
export function readDialogStartLine(app: AppMessage): { method: string; uri: string | undefined } {
  const [method = "", uri = ""] = app.startLine.split(" ");
  if (!knownMethods.has(method)) {
    throw new NotSent(`Server error: invalid or missing method supplied on start line: ${app.startLine}`);
  }
  return { method, uri: uri === "" || uri.includes("placeholder") ? undefined : uri };
}

/** Empty when the application named the type itself. */
export function requireContentType(app: AppMessage, prefix = ""): Header[] {
  const contentType = impliedContentType(app);
  if (contentType === "missing") throw new NotSent(`${prefix}missing content-type`);
  return contentType;
}

/** A request outside of dialogs, still without Via; what the application left out is filled in. */
export function composeRequest(start: StartLine, app: AppMessage, flow: Flow): SipRequest {
  const chosen = freeHeaders(app, flow.local);
  const find = (name: string): string | undefined => chosen.find((header) => header.name === name)?.value;
  const contact = find("Contact") ?? ownContact(flow.protocol, flow.local);
  const makesDialog = start.method === "INVITE" || start.method === "SUBSCRIBE";
  const ours = new Set(["From", "To", "Call-ID", "CSeq", "Contact", "Max-Forwards"]);
  const headers: Header[] = [
    { name: "Max-Forwards", value: find("Max-Forwards") ?? "70" },
    { name: "From", value: composeFrom(find("From") ?? contact, flow.local) },
    { name: "To", value: composeTo(find("To") ?? start.uri) },
    { name: "Call-ID", value: find("Call-ID") ?? newTransactionId() },
    { name: "CSeq", value: composeCSeq(find("CSeq"), start.method) },
    ...(makesDialog || find("Contact") !== undefined ? [{ name: "Contact", value: contact }] : []),
    ...chosen.filter(({ name }) => !ours.has(name)),
    ...requireContentType(app),
  ];
  return { type: "request", method: start.method, uri: start.uri, headers, body: app.body };
}

function composeFrom(value: string, own: Address): string {
  const local = value.includes("localhost") ? replaceHost(value, own) : value;
  const address = local === undefined ? undefined : parseNameAddr(local);
  if (address === undefined) throw new NotSent(`invalid from value provided by client: ${value}`);
  const text = formatNameAddr(address);
  return tagOf(text) === undefined ? `${text};tag=${newTag()}` : text;
}

function composeTo(value: string): string {
  const address = parseNameAddr(value);
  if (address === undefined) throw new NotSent("Error creating leg");
  return formatNameAddr(address);
}

function composeCSeq(chosen: string | undefined, method: string): string {
  const number = chosen === undefined ? undefined : parseCSeq(chosen)?.number;
  return `${String(number ?? Math.floor(Math.random() * 1_000_000) + 1)} ${method}`;
}
