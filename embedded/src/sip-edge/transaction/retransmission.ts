import type { Cancel, Clock } from "../clock.ts";

/**
 * Sends again and again with growing pauses (timers A, E and G). Without a ceiling the pause doubles for ever
 * (timer A); with one it stops growing there (timers E and G: T2).
 */
export function startRetransmission(
  clock: Clock,
  firstDelayMs: number,
  ceilingMs: number,
  send: () => void,
): Cancel {
  let cancel: Cancel = () => undefined;
  const arm = (delayMs: number): void => {
    cancel = clock.after(delayMs, () => {
      arm(Math.min(delayMs * 2, ceilingMs));
      send();
    });
  };
  arm(firstDelayMs);
  return () => {
    cancel();
  };
}
