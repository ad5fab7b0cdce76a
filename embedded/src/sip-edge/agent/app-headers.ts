import type { AppMessage } from "../control/app-message.ts";
import type { Header } from "../grammar/message.ts";
import { formatNameAddr, parseNameAddr } from "../grammar/name-addr.ts";
import { bracketHost, formatSipUri, parseSipUri } from "../grammar/uri.ts";
import type { Address, Protocol } from "../transport/flow.ts";

/** What an application may not set at all, in drachtio's words: immutable. */
const immutable: readonly string[] = ["Via", "Route", "RSeq", "Record-Route", "Content-Length"];
/** In a dialog, and on responses, these belong to the dialog. */
const identity: readonly string[] = ["From", "To", "Call-ID", "CSeq"];
const addressHeaders = new Set(["From", "To", "Contact", "P-Asserted-Identity"]);

/** The application's headers for a request outside of dialogs, `@localhost` made our own address. */
export function freeHeaders(app: AppMessage, own: Address): Header[] {
  return app.headers.filter(({ name }) => !immutable.includes(name)).map((header) => localize(header, own));
}

/** The same for a request in a dialog or a response. */
export function dialogHeaders(app: AppMessage, own: Address): Header[] {
  return freeHeaders(app, own).filter(({ name }) => !identity.includes(name));
}

function localize(header: Header, own: Address): Header {
  if (!addressHeaders.has(header.name) || !header.value.includes("@localhost")) return header;
  return { name: header.name, value: replaceHost(header.value, own) ?? header.value };
}

/** Repoints the URI of an address at a host and port; undefined when it isn't a sip address. */
export function replaceHost(value: string, own: Address): string | undefined {
  const address = parseNameAddr(value);
  const uri = address === undefined ? undefined : parseSipUri(address.uri);
  if (address === undefined || uri === undefined) return undefined;
  return formatNameAddr({
    ...address,
    uri: formatSipUri({ ...uri, host: bracketHost(own.host), port: own.port }),
  });
}

/** Our Contact on a transport, in drachtio's form. */
export function ownContact(protocol: Protocol, own: Address): string {
  const transport = protocol === "udp" ? "" : `;transport=${protocol}`;
  return `<sip:${bracketHost(own.host)}:${String(own.port)}${transport}>`;
}

/** A body that begins as SDP is SDP; any other needs the application's own Content-Type. */
export function impliedContentType(app: AppMessage): Header[] | "missing" {
  const isNamed = app.headers.some(({ name }) => name === "Content-Type");
  if (app.body.length === 0 || isNamed) return [];
  if (app.body.subarray(0, 3).toString("latin1") === "v=0") {
    return [{ name: "Content-Type", value: "application/sdp" }];
  }
  return "missing";
}
