import { headerList, type SipRequest, type SipResponse } from "../grammar/message.ts";
import { parseNameAddr } from "../grammar/name-addr.ts";
import { parseSipUri, unbracketHost, type SipUri } from "../grammar/uri.ts";
import type { Address, Flow } from "../transport/flow.ts";
import { contactUriOf } from "./dialog.ts";

/**
 * drachtio's NAT check for a caller over UDP: no Record-Route, and a Contact that isn't the source address.
 * Requests in the dialog then go to the source.
 */
export function natHopOfCaller(request: SipRequest, flow: Flow): Address | undefined {
  if (flow.protocol !== "udp" || headerList(request, "Record-Route").length > 0) return undefined;
  const contact = parseSipUri(contactUriOf(request) ?? "");
  if (contact === undefined) return undefined;
  const isElsewhere =
    hostOf(contact) !== flow.remote.host || (contact.port ?? flow.remote.port) !== flow.remote.port;
  return isElsewhere ? flow.remote : undefined;
}

/** The same for a called party: a private first route, or without routes a Contact on another host. */
export function natHopOfCallee(
  response: SipResponse,
  routeSet: readonly string[],
  flow: Flow,
  source: Address,
): Address | undefined {
  if (flow.protocol !== "udp") return undefined;
  const [firstRoute] = routeSet;
  if (firstRoute !== undefined) {
    const route = parseSipUri(parseNameAddr(firstRoute)?.uri ?? "");
    return route !== undefined && isPrivate(hostOf(route)) ? source : undefined;
  }
  const contact = parseSipUri(contactUriOf(response) ?? "");
  return contact !== undefined && hostOf(contact) !== source.host ? source : undefined;
}

function hostOf(uri: SipUri): string {
  return unbracketHost(uri.host);
}

/** RFC 1918. */
function isPrivate(host: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host);
}
