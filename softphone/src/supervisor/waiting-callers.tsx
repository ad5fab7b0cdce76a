import { Table } from "@mantine/core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { TableFrame } from "../shared/table-frame.tsx";
import { Link } from "react-router";
import { useLive } from "../live/live.tsx";
import { useLabels } from "../shared/labels.ts";
import { Empty, Panel } from "../shared/page.tsx";
import { Elapsed } from "../shared/timers.tsx";
import { orderWaiting } from "./core/order.ts";

const shownAtMost = 100;

/** Who waits, longest first. */
export function WaitingCallers() {
  const { t } = useTranslation();
  const labels = useLabels();
  const waiting = useLive((state) => state.waiting);
  const ordered = useMemo(() => orderWaiting(waiting.values()), [waiting]);
  return (
    <Panel
      title={t("live.waitingCallers")}
      aside={<strong className="rd-num">{ordered.length}</strong>}
      flush
    >
      {ordered.length === 0 ? (
        <Empty title={t("live.nobodyWaits")} />
      ) : (
        <TableFrame minWidth={320}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("interaction.from")}</Table.Th>
                <Table.Th>{t("interaction.queue")}</Table.Th>
                <Table.Th>{t("live.waits")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {ordered.slice(0, shownAtMost).map((one) => (
                <Table.Tr key={one.interactionId} data-testid="waiting-row">
                  <Table.Td className="rd-num">
                    <Link to={`/interactions/${one.interactionId}`}>{labels.caller(one.from)}</Link>
                    {one.priority > 0 && (
                      <span className="rd-muted"> · {t("live.priority", { priority: one.priority })}</span>
                    )}
                  </Table.Td>
                  <Table.Td>{labels.queue(one.queueId)}</Table.Td>
                  <Table.Td>
                    <Elapsed since={one.enqueuedAt} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </TableFrame>
      )}
    </Panel>
  );
}
