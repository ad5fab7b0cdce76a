import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { schedules } from "@ringdown/contract";
import { IconClipboardText, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { QuietButton } from "../../shared/quiet-button.tsx";
import { parseHolidays } from "./core/pasted.ts";
import { parseHours } from "./core/week.ts";
import { useRouting } from "./routing-context.tsx";
import classes from "./routing.module.css";
import { HoursText } from "./week-editor.tsx";

type Holiday = schedules.Holiday;

/** Days on which the week doesn't count, by date. */
export function HolidayEditor(props: {
  holidays: readonly Holiday[];
  onChange: (holidays: Holiday[]) => void;
}) {
  const { t } = useTranslation();
  const { canEdit } = useRouting();
  const { holidays, onChange } = props;
  const [isPasting, pasting] = useDisclosure(false);
  const put = (list: readonly Holiday[]) =>
    onChange(list.toSorted((one, other) => one.date.localeCompare(other.date)));
  const merge = (added: readonly Holiday[]) =>
    put([...holidays.filter(({ date }) => added.every((one) => one.date !== date)), ...added]);
  return (
    <div className={classes["rows"]}>
      {holidays.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("schedule.noHolidays")}
        </Text>
      )}
      {holidays.map((holiday, index) => (
        <HolidayRow
          key={index}
          holiday={holiday}
          number={index + 1}
          onChange={(next) => onChange(holidays.map((one, at) => (at === index ? next : one)))}
          onRemove={() => onChange(holidays.filter((_, at) => at !== index))}
        />
      ))}
      {canEdit && (
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconPlus size={15} />}
            onClick={() => onChange([...holidays, { date: nextDate(holidays), name: "", intervals: [] }])}
          >
            {t("schedule.addHoliday")}
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<IconClipboardText size={15} />}
            onClick={pasting.open}
          >
            {t("schedule.pasteHolidays")}
          </Button>
        </Group>
      )}
      {isPasting && <PasteHolidays onClose={pasting.close} onAdd={merge} />}
    </div>
  );
}

/** The day after the last holiday, or today. */
function nextDate(holidays: readonly Holiday[]): string {
  const last = holidays.map(({ date }) => Date.parse(`${date}T00:00:00Z`) + 86_400_000);
  return new Date(Math.max(Date.now(), ...last)).toISOString().slice(0, 10);
}

function HolidayRow(props: {
  holiday: Holiday;
  number: number;
  onChange: (holiday: Holiday) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  const { canEdit } = useRouting();
  const { holiday, onChange } = props;
  return (
    <div className={classes["holiday"]}>
      <TextInput
        size="xs"
        type="date"
        aria-label={t("flows.date")}
        readOnly={!canEdit}
        value={holiday.date}
        onChange={(event) =>
          event.currentTarget.value !== "" && onChange({ ...holiday, date: event.currentTarget.value })
        }
      />
      <TextInput
        size="xs"
        aria-label={t("flows.holidayName")}
        placeholder={t("flows.holidayName")}
        readOnly={!canEdit}
        maxLength={100}
        value={holiday.name}
        onChange={(event) => onChange({ ...holiday, name: event.currentTarget.value })}
      />
      <HoursText
        label={t("flows.holidayHours")}
        intervals={holiday.intervals}
        canEdit={canEdit}
        onChange={(intervals) => onChange({ ...holiday, intervals })}
      />
      {canEdit && (
        <QuietButton
          label={t("flows.removeRow", { number: props.number })}
          icon={<IconTrash size={16} />}
          onClick={props.onRemove}
        />
      )}
    </div>
  );
}

/** Dates from elsewhere, a line each; says what it understood before anything is added. */
function PasteHolidays(props: { onClose: () => void; onAdd: (holidays: Holiday[]) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const { holidays, unread } = parseHolidays(text, parseHours);
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t("schedule.pasteHolidays")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Stack>
        <Textarea
          label={t("schedule.pasteLabel")}
          description={t("schedule.pasteHint")}
          placeholder={"2026-12-25 Christmas\n2026-12-24 09:00-12:00 Christmas Eve"}
          autosize
          minRows={6}
          maxRows={14}
          data-autofocus
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {unread.length > 0 && (
          <Text size="sm" c="var(--rd-warn)" role="status">
            {t("schedule.unread", { lines: unread.slice(0, 5).join("; ") })}
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={props.onClose}>
            {t("common.cancel")}
          </Button>
          <Button
            disabled={holidays.length === 0}
            onClick={() => {
              props.onAdd(holidays);
              props.onClose();
            }}
          >
            {t("schedule.addHolidays", { count: holidays.length })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
