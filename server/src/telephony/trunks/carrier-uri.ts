import type { CarrierTransport } from "../directories.ts";

/** Where a request to a carrier goes: `sip:+4930123456@carrier.example:5060;transport=tcp`. */
export function carrierUri(uri: string, transport: CarrierTransport, user?: string): string {
  // "#" begins a fragment elsewhere, and is not allowed in a user part (RFC 3261 §25.1).
  const at = user === undefined ? "" : `${user.replaceAll("#", "%23")}@`;
  return `sip:${at}${uri.slice("sip:".length)}${transport === "udp" ? "" : `;transport=${transport}`}`;
}

/** `carrier.example` of `sip:carrier.example:5060`; brackets stay. */
export function carrierHost(uri: string): string {
  return uri.slice("sip:".length).replace(/:\d+$/, "");
}
