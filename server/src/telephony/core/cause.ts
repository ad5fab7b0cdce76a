/**
 * Why a leg ended or a call could not be made, in one word. SIP statuses (RFC 3261 §21), Q.850 causes as
 * FreeSWITCH names them, and the Reason header (RFC 3326) all become one of these.
 */
export const hangUpCauses = [
  "normal", // somebody hung up
  "cancelled", // the caller left before the answer
  "busy",
  "declined",
  "no-answer",
  "not-found",
  "unreachable", // not registered, no route, time-out of the transport
  "forbidden",
  "unsupported", // no common codec, unacceptable media
  "congestion", // no capacity here or there
  "media-lost", // ICE or DTLS failed, or the media stopped
  "session-expired", // RFC 4028: nobody refreshed the session
  "shutdown", // this server is going down, or it lost its SIP edge or media server
  "failed", // everything else
] as const;
export type HangUpCause = (typeof hangUpCauses)[number];
