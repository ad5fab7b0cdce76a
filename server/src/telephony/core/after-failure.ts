/** What a failed attempt through one carrier means: the next carrier's turn, or the end of the call. */
export interface FailedAttempt {
  /** The final status; null: there was none. */
  sipStatus: number | null;
  /** Why we stopped, when it was us. */
  cause: "declined" | "no-answer" | "unreachable" | "failed" | "cancelled";
  /** A 180 or 183 had come: the carrier had found whom we call. */
  wasRinging: boolean;
  /** Nothing at all had come, for too long. */
  wasSilent: boolean;
  /** Of a 503 (RFC 3261 §21.5.4). */
  retryAfterMs: number | null;
  /** The Q.850 cause of a Reason header (RFC 3326), where the carrier tells the network's. */
  q850: number | null;
  /** A carrier that can't reach an emergency service says so in any way: the next one may. */
  isEmergency: boolean;
}

export type AfterFailure =
  | { go: "end" }
  /** `restMs`: how long the carrier is to be left alone. */
  | { go: "next"; restMs: number };

/** What the callee, or the numbering plan, has decided: another carrier would ring them again, or find nobody either. */
const decidedByCallee: ReadonlySet<number> = new Set([
  404, 410, 480, 484, 485, 486, 487, 600, 603, 604, 607, 608,
]);
/** Unallocated, changed, busy, no answer, rejected, invalid number (ITU-T Q.850), inside a 500 or a 503. */
const decidedInNetwork: ReadonlySet<number> = new Set([1, 17, 18, 19, 21, 22, 28]);
/** What a refusal says besides its status (Retry-After, Reason). */
export function readRefusal(headers: { retryAfter: string | undefined; reason: string | undefined }): {
  retryAfterMs: number | null;
  q850: number | null;
} {
  const seconds = /^\s*(\d{1,10})/.exec(headers.retryAfter ?? "")?.[1];
  const cause = /\bQ\.850\s*;[^,]*?\bcause\s*=\s*(\d{1,3})/i.exec(headers.reason ?? "")?.[1];
  return {
    retryAfterMs: seconds === undefined ? null : Number(seconds) * 1_000,
    q850: cause === undefined ? null : Number(cause),
  };
}

const longestRestMs = 3_600_000;

/**
 * Another carrier is tried when this one could not carry the call: silence, a lost transport (408, 503 of our own
 * edge), its 5xx, its refusal of us (401, 403, 407), or of what we offer (488). Never when a telephone had begun to
 * ring: nobody is rung twice for one call. An emergency call tries them all.
 */
export function afterFailure(attempt: FailedAttempt): AfterFailure {
  const { sipStatus, cause, wasRinging, wasSilent, retryAfterMs, q850, isEmergency } = attempt;
  const restMs = sipStatus === 503 ? Math.min(Math.max(0, retryAfterMs ?? 0), longestRestMs) : 0;
  if (wasSilent) return { go: "next", restMs: 0 };
  if (cause === "cancelled" || cause === "no-answer") return { go: "end" };
  if (isEmergency) return { go: "next", restMs };
  if (wasRinging) return { go: "end" };
  if (sipStatus === null) return { go: "next", restMs };
  if (sipStatus < 300) return { go: "end" }; // answered, and lost by our own media server
  if (decidedByCallee.has(sipStatus) || (q850 !== null && decidedInNetwork.has(q850))) return { go: "end" };
  return { go: "next", restMs };
}
