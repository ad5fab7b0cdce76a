/**
 * How long a party may send nothing before it counts as vanished: a phone that is unplugged says no BYE. The media
 * server does the listening; it counts from the answer, so a party that never sends anything is found as well.
 */
import { inspectOffer, usesIce } from "./sdp.ts";

/** With an INVITE to the media server: milliseconds, 0 for ever (freeswitch-config/dialplan). */
export const silenceHeader = "X-Ringdown-Media-Timeout";

/** On hold a phone may be silent, but a call that nobody ever comes back to must end. */
const onHoldMs = 3_600_000;

export interface SilenceLimits {
  agentMs: number;
  /** Callers and others outside. */
  outsideMs: number;
}

/**
 * An agent who is lost leaves a customer in silence: that has to be noticed soon. Of others' telephones we know
 * nothing: some send nothing while nobody speaks, so they get three times as long.
 */
export function silenceLimits(agentMs: number): SilenceLimits {
  return { agentMs, outsideMs: agentMs * 3 };
}

/** The limit that goes with an offer: another one while it says that its sender will send nothing. 0 stays 0. */
export function silenceLimitFor(offer: string, limitMs: number): number {
  return limitMs > 0 && !willSend(offer) ? Math.max(limitMs, onHoldMs) : limitMs;
}

function willSend(offer: string): boolean {
  const verdict = inspectOffer(offer);
  if (verdict.ok && verdict.direction !== "sendrecv") return false;
  // Hold in the old way (RFC 2543, appendix B.5); with ICE the address means nothing.
  return !/^c=IN IP4 0\.0\.0\.0\r?$/m.test(offer) || usesIce(offer);
}
