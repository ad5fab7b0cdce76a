import { reports } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { call } from "../api/client.ts";
import { useFormats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import { Empty, Listing, Panel } from "../shared/page.tsx";
import { dayOf } from "./core/range.ts";
import { time } from "./queue-report.tsx";
import { ExportButton, ReportTable, type Column } from "./report-table.tsx";

type Figures = reports.AgentFigures;

/** What each agent handled and how the time went. */
export function AgentReport(props: { from: number; to: number }) {
  const { t } = useTranslation();
  const { from, to } = props;
  const query = useQuery({
    queryKey: ["reports", "agents", from, to],
    queryFn: () => call(reports.reportAgents, { query: { from, to } }),
  });
  const columns = useColumns();
  return (
    <Listing
      query={query}
      items={(data) => data.agents}
      empty={
        <Panel>
          <Empty title={t("report.empty")} hint={t("report.emptyHint")} />
        </Panel>
      }
    >
      {(agents) => (
        <Panel
          title={t("report.byAgent")}
          aside={
            <ExportButton
              columns={columns}
              rows={agents}
              fileName={`agents-${dayOf(from)}-${dayOf(to - 1)}.csv`}
            />
          }
          flush
        >
          <ReportTable columns={columns} rows={agents} rowKey={(row) => row.personId} />
        </Panel>
      )}
    </Listing>
  );
}

function useColumns(): Column<Figures>[] {
  const { t } = useTranslation();
  const labels = useLabels();
  const formats = useFormats();
  const name = (row: Figures) => labels.person(row.personId);
  return [
    { name: t("interaction.agent"), shown: name, raw: name, isText: true },
    { name: t("today.handled"), shown: (row) => row.handled, raw: (row) => row.handled },
    { name: t("today.missed"), shown: (row) => row.missed, raw: (row) => row.missed },
    time(t("today.talk"), (row) => row.talkMs),
    time(t("today.hold"), (row) => row.holdMs),
    time(t("today.wrapUp"), (row) => row.wrapUpMs),
    time(t("figures.available"), (row) => row.availableMs),
    time(t("state.not-ready"), (row) => row.notReadyMs),
    time(t("figures.averageHandle"), (row) => row.averageHandleMs),
    {
      name: t("figures.occupancy"),
      shown: (row) => formats.percent(row.occupancy),
      raw: (row) => row.occupancy,
    },
  ];
}
