import { Chip, Group, NativeSelect, Select, TextInput } from "@mantine/core";
import { routing } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { call } from "../../api/client.ts";
import { formatIntervals, officeHours, parseIntervals } from "../core/flow-edit.ts";
import classes from "../flow.module.css";
import { Rows, TargetSelect } from "../flow-fields.tsx";
import { fieldOf, type FormOf } from "./form-of.ts";

type HoursNode = FormOf<"hours">["node"];
type Weekly = NonNullable<HoursNode["weekly"]>;

/** A schedule that is kept for all, or hours of its own. */
export function HoursForm(form: FormOf<"hours">) {
  const { t } = useTranslation();
  return (
    <>
      <div className={classes["fields"]}>
        <ScheduleSelect {...form} />
        <TargetSelect label={t("flows.open")} {...fieldOf(form, "open")} />
        <TargetSelect label={t("flows.closed")} {...fieldOf(form, "closed")} />
      </div>
      {form.node.scheduleId === undefined && <OwnHours {...form} />}
    </>
  );
}

function ScheduleSelect({ node, onChange }: FormOf<"hours">) {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: ["routing"], queryFn: () => call(routing.readRouting) });
  const schedules = query.data?.document.schedules ?? [];
  const { scheduleId } = node;
  const isUnknown = scheduleId !== undefined && schedules.every(({ id }) => id !== scheduleId);
  const choose = (id: string) => {
    const { scheduleId: _, timezone: __, weekly: ___, ...rest } = node;
    onChange({ ...rest, holidays: [], ...(id === "" ? officeHours() : { scheduleId: id }) });
  };
  return (
    <NativeSelect
      label={t("flows.schedule")}
      description={t("flows.scheduleHint")}
      value={scheduleId ?? ""}
      onChange={(event) => choose(event.currentTarget.value)}
      data={[
        { value: "", label: t("flows.ownHours") },
        ...(isUnknown ? [{ value: scheduleId, label: scheduleId }] : []),
        ...schedules.map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  );
}

/** Open hours by the week, and days on which the week doesn't count. */
function OwnHours({ node, onChange }: FormOf<"hours">) {
  const { t } = useTranslation();
  const zones = useMemo(() => Intl.supportedValuesOf("timeZone"), []);
  const { timezone: zone = "" } = node;
  return (
    <>
      <Select
        label={t("flows.timezone")}
        searchable
        value={zone}
        onChange={(timezone) => timezone !== null && onChange({ ...node, timezone })}
        data={zones.includes(zone) ? zones : [zone, ...zones]}
        allowDeselect={false}
      />
      <Rows
        legend={t("flows.weekly")}
        items={node.weekly ?? []}
        make={() => ({ days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" })}
        onChange={(weekly) => onChange({ ...node, weekly })}
      >
        {(row, change) => <WeekRow row={row} onChange={change} />}
      </Rows>
      <Rows
        legend={t("flows.holidays")}
        items={node.holidays}
        make={() => ({ date: new Date().toISOString().slice(0, 10), intervals: [] })}
        atMost={500}
        onChange={(holidays) => onChange({ ...node, holidays })}
      >
        {(row, change) => <HolidayRow row={row} onChange={change} />}
      </Rows>
    </>
  );
}

const days = [1, 2, 3, 4, 5, 6, 7] as const;

function WeekRow(props: { row: Weekly[number]; onChange: (row: Weekly[number]) => void }) {
  const { t } = useTranslation();
  const { row, onChange } = props;
  return (
    <Group gap={8}>
      <Chip.Group
        multiple
        value={row.days.map(String)}
        onChange={(chosen) => chosen.length > 0 && onChange({ ...row, days: chosen.map(Number).toSorted() })}
      >
        <Group gap={3}>
          {days.map((day) => (
            <Chip key={day} value={String(day)} size="xs" radius="sm">
              {t(`flows.day.${day}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <TimeInput label={t("flows.opens")} value={row.from} onChange={(from) => onChange({ ...row, from })} />
      <TimeInput label={t("flows.closes")} value={row.to} onChange={(to) => onChange({ ...row, to })} />
    </Group>
  );
}

/** A time of day up to 24:00, which a browser's own time field doesn't know. */
function TimeInput(props: { label: string; value: string; onChange: (time: string) => void }) {
  const { t } = useTranslation();
  const isRight = /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(props.value);
  return (
    <TextInput
      aria-label={props.label}
      size="xs"
      w={74}
      value={props.value}
      error={isRight ? undefined : t("flows.timeRule")}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}

function HolidayRow(props: {
  row: HoursNode["holidays"][number];
  onChange: (row: HoursNode["holidays"][number]) => void;
}) {
  const { t } = useTranslation();
  const { row, onChange } = props;
  const [text, setText] = useState(() => formatIntervals(row.intervals));
  return (
    <>
      <TextInput
        size="xs"
        type="date"
        aria-label={t("flows.date")}
        value={row.date}
        onChange={(event) =>
          event.currentTarget.value !== "" && onChange({ ...row, date: event.currentTarget.value })
        }
      />
      <TextInput
        size="xs"
        aria-label={t("flows.holidayName")}
        placeholder={t("flows.holidayName")}
        maxLength={100}
        value={row.name ?? ""}
        onChange={(event) => {
          const { name: _, ...rest } = row;
          const name = event.currentTarget.value;
          onChange(name === "" ? rest : { ...rest, name });
        }}
      />
      <TextInput
        size="xs"
        aria-label={t("flows.holidayHours")}
        placeholder={t("flows.closedAllDay")}
        value={text}
        error={parseIntervals(text) === null ? t("flows.intervalsRule") : undefined}
        onChange={(event) => {
          setText(event.currentTarget.value);
          const intervals = parseIntervals(event.currentTarget.value);
          if (intervals !== null) onChange({ ...row, intervals });
        }}
      />
    </>
  );
}
