import type { Web } from "sip.js";
import { neededCandidate, type IceServers } from "./core/ice-servers.ts";

/** An offer waits no longer than this for its candidates. */
const patienceMs = { first: 1_000, afterMiss: 250 };
/** More candidates of the same kind come in the same moment. */
const graceMs = 50;

/** A relay that was out of reach for one call is not waited for in the next. */
let missedLast = false;

/** For SIP.js's `iceGatheringTimeout`. */
export function gatheringPatienceMs(): number {
  return missedLast ? patienceMs.afterMiss : patienceMs.first;
}

/**
 * Ends the waiting for candidates as soon as the offer has what the other side may need: with relays one relayed
 * address, with STUN alone one that STUN told. Gathering goes on behind the offer's back, and what is found later is
 * used too: the media server learns of it from the checks themselves (peer reflexive, RFC 8445 section 7.3.1.3). Without
 * this an unreachable relay, or one of three ways to it, would delay every answer.
 */
export function hurryGathering(handler: Web.SessionDescriptionHandler, servers: IceServers): void {
  const needed = neededCandidate(servers);
  const { peerConnection } = handler;
  if (needed === "host" || peerConnection === undefined) return;
  const hasEnough = () => peerConnection.localDescription?.sdp.includes(` typ ${needed}`) ?? false;
  peerConnection.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate?.type === needed) setTimeout(() => handler.iceGatheringComplete(), graceMs);
  });
  setTimeout(() => {
    if (peerConnection.signalingState !== "closed") missedLast = !hasEnough();
  }, patienceMs.first);
}
