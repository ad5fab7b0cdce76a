import type { RegisterAnswer } from "../core/registering.ts";
import type { TrunkPeer } from "../directories.ts";
import type { Answer } from "./ask.ts";
import { carrierHost } from "./carrier-uri.ts";

export type RegisteringTrunk = TrunkPeer & { registration: NonNullable<TrunkPeer["registration"]> };

/** The headers of a REGISTER (RFC 3261 §10.2); expiry 0 takes the binding back. */
export function registerHeaders(
  { registration, contactToken }: RegisteringTrunk,
  binding: { callId: string; tag: string; cseq: number; expirySeconds: number },
): Record<string, string> {
  const { registrarUri, transport, username } = registration;
  const address = `<sip:${encodeUser(username)}@${carrierHost(registrarUri)}>`;
  const via = transport === "udp" ? "" : `;transport=${transport}`;
  const { callId, tag, cseq, expirySeconds } = binding;
  return {
    From: `${address};tag=${tag}`,
    To: address,
    "Call-ID": callId,
    CSeq: `${cseq} REGISTER`,
    // The edge writes its own address, as seen from the carrier, for localhost.
    Contact: `<sip:${contactToken}@localhost${via}>;expires=${expirySeconds}`,
    Expires: String(expirySeconds),
  };
}

/** What the registrar said, as decisions want it. */
export function toAnswer({ response }: Answer): RegisterAnswer {
  return {
    status: response?.status ?? null,
    reason: response?.reason ?? "",
    contact: response?.get("Contact"),
    expires: response?.get("Expires"),
    minExpires: response?.get("Min-Expires"),
    retryAfter: response?.get("Retry-After"),
  };
}

/** What RFC 3261 §25.1 does not allow in a user part is escaped. */
function encodeUser(text: string): string {
  return text.replace(/[^A-Za-z0-9\-_.!~*'()&=+$,;?/]/g, (char) => encodeURIComponent(char));
}
