/** More than both of these between talk and recording is a mismatch: small talks differ by start and stop alone. */
const toleratedShare = 0.02;
const toleratedMs = 300;

/** Whether a recording's length agrees with the talk that it should hold. */
export function isLengthRight(durationMs: number, expectedMs: number): boolean {
  const difference = Math.abs(durationMs - expectedMs);
  return difference <= toleratedMs || difference <= expectedMs * toleratedShare;
}
