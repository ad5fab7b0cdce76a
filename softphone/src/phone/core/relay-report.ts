import type { RelayWay } from "./ice-servers.ts";

/** What one relay said by one way. `refused`: it answers, but not to our credential. */
export interface RelayCheck {
  way: RelayWay;
  address: string;
  verdict: "reached" | "unreachable" | "refused";
}

/**
 * What it means for calls, one word for one sentence: `none` (no relay is set up), `fine`, `no-udp` (calls will go by
 * TCP or TLS), `unreachable` (where UDP is blocked there will be no sound), `refused` (the relay and the server disagree).
 */
export type RelayReport = "none" | "fine" | "no-udp" | "unreachable" | "refused";

export function reportRelays(checks: readonly RelayCheck[]): RelayReport {
  if (checks.length === 0) return "none";
  const reached = checks.filter(({ verdict }) => verdict === "reached");
  if (reached.length === 0)
    return checks.some(({ verdict }) => verdict === "refused") ? "refused" : "unreachable";
  const isUdpOffered = checks.some(({ way }) => way === "udp");
  return isUdpOffered && reached.every(({ way }) => way !== "udp") ? "no-udp" : "fine";
}

/** Error codes of `icecandidateerror` (RFC 8656 section 18 and the browser's own 701) that mean: it is there, but no. */
export function isRefusal(errorCode: number): boolean {
  return errorCode >= 400 && errorCode < 700;
}
