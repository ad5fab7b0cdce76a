import { Button, TextInput } from "@mantine/core";
import { openingHours, type flow, type schedules } from "@ringdown/contract";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { formatIntervals } from "../core/flow-edit.ts";
import { daysOfWeek, parseHours, weekDays, weekOfDays, type WeekDay } from "./core/week.ts";
import { useRouting } from "./routing-context.tsx";
import classes from "./routing.module.css";

type Weekly = schedules.Schedule["weekly"];

/** A line a day: the hours as text, and as a picture beside it. */
export function WeekEditor(props: { weekly: Weekly; onChange: (weekly: Weekly) => void }) {
  const { t } = useTranslation();
  const { canEdit } = useRouting();
  const days = daysOfWeek(props.weekly);
  const set = (changed: readonly WeekDay[], intervals: flow.OpenInterval[]) =>
    props.onChange(
      weekOfDays(days.map((now, at) => (changed.some((day) => day === at + 1) ? intervals : now))),
    );
  return (
    <div className={classes["week"]}>
      {weekDays.map((day) => (
        <div key={day} className={classes["weekDay"]}>
          <span>{t(`schedule.day.${day}`)}</span>
          <HoursText
            label={t("schedule.hoursOf", { day: t(`schedule.day.${day}`) })}
            intervals={days[day - 1] ?? []}
            canEdit={canEdit}
            onChange={(intervals) => set([day], intervals)}
          />
          <DayPicture intervals={days[day - 1] ?? []} />
        </div>
      ))}
      {canEdit && (
        <div>
          <Button size="compact-sm" variant="subtle" onClick={() => set([2, 3, 4, 5], days[0] ?? [])}>
            {t("schedule.copyMonday")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** `09:00-12:00, 13:30-17:00`; empty is closed. A text that can't be read leaves what was. */
export function HoursText(props: {
  label: string;
  intervals: readonly flow.OpenInterval[];
  canEdit: boolean;
  onChange: (intervals: flow.OpenInterval[]) => void;
}) {
  const { t } = useTranslation();
  const shown = formatIntervals(props.intervals);
  const [text, setText] = useState(shown);
  useEffect(() => {
    setText((now) =>
      formatIntervals(parseHours(now) ?? []) === shown && parseHours(now) !== null ? now : shown,
    );
  }, [shown]);
  const isRight = parseHours(text) !== null;
  return (
    <TextInput
      size="xs"
      aria-label={props.label}
      placeholder={t("flows.closedAllDay")}
      readOnly={!props.canEdit}
      value={text}
      error={isRight ? undefined : t("flows.intervalsRule")}
      onChange={(event) => {
        setText(event.currentTarget.value);
        const intervals = parseHours(event.currentTarget.value);
        if (intervals !== null && formatIntervals(intervals) !== shown) props.onChange(intervals);
      }}
      onBlur={() => isRight && setText(shown)}
    />
  );
}

function DayPicture(props: { intervals: readonly flow.OpenInterval[] }) {
  return (
    <svg className={classes["dayPicture"]} viewBox="0 0 1440 10" preserveAspectRatio="none" aria-hidden>
      <rect width="1440" height="10" data-base />
      {props.intervals.map(({ from, to }) => (
        <rect
          key={from}
          x={openingHours.minutesOfDay(from)}
          width={Math.max(0, openingHours.minutesOfDay(to) - openingHours.minutesOfDay(from))}
          height="10"
        />
      ))}
    </svg>
  );
}
