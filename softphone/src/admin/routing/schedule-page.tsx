import { Button, Select } from "@mantine/core";
import type { schedules } from "@ringdown/contract";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { useConfirm } from "../../shared/dialogs.tsx";
import { Empty, Page, Panel } from "../../shared/page.tsx";
import adminClasses from "../admin.module.css";
import { BackLink } from "../queue-page.tsx";
import { problemsAt } from "./core/problems.ts";
import { putThing, removeThing } from "./core/routing-edit.ts";
import { DraftText, useFieldProblem } from "./fields.tsx";
import { HolidayEditor } from "./holiday-editor.tsx";
import { OpeningNow } from "./opening-now.tsx";
import { ProblemList } from "./problem-list.tsx";
import { useRouting } from "./routing-context.tsx";
import classes from "./routing.module.css";
import { WeekEditor } from "./week-editor.tsx";

/** One schedule: the week, holidays, and what that means now. */
export function SchedulePage() {
  const { t } = useTranslation();
  const { scheduleId = "" } = useParams();
  const { document, canEdit, edit } = useRouting();
  const schedule = document.schedules.find(({ id }) => id === scheduleId);
  const back = <BackLink to="/admin/schedules" label={t("nav.schedules")} />;
  if (schedule === undefined)
    return (
      <Page title={t("schedule.one")} back={back}>
        <Panel>
          <Empty title={t("schedule.gone")} />
        </Panel>
      </Page>
    );
  const change = (next: Partial<schedules.Schedule>) =>
    edit((before) => {
      const now = before.schedules.find(({ id }) => id === scheduleId);
      return now === undefined ? before : putThing(before, "schedules", { ...now, ...next });
    });
  return (
    <Page title={schedule.name} back={back} actions={canEdit && <DeleteSchedule schedule={schedule} />}>
      <div className={adminClasses["stack"]}>
        <Panel title={t("schedule.one")} aside={<OpeningNow schedule={schedule} asTag />}>
          <ScheduleProblems schedule={schedule} />
          <div className={classes["fields"]}>
            <DraftText
              label={t("people.name")}
              value={schedule.name}
              maxLength={120}
              at={{ list: "schedules", id: schedule.id, field: "name" }}
              rule={(text) => (text.trim() === "" ? t("welcome.nameNeeded") : null)}
              onChange={(name) => change({ name })}
            />
            <ZoneSelect schedule={schedule} onChange={(timezone) => change({ timezone })} />
          </div>
        </Panel>
        <Panel title={t("schedule.week")}>
          <WeekEditor weekly={schedule.weekly} onChange={(weekly) => change({ weekly })} />
        </Panel>
        <Panel title={t("schedule.holidays")}>
          <HolidayEditor holidays={schedule.holidays} onChange={(holidays) => change({ holidays })} />
        </Panel>
      </div>
    </Page>
  );
}

function ScheduleProblems(props: { schedule: schedules.Schedule }) {
  const { problems, canEdit } = useRouting();
  const own = problemsAt(problems, { list: "schedules", id: props.schedule.id, field: "" });
  return own.length > 0 && canEdit ? <ProblemList problems={own} /> : null;
}

function ZoneSelect(props: { schedule: schedules.Schedule; onChange: (timezone: string) => void }) {
  const { t } = useTranslation();
  const { schedule } = props;
  const { canEdit } = useRouting();
  const zones = useMemo(
    () => ["UTC", ...Intl.supportedValuesOf("timeZone").filter((one) => one !== "UTC")],
    [],
  );
  const problem = useFieldProblem({ list: "schedules", id: schedule.id, field: "timezone" });
  return (
    <Select
      label={t("flows.timezone")}
      searchable
      comboboxProps={{ keepMounted: false }}
      readOnly={!canEdit}
      value={schedule.timezone}
      error={problem.error}
      onChange={(timezone) => timezone !== null && props.onChange(timezone)}
      data={zones.includes(schedule.timezone) ? zones : [schedule.timezone, ...zones]}
      allowDeselect={false}
      limit={100}
      nothingFoundMessage={t("common.nothing")}
    />
  );
}

function DeleteSchedule(props: { schedule: schedules.Schedule }) {
  const { t } = useTranslation();
  const { schedule } = props;
  const { edit, document } = useRouting();
  const navigate = useNavigate();
  const confirm = useConfirm();
  const used = document.queues.filter(({ settings }) => settings.scheduleId === schedule.id).length;
  const remove = () => {
    edit((before) => removeThing(before, "schedules", schedule.id));
    void navigate("/admin/schedules");
  };
  return (
    <Button
      variant="default"
      c="var(--rd-bad)"
      onClick={() =>
        confirm({
          title: t("schedule.deleteTitle", { name: schedule.name }),
          sentence: t("schedule.deleteSentence", { count: used }),
          action: t("common.delete"),
          run: remove,
        })
      }
    >
      {t("common.delete")}
    </Button>
  );
}
