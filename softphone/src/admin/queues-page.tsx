import { Table } from "@mantine/core";
import { queues } from "@ringdown/contract";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { call } from "../api/client.ts";
import { useHasRole } from "../session/session.tsx";
import { formatDuration } from "../shared/core/duration.ts";
import { useFormats } from "../shared/format.ts";
import { ListPage } from "./list-page.tsx";
import { NamingDialog } from "./naming-dialog.tsx";

/** All queues. */
export function QueuesPage() {
  const { t } = useTranslation();
  const isAdministrator = useHasRole("administrator");
  const query = useQuery({ queryKey: ["queues"], queryFn: () => call(queues.listQueues) });
  return (
    <ListPage
      title={t("nav.queues")}
      {...(isAdministrator && { add: { label: t("queues.add") } })}
      query={query}
      items={(data) => data.queues}
      empty={{ title: t("queues.empty"), hint: t("queues.emptyHint") }}
      minWidth={680}
      headings={[
        t("interaction.queue"),
        { name: t("queues.members"), is: "right" },
        t("queues.strategy"),
        { name: t("queues.ringTimeout"), is: "right" },
        { name: t("today.wrapUp"), is: "right" },
        t("figures.serviceLevel"),
        t("interaction.recording"),
      ]}
      renderRow={(queue) => <QueueRow key={queue.id} queue={queue} />}
      renderDialog={(_, close) => (
        <NamingDialog
          title={t("queues.add")}
          create={(name) => call(queues.createQueue, { body: { name } })}
          list="queues"
          onClose={close}
        />
      )}
    />
  );
}

function QueueRow(props: { queue: queues.Queue }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { id, name, members, settings } = props.queue;
  return (
    <Table.Tr>
      <Table.Td fw={600}>
        <Link to={id}>{name}</Link>
      </Table.Td>
      <Table.Td ta="right" className="rd-num">
        {members.length}
      </Table.Td>
      <Table.Td>{t(`strategy.${settings.strategy}`)}</Table.Td>
      <Table.Td ta="right" className="rd-num">
        {formatDuration(settings.ringTimeoutMs)}
      </Table.Td>
      <Table.Td ta="right" className="rd-num">
        {formatDuration(settings.wrapUpMs)}
      </Table.Td>
      <Table.Td className="rd-num">
        {t("queues.target", {
          share: formats.percent(settings.serviceLevelTarget),
          seconds: settings.serviceLevelMs / 1_000,
        })}
      </Table.Td>
      <Table.Td>{settings.record ? t("common.yes") : t("common.no")}</Table.Td>
    </Table.Tr>
  );
}
