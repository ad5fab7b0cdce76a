import { NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLabels } from "../shared/labels.ts";
import { Page } from "../shared/page.tsx";
import { AgentReport } from "./agent-report.tsx";
import { daysOf, momentsOf, type Interval, type RangeName } from "./core/range.ts";
import { QueueReport } from "./queue-report.tsx";
import classes from "./reports.module.css";

const ranges = ["today", "yesterday", "last-7-days", "last-30-days", "custom"] as const;
const intervals = ["quarter-hour", "hour", "day"] as const;

/** Figures by queue and interval, or by agent. */
export function ReportsPage() {
  const { t } = useTranslation();
  const labels = useLabels();
  const [view, setView] = useState<"queues" | "agents">("queues");
  const [range, setRange] = useState<RangeName>("today");
  const [days, setDays] = useState(() => daysOf("today", Date.now()));
  const [interval, setInterval] = useState<Interval>("hour");
  const [queueId, setQueueId] = useState("");
  const chooseRange = (name: RangeName) => {
    setRange(name);
    if (name !== "custom") setDays(daysOf(name, Date.now()));
    if (name === "last-7-days" || name === "last-30-days") setInterval("day");
  };
  const moments = momentsOf(days);
  return (
    <Page title={t("nav.reports")} hint={t("report.hint")}>
      <div className={classes["controls"]}>
        <SegmentedControl
          aria-label={t("report.by")}
          value={view}
          onChange={(value) => setView(value)}
          data={[
            { value: "queues", label: t("report.byQueue") },
            { value: "agents", label: t("report.byAgent") },
          ]}
        />
        <NativeSelect
          label={t("report.range")}
          value={range}
          onChange={(event) => chooseRange(event.currentTarget.value as RangeName)}
          data={ranges.map((name) => ({ value: name, label: t(`report.ranges.${name}`) }))}
        />
        {range === "custom" && (
          <>
            <TextInput
              type="date"
              label={t("interaction.fromDay")}
              value={days.fromDay}
              onChange={(event) =>
                event.currentTarget.value !== "" && setDays({ ...days, fromDay: event.currentTarget.value })
              }
            />
            <TextInput
              type="date"
              label={t("interaction.toDay")}
              value={days.toDay}
              onChange={(event) =>
                event.currentTarget.value !== "" && setDays({ ...days, toDay: event.currentTarget.value })
              }
            />
          </>
        )}
        {view === "queues" && (
          <>
            <NativeSelect
              label={t("report.interval")}
              value={interval}
              onChange={(event) => setInterval(event.currentTarget.value as Interval)}
              data={intervals.map((name) => ({ value: name, label: t(`report.intervals.${name}`) }))}
            />
            <NativeSelect
              label={t("interaction.queue")}
              value={queueId}
              onChange={(event) => setQueueId(event.currentTarget.value)}
              data={[
                { value: "", label: t("common.all") },
                ...labels.queues.map((queue) => ({ value: queue.id, label: queue.name })),
              ]}
            />
          </>
        )}
      </div>
      {view === "queues" ? (
        <QueueReport {...moments} interval={interval} queueId={queueId === "" ? null : queueId} />
      ) : (
        <AgentReport {...moments} />
      )}
    </Page>
  );
}
