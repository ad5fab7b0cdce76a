import { Table } from "@mantine/core";
import type { live } from "@ringdown/contract";
import { IconAlarm, IconPhoneCall } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { TableFrame } from "../shared/table-frame.tsx";
import { Link } from "react-router";
import { useLive } from "../live/live.tsx";
import { useLabels } from "../shared/labels.ts";
import { Empty, Panel } from "../shared/page.tsx";
import { Tag } from "../shared/tag.tsx";
import { Elapsed } from "../shared/timers.tsx";
import { orderWaiting } from "./core/order.ts";
import classes from "./live.module.css";
import { WhyButton } from "./why-button.tsx";
import { WhyWaiting } from "./why-waiting.tsx";

const shownAtMost = 100;

/** Who waits, longest first. */
export function WaitingCallers() {
  const { t } = useTranslation();
  const waiting = useLive((state) => state.waiting);
  const ordered = useMemo(() => orderWaiting(waiting.values()), [waiting]);
  const [asked, setAsked] = useState<live.LiveWaiting | null>(null);
  return (
    <Panel
      title={t("live.waitingCallers")}
      aside={<strong className="rd-num">{ordered.length}</strong>}
      flush
    >
      {ordered.length === 0 ? (
        <Empty title={t("live.nobodyWaits")} />
      ) : (
        <TableFrame minWidth={400}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("interaction.from")}</Table.Th>
                <Table.Th>{t("interaction.queue")}</Table.Th>
                <Table.Th>{t("live.waits")}</Table.Th>
                <Table.Th aria-label={t("live.why")} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {ordered.slice(0, shownAtMost).map((one) => (
                <CallerRow key={one.interactionId} caller={one} onWhy={() => setAsked(one)} />
              ))}
            </Table.Tbody>
          </Table>
        </TableFrame>
      )}
      {asked !== null && <WhyWaiting caller={asked} onClose={() => setAsked(null)} />}
    </Panel>
  );
}

function CallerRow(props: { caller: live.LiveWaiting; onWhy: () => void }) {
  const { t } = useTranslation();
  const labels = useLabels();
  const { caller } = props;
  const from = labels.caller(caller.from);
  return (
    <Table.Tr data-testid="waiting-row" data-late={caller.late || undefined}>
      <Table.Td className="rd-num">
        <Link to={`/interactions/${caller.interactionId}`}>{from}</Link>
        {caller.priority > 0 && (
          <span className="rd-muted"> · {t("live.priority", { priority: caller.priority })}</span>
        )}{" "}
        {caller.callback && (
          <Tag tone="accent">
            <IconPhoneCall size={13} className={classes["inlineIcon"]} aria-hidden /> {t("live.callback")}
          </Tag>
        )}
        {caller.requirement !== null && (
          <div className={classes["requirement"]}>
            {t("live.requires", { requirement: caller.requirement })}
          </div>
        )}
      </Table.Td>
      <Table.Td>{labels.queue(caller.queueId)}</Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>
        <Elapsed since={caller.enqueuedAt} />{" "}
        {caller.late && (
          <Tag tone="bad">
            <IconAlarm size={13} className={classes["inlineIcon"]} aria-hidden /> {t("live.late")}
          </Tag>
        )}
      </Table.Td>
      <Table.Td ta="right">
        <WhyButton label={t("live.whyWaits", { from })} onClick={props.onWhy} />
      </Table.Td>
    </Table.Tr>
  );
}
