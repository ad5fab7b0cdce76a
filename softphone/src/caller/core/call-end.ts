/** Why a web call ended, as told to the caller. */
export type CallEnd =
  | "you-hung-up"
  | "they-hung-up"
  | "number-not-open" // 403, 404, 410: nobody may call this number from the web (any more)
  | "busy" // 486, 600, 603
  | "no-answer" // 408, 480, 487
  | "no-capacity" // 503: try again in a while
  | "too-many-calls" // this address called too often
  | "network" // the connection broke or was never there
  | "failed"; // anything else

/** From the SIP status with which an INVITE was refused. */
export function endOfStatus(status: number): CallEnd {
  if (status === 403 || status === 404 || status === 410) return "number-not-open";
  if (status === 486 || status === 600 || status === 603) return "busy";
  if (status === 408 || status === 480 || status === 487) return "no-answer";
  return status === 503 ? "no-capacity" : "failed";
}

/** From the code with which the credential for the call was refused. */
export function endOfRefusal(code: string): CallEnd {
  if (code === "not-found" || code === "gone" || code === "forbidden") return "number-not-open";
  if (code === "rate-limited") return "too-many-calls";
  if (code === "unavailable") return "no-capacity";
  return code === "network" ? "network" : "failed";
}
