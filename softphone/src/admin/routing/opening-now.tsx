import type { schedules } from "@ringdown/contract";
import { useInterval } from "@mantine/hooks";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Tag } from "../../shared/tag.tsx";
import { openingState, type OpeningState } from "./core/week.ts";

/** "Open now, until 17:00" or "Closed, opens Monday 08:00", in the schedule's own time. */
export function OpeningNow(props: { schedule: schedules.Schedule; asTag?: boolean }) {
  const words = useOpeningWords();
  const [now, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), 30_000, { autoInvoke: true });
  const state = openingState(props.schedule, now);
  const text = words(state);
  if (props.asTag !== true) return <>{text}</>;
  return <Tag tone={state?.isOpen === true ? "good" : "plain"}>{text}</Tag>;
}

function useOpeningWords(): (state: OpeningState | null) => string {
  const { t } = useTranslation();
  return (state) => {
    if (state === null) return t("schedule.unknownZone");
    const { isOpen, next, holiday } = state;
    const day = holiday === null || holiday === "" ? "" : ` (${holiday})`;
    if (next === null) return isOpen ? t("schedule.always") : t("schedule.never");
    const when = next.inDays === 0 ? next.time : `${dayWord(next)} ${next.time}`;
    return (isOpen ? t("schedule.openUntil", { when }) : t("schedule.closedUntil", { when })) + day;
  };

  function dayWord(next: NonNullable<OpeningState["next"]>): string {
    if (next.inDays === 1) return t("schedule.tomorrow");
    if (next.inDays < 7) return t(`schedule.day.${next.day}`);
    return next.date;
  }
}
