import { useNow } from "../live/live.tsx";
import { formatCountdown, formatDuration } from "./core/duration.ts";

/** Time since `since`, ticking. */
export function Elapsed(props: { since: number; label?: string }) {
  const now = useNow();
  return (
    <span className="rd-num" role="timer" aria-live="off" aria-label={props.label}>
      {formatDuration(now - props.since)}
    </span>
  );
}

/** Time until `until`, ticking. */
export function Countdown(props: { until: number; label?: string }) {
  const now = useNow();
  return (
    <span className="rd-num" role="timer" aria-live="off" aria-label={props.label}>
      {formatCountdown(props.until - now)}
    </span>
  );
}
