import { Table } from "@mantine/core";
import { interactions } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { call } from "../api/client.ts";
import { useMe } from "../session/session.tsx";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import { useLabels } from "../shared/labels.ts";
import { ListTable } from "../shared/list-table.tsx";
import { Empty, Listing, Panel } from "../shared/page.tsx";

/** One's own last calls. */
export function RecentCalls() {
  const { t } = useTranslation();
  const formats = useFormats();
  const labels = useLabels();
  const { id } = useMe();
  const query = useQuery({
    queryKey: ["interactions", "own", id],
    queryFn: () => call(interactions.searchInteractions, { query: { agentId: id, limit: 8 } }),
  });
  return (
    <Panel title={t("recent.title")} flush>
      <Listing
        query={query}
        items={(data) => data.interactions}
        empty={<Empty title={t("recent.empty")} hint={t("recent.emptyHint")} />}
      >
        {(items) => (
          <ListTable
            minWidth={520}
            headings={[
              t("interaction.from"),
              t("interaction.queue"),
              t("interaction.started"),
              t("interaction.talk"),
              t("interaction.disposition"),
            ]}
            highlightOnHover
          >
            {items.map((one) => (
              <Table.Tr key={one.id}>
                <Table.Td className="rd-num">
                  <Link to={`/interactions/${one.id}`}>{labels.caller(one.from)}</Link>
                </Table.Td>
                <Table.Td>{labels.queue(one.queueId)}</Table.Td>
                <Table.Td className="rd-num">{formats.moment(one.startedAt)}</Table.Td>
                <Table.Td className="rd-num">
                  {one.talkMs === null ? "–" : formatDuration(one.talkMs)}
                </Table.Td>
                <Table.Td>{labels.disposition(one.dispositionId)}</Table.Td>
              </Table.Tr>
            ))}
          </ListTable>
        )}
      </Listing>
    </Panel>
  );
}
