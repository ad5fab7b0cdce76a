/**
 * How long to wait before attempt `attempt` (0 is the first retry): at once, then doubling from half a second to
 * fifteen seconds, each with up to half of it taken off by `random` (0 to 1) so that clients don't return together.
 */
export function retryDelayMs(attempt: number, random: number): number {
  if (attempt <= 0) return Math.round(random * 100);
  const full = Math.min(15_000, 500 * 2 ** (attempt - 1));
  return Math.round(full * (1 - random / 2));
}
