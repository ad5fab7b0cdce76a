/** How long to wait between attempts at a connection that can't be made. */
const firstMs = 250;
const longestMs = 5_000;

/**
 * Before attempt `attempt` (1: the first after a loss): doubling up to a ceiling, and a quarter more or less by
 * `random` (0 to 1), so that a fleet does not knock on a server that has just come back all at the same time.
 */
export function backoffMs(attempt: number, random: number): number {
  const steady = Math.min(longestMs, firstMs * 2 ** Math.min(30, Math.max(0, attempt - 1)));
  return Math.round(steady * (0.75 + random / 2));
}
