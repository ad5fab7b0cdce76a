/**
 * Whether a carrier answers OPTIONS (RFC 3261 §11).
 *
 *   unknown ──answer──► up ──two misses in a row──► down ──answer──► up
 *      └───two misses──► down
 */
export interface CarrierHealth {
  state: "unknown" | "up" | "down";
  /** Epoch milliseconds of the last change; null while unknown. */
  since: number | null;
  misses: number;
  /** Of the last answer. */
  roundTripMs: number | null;
  /** What the last check found. */
  sentence: string | null;
}

export interface CheckResult {
  isAlive: boolean;
  roundTripMs: number | null;
  sentence: string;
}

export const unknownHealth: CarrierHealth = {
  ...{ state: "unknown", since: null, misses: 0, roundTripMs: null, sentence: null },
};

const missesUntilDown = 2;
/** A first miss is looked into soon: a lost datagram must not be half of a verdict for long. */
const secondLookMs = 2_000;

export function afterCheck(before: CarrierHealth, result: CheckResult, now: number): CarrierHealth {
  const { roundTripMs, sentence } = result;
  const misses = result.isAlive ? 0 : before.misses + 1;
  const isDown = misses >= missesUntilDown;
  const state = result.isAlive ? "up" : isDown ? "down" : before.state;
  const since = state === before.state ? before.since : now;
  return { state, since, misses, roundTripMs, sentence };
}

/** Until the next check: a tenth more or less, so that checks of many trunks and nodes spread. `random`: 0 to 1. */
export function nextCheckMs(health: CarrierHealth, everyMs: number, random: number): number {
  const isUnsure = health.misses > 0 && health.state !== "down";
  const steady = isUnsure ? Math.min(everyMs, secondLookMs) : everyMs;
  return Math.round(steady * (0.9 + random * 0.2));
}

/** Any answer says that somebody is there, except "service unavailable". */
export function isSignOfLife(status: number): boolean {
  return status !== 503;
}
