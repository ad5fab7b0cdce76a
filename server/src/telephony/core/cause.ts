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
  "media-lost", // nothing came from the party for too long: unplugged, or its network is gone
  "session-expired", // RFC 4028: nobody refreshed the session
  "server-lost", // its media server is gone
  "shutdown", // this server is going down, or it lost its SIP edge
  "failed", // everything else
] as const;
export type HangUpCause = (typeof hangUpCauses)[number];

const causeOfStatus: Record<number, HangUpCause> = {
  401: "forbidden",
  402: "forbidden",
  403: "forbidden",
  404: "not-found",
  405: "failed",
  407: "forbidden",
  408: "unreachable",
  410: "not-found",
  415: "unsupported",
  422: "session-expired",
  430: "unreachable",
  480: "unreachable",
  481: "failed",
  484: "not-found",
  486: "busy",
  487: "cancelled",
  488: "unsupported",
  500: "failed",
  501: "failed",
  502: "unreachable",
  503: "congestion",
  504: "unreachable",
  600: "busy",
  603: "declined",
  604: "not-found",
  606: "unsupported",
  607: "declined",
  608: "declined",
};

/** The word for a final SIP status that refused a call. */
export function causeOfSipStatus(status: number): HangUpCause {
  return causeOfStatus[status] ?? "failed";
}

/** Q.850 number, FreeSWITCH's name, our word. Numbers from ITU-T Q.850, names from switch_cause.h. */
const q850: readonly (readonly [number, string, HangUpCause])[] = [
  [1, "UNALLOCATED_NUMBER", "not-found"],
  [2, "NO_ROUTE_TRANSIT_NET", "unreachable"],
  [3, "NO_ROUTE_DESTINATION", "unreachable"],
  [16, "NORMAL_CLEARING", "normal"],
  [17, "USER_BUSY", "busy"],
  [18, "NO_USER_RESPONSE", "unreachable"],
  [19, "NO_ANSWER", "no-answer"],
  [20, "SUBSCRIBER_ABSENT", "unreachable"],
  [21, "CALL_REJECTED", "declined"],
  [22, "NUMBER_CHANGED", "not-found"],
  [27, "DESTINATION_OUT_OF_ORDER", "failed"],
  [28, "INVALID_NUMBER_FORMAT", "not-found"],
  [31, "NORMAL_UNSPECIFIED", "normal"],
  [34, "NORMAL_CIRCUIT_CONGESTION", "congestion"],
  [38, "NETWORK_OUT_OF_ORDER", "unreachable"],
  [41, "NORMAL_TEMPORARY_FAILURE", "failed"],
  [42, "SWITCH_CONGESTION", "congestion"],
  [44, "REQUESTED_CHAN_UNAVAIL", "congestion"],
  [58, "BEARERCAPABILITY_NOTAVAIL", "unsupported"],
  [65, "BEARERCAPABILITY_NOTIMPL", "unsupported"],
  [88, "INCOMPATIBLE_DESTINATION", "unsupported"],
  [102, "RECOVERY_ON_TIMER_EXPIRE", "unreachable"],
  [111, "PROTOCOL_ERROR", "failed"],
  [127, "INTERWORKING", "failed"],
  [487, "ORIGINATOR_CANCEL", "cancelled"],
  [502, "MANAGER_REQUEST", "shutdown"],
  [604, "MEDIA_TIMEOUT", "media-lost"],
  [607, "ALLOTTED_TIMEOUT", "no-answer"],
  [902, "SYSTEM_SHUTDOWN", "shutdown"],
];

/** The word for a FreeSWITCH `Hangup-Cause`. */
export function causeOfChannel(hangupCause: string | undefined): HangUpCause {
  return q850.find(([, name]) => name === hangupCause)?.[2] ?? "failed";
}

/** The Q.850 number that a BYE or CANCEL of ours carries in its Reason header. */
const q850OfCause: Record<HangUpCause, number> = {
  normal: 16,
  cancelled: 16,
  busy: 17,
  declined: 21,
  "no-answer": 19,
  "not-found": 1,
  unreachable: 20,
  forbidden: 21,
  unsupported: 88,
  congestion: 42,
  "media-lost": 41,
  "session-expired": 102,
  "server-lost": 41,
  shutdown: 41,
  failed: 41,
};

/** A Reason header (RFC 3326) for a BYE of ours. */
export function reasonHeader(cause: HangUpCause): string {
  return `Q.850;cause=${q850OfCause[cause]};text="${cause}"`;
}

/** The word in a Reason header of a BYE that we received; null when it says nothing. */
export function causeOfReason(header: string | undefined): HangUpCause | null {
  const match = /^\s*(Q\.850|SIP)\s*;.*?cause\s*=\s*(\d{1,3})/i.exec(header ?? "");
  if (!match) return null;
  // FreeSWITCH's own causes are beyond Q.850 and differ in number between its versions: their names tell.
  const name = /text\s*=\s*"?([A-Z_]+)/.exec(header ?? "")?.[1];
  const named = q850.find(([, known]) => known === name);
  if (named) return named[2];
  const code = Number(match[2]);
  if (/session timer expired/i.test(header ?? "")) return "session-expired";
  if (match[1]?.toUpperCase() === "SIP") return code < 300 ? "normal" : causeOfSipStatus(code);
  return q850.find(([number]) => number === code)?.[2] ?? "failed";
}

/** How a ring that was not answered ended, by the final status and whether the phone had rung. */
export function ringFailureOf(
  status: number,
  wasRinging: boolean,
): "declined" | "no-answer" | "unreachable" | "failed" {
  // 480 is what SIP.js and many phones send when the user presses "decline"; without ringing it means
  // "do not disturb" or "not registered here".
  if (status === 480) return wasRinging ? "declined" : "unreachable";
  if (status === 486 || status === 600 || status === 603) return "declined";
  if (status === 408 && wasRinging) return "no-answer";
  if (status === 404 || status === 408 || status === 410 || status === 430 || status === 502)
    return "unreachable";
  if (status === 503 || status === 504) return "unreachable";
  return "failed";
}
