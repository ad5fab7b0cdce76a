import type { live } from "@ringdown/contract";
import { IconAlarm } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useLive } from "../live/live.tsx";
import { formatDuration } from "../shared/core/duration.ts";
import { useShortTime } from "../shared/short-time.ts";
import classes from "./live.module.css";

/** What the router itself says of a queue. */
export function RouterFigures(props: { router: live.LiveQueue["router"] }) {
  const { t } = useTranslation();
  const short = useShortTime();
  const { estimatedWaitMs, estimateErrorMs, timeToOfferMs, callbacks } = props.router;
  return (
    <dl className={classes["router"]}>
      <div>
        <dt>{t("live.estimatedWait")}</dt>
        <dd className="rd-num" data-testid="queue-estimate">
          {estimatedWaitMs === null ? "–" : formatDuration(estimatedWaitMs)}
          {estimatedWaitMs !== null && estimateErrorMs !== null && (
            <span className="rd-muted">
              {" "}
              {t("live.estimateError", { error: formatDuration(estimateErrorMs) })}
            </span>
          )}
        </dd>
      </div>
      <div>
        <dt>{t("live.timeToOffer")}</dt>
        <dd className="rd-num" data-testid="queue-time-to-offer">
          {timeToOfferMs === null ? "–" : `${short(timeToOfferMs.p50)} / ${short(timeToOfferMs.p99)}`}
        </dd>
      </div>
      <div>
        <dt>{t("live.callbacks")}</dt>
        <dd className="rd-num">{callbacks}</dd>
      </div>
    </dl>
  );
}

/** The starvation alarm of a queue: by words and a sign, not by colour alone. */
export function LateAlarm(props: { late: number; alarmMs: number | null }) {
  const { t } = useTranslation();
  const { late, alarmMs } = props;
  if (late === 0) return null;
  return (
    <div className={classes["alarm"]} data-testid="queue-late">
      <IconAlarm size={18} aria-hidden />
      {alarmMs === null
        ? t("live.lateCallersPlain", { count: late })
        : t("live.lateCallers", { count: late, alarm: formatDuration(alarmMs) })}
    </div>
  );
}

/** Time to offer over all queues. */
export function OverallTimeToOffer() {
  const { t } = useTranslation();
  const short = useShortTime();
  const times = useLive((state) => state.router.timeToOfferMs);
  if (times === null) return null;
  return (
    <span className={classes["overall"]} data-testid="time-to-offer">
      {t("live.timeToOfferAll", { p50: short(times.p50), p99: short(times.p99) })}
    </span>
  );
}
