import { reports } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats, type Formats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import { useShortTime } from "../shared/short-time.ts";
import { Empty, Listing, Panel } from "../shared/page.tsx";
import { dayOf, type Interval } from "./core/range.ts";
import { ExportButton, ReportTable, type Column } from "./report-table.tsx";
import classes from "./reports.module.css";

type Figures = reports.QueueFigures;

/** Totals by queue, then each interval in which anything happened. */
export function QueueReport(props: { from: number; to: number; interval: Interval; queueId: string | null }) {
  const { t } = useTranslation();
  const { from, to, interval, queueId } = props;
  const query = useQuery({
    queryKey: ["reports", "queues", from, to, interval, queueId],
    queryFn: () =>
      call(reports.reportQueues, { query: { from, to, interval, ...(queueId !== null && { queueId }) } }),
  });
  const labels = useLabels();
  const columns = useColumns(interval);
  const [queue, time, ...figures] = columns;
  if (queue === undefined || time === undefined) return null;
  const name = `queues-${dayOf(from)}-${dayOf(to - 1)}`;
  return (
    <Listing
      query={query}
      items={(data) => data.totals}
      empty={
        <Panel>
          <Empty title={t("report.empty")} hint={t("report.emptyHint")} />
        </Panel>
      }
    >
      {(totals, data) => {
        const busy = data.intervals
          .filter((row) => row.offered > 0)
          .toSorted(
            (a, b) => a.from - b.from || labels.queue(a.queueId).localeCompare(labels.queue(b.queueId)),
          );
        return (
          <div className={classes["stack"]}>
            <Panel
              title={t("report.totals")}
              aside={
                <ExportButton columns={[queue, ...figures]} rows={totals} fileName={`${name}-totals.csv`} />
              }
              flush
            >
              <ReportTable columns={[queue, ...figures]} rows={totals} rowKey={(row) => row.queueId} />
            </Panel>
            <Panel
              title={t("report.byInterval")}
              aside={<ExportButton columns={columns} rows={data.intervals} fileName={`${name}.csv`} />}
              flush
            >
              {busy.length === 0 ? (
                <Empty title={t("report.quiet")} />
              ) : (
                <ReportTable
                  columns={[time, queue, ...figures]}
                  rows={busy}
                  rowKey={(row) => `${row.queueId}-${row.from}`}
                />
              )}
            </Panel>
          </div>
        );
      }}
    </Listing>
  );
}

function useColumns(interval: Interval): Column<Figures>[] {
  const { t } = useTranslation();
  const labels = useLabels();
  const formats = useFormats();
  const shortTime = useShortTime();
  const count = (name: string, read: (row: Figures) => number): Column<Figures> => ({
    name,
    shown: (row) => formats.number(read(row)),
    raw: read,
  });
  return [
    {
      name: t("interaction.queue"),
      shown: (row) => labels.queue(row.queueId),
      raw: (row) => labels.queue(row.queueId),
      isText: true,
    },
    {
      name: t("report.time"),
      shown: (row) => shownTime(formats, row.from, interval),
      raw: (row) => new Date(row.from).toISOString(),
      isText: true,
    },
    count(t("figures.offered"), (row) => row.offered),
    count(t("figures.answered"), (row) => row.answered),
    count(t("figures.answeredInTime"), (row) => row.answeredInTime),
    count(t("figures.abandoned"), (row) => row.abandoned),
    count(t("figures.shortAbandoned"), (row) => row.shortAbandoned),
    count(t("figures.converted"), (row) => row.convertedToCallback),
    count(t("figures.flowedOut"), (row) => row.flowedOut),
    share(t("figures.serviceLevel"), formats, (row) => row.serviceLevel),
    share(t("figures.abandonRate"), formats, (row) => row.abandonRate),
    time(t("figures.averageWait"), (row) => row.averageWaitMs),
    time(t("figures.averageHandle"), (row) => row.averageHandleMs),
    count(t("figures.calledBack"), (row) => row.callbacks.served),
    time(t("figures.toCallback"), (row) => row.callbacks.averageMs),
    short(t("figures.timeToOffer50"), shortTime, (row) => row.timeToOfferMs?.p50 ?? null),
    short(t("figures.timeToOffer99"), shortTime, (row) => row.timeToOfferMs?.p99 ?? null),
  ];
}

function shownTime(formats: Formats, at: number, interval: Interval): string {
  return interval === "day" ? formats.date(at) : formats.moment(at);
}

function share<Row>(name: string, formats: Formats, read: (row: Row) => number | null): Column<Row> {
  return { name, shown: (row) => formats.percent(read(row)), raw: read };
}

/** A short time: with its unit on the screen, milliseconds in the file. */
function short<Row>(
  name: string,
  format: (ms: number) => string,
  read: (row: Row) => number | null,
): Column<Row> {
  return {
    name: name,
    shown: (row) => {
      const value = read(row);
      return value === null ? "–" : format(value);
    },
    raw: read,
  };
}

/** A duration: a clock on the screen, seconds in the file. */
export function time<Row>(name: string, read: (row: Row) => number | null): Column<Row> {
  return {
    name,
    shown: (row) => {
      const value = read(row);
      return value === null ? "–" : formatDuration(value);
    },
    raw: (row) => {
      const value = read(row);
      return value === null ? null : Math.round(value / 1_000);
    },
  };
}
