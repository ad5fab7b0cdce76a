import { readRefusal } from "../core/after-failure.ts";
import type { SipError } from "../drachtio.ts";
import type { RingFailure } from "../interfaces.ts";

/** What a refusal of an INVITE said besides its status; nothing when it said nothing. */
export function refusalOf({ res }: SipError): Pick<RingFailure, "refusal"> {
  const refusal = readRefusal({ retryAfter: res?.get("Retry-After"), reason: res?.get("Reason") });
  return refusal.retryAfterMs === null && refusal.q850 === null ? {} : { refusal };
}
