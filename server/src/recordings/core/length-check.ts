/** More than both of these between talk and recording is a mismatch: small talks differ by start and stop alone. */
const toleratedShare = 0.02;
const toleratedMs = 300;
/** What FreeSWITCH may lose of a recording each time its channel leaves a bridge and joins one again (docs/recordings.md). */
const lostPerPartingMs = 150;

/** Whether a recording's length agrees with the talk that it should hold. */
export function isLengthRight(durationMs: number, expectedMs: number, partings = 0): boolean {
  const missing = expectedMs - durationMs;
  // Audio that is missing may have been lost so; audio that is too much has no such excuse.
  const difference = missing > 0 ? Math.max(0, missing - partings * lostPerPartingMs) : -missing;
  return difference <= toleratedMs || difference <= expectedMs * toleratedShare;
}
