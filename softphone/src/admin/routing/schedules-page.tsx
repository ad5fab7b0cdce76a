import { Button, Table, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { schedules } from "@ringdown/contract";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { FormDialog } from "../../shared/form-dialog.tsx";
import { ListTable } from "../../shared/list-table.tsx";
import { Empty, Page, Panel } from "../../shared/page.tsx";
import { newId, newSchedule, putThing } from "./core/routing-edit.ts";
import { DraftTag } from "./draft-tag.tsx";
import { OpeningNow } from "./opening-now.tsx";
import { useRouting } from "./routing-context.tsx";
import classes from "./routing.module.css";

/** Opening hours, and which queues keep them. */
export function SchedulesPage() {
  const { t } = useTranslation();
  const { document, canEdit } = useRouting();
  const [isAdding, setAdding] = useState(false);
  return (
    <Page
      title={t("nav.schedules")}
      hint={t("schedule.hint")}
      actions={
        canEdit && (
          <Button
            leftSection={<IconPlus size={16} />}
            onClick={() => setAdding(true)}
            data-testid="schedule-add"
          >
            {t("schedule.add")}
          </Button>
        )
      }
    >
      <Panel flush>
        {document.schedules.length === 0 ? (
          <Empty title={t("schedule.empty")} hint={t("schedule.emptyHint")} />
        ) : (
          <ListTable
            minWidth={640}
            headings={[
              t("people.name"),
              t("schedule.now"),
              t("flows.timezone"),
              { name: t("schedule.holidays"), is: "right" },
              t("team.queues"),
            ]}
          >
            {document.schedules.map((schedule) => (
              <ScheduleRow key={schedule.id} schedule={schedule} />
            ))}
          </ListTable>
        )}
      </Panel>
      {isAdding && <AddSchedule onClose={() => setAdding(false)} />}
    </Page>
  );
}

function ScheduleRow(props: { schedule: schedules.Schedule }) {
  const { schedule } = props;
  const { document } = useRouting();
  const queues = document.queues.filter(({ settings }) => settings.scheduleId === schedule.id);
  return (
    <Table.Tr>
      <Table.Td fw={600}>
        <Link to={schedule.id}>{schedule.name}</Link> <DraftTag what="schedule" id={schedule.id} />
      </Table.Td>
      <Table.Td>
        <OpeningNow schedule={schedule} asTag />
      </Table.Td>
      <Table.Td>{schedule.timezone}</Table.Td>
      <Table.Td ta="right" className="rd-num">
        {schedule.holidays.length}
      </Table.Td>
      <Table.Td className={classes["wrap"] ?? ""}>
        {queues.map(({ name }) => name).join(", ") || "–"}
      </Table.Td>
    </Table.Tr>
  );
}

function AddSchedule(props: { onClose: () => void }) {
  const { t } = useTranslation();
  const { edit } = useRouting();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: "" },
    validate: { name: (name) => (name.trim() === "" ? t("welcome.nameNeeded") : null) },
  });
  return (
    <FormDialog
      title={t("schedule.add")}
      form={form}
      save={({ name }) => {
        const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
        const schedule = newSchedule(newId(), name.trim(), timeZone);
        edit((before) => putThing(before, "schedules", schedule));
        return Promise.resolve(schedule.id);
      }}
      changes={[]}
      onSaved={(id) => void navigate(`/admin/schedules/${id}`)}
      onClose={props.onClose}
    >
      <TextInput label={t("people.name")} data-autofocus maxLength={120} {...form.getInputProps("name")} />
    </FormDialog>
  );
}
