import type { Binding } from "./registration-table.ts";
import { parseSipUri } from "./sip-text.ts";

/**
 * Home and office routers forget a UDP mapping that is silent for 30 s and more (RFC 4787 REQ-5 asks for two minutes,
 * few grant them). Every phone behind one hears from us this often.
 */
export const keepOpenEveryMs = 20_000;
/** One share a second, so that a house full of phones is no burst. */
const shares = keepOpenEveryMs / 1_000;

/** Whether a phone calls itself by another address than its packets come from: a NAT is between us, and UDP its way. */
export function isBehindNat({ contact, source }: Pick<Binding, "contact" | "source">): boolean {
  return source.transport === "udp" && parseSipUri(contact)?.host !== source.address;
}

/** Those to be kept open in this second of the round. */
export function dueNow(bindings: readonly Binding[], second: number): Binding[] {
  // The share first: it costs nothing, and most are of another one.
  return bindings.filter(
    (binding) => binding.source.port % shares === second % shares && isBehindNat(binding),
  );
}
