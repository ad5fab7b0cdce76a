import { Button, Table, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { queues } from "@ringdown/contract";
import { IconPlus } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TableFrame } from "../shared/table-frame.tsx";
import { Link, useNavigate } from "react-router";
import { call } from "../api/client.ts";
import { useHasRole } from "../session/session.tsx";
import { formatDuration } from "../shared/core/duration.ts";
import { FormDialog } from "../shared/dialogs.tsx";
import { useFormats } from "../shared/format.ts";
import { Empty, Listing, Page, Panel } from "../shared/page.tsx";
import { useAction } from "../shared/refusals.tsx";
import { refuseInForm } from "../shared/use-form-refusal.ts";

/** All queues. */
export function QueuesPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const isAdministrator = useHasRole("administrator");
  const query = useQuery({ queryKey: ["queues"], queryFn: () => call(queues.listQueues) });
  const [isAdding, setAdding] = useState(false);
  const add = isAdministrator && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
      {t("queues.add")}
    </Button>
  );
  return (
    <Page title={t("nav.queues")} actions={add}>
      <Panel flush>
        <Listing
          query={query}
          items={(data) => data.queues}
          empty={<Empty title={t("queues.empty")} hint={t("queues.emptyHint")} />}
        >
          {(items) => (
            <TableFrame minWidth={680}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t("interaction.queue")}</Table.Th>
                    <Table.Th ta="right">{t("queues.members")}</Table.Th>
                    <Table.Th>{t("queues.strategy")}</Table.Th>
                    <Table.Th ta="right">{t("queues.ringTimeout")}</Table.Th>
                    <Table.Th ta="right">{t("today.wrapUp")}</Table.Th>
                    <Table.Th>{t("figures.serviceLevel")}</Table.Th>
                    <Table.Th>{t("interaction.recording")}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {items.map((queue) => (
                    <Table.Tr key={queue.id}>
                      <Table.Td fw={600}>
                        <Link to={queue.id}>{queue.name}</Link>
                      </Table.Td>
                      <Table.Td ta="right" className="rd-num">
                        {queue.members.length}
                      </Table.Td>
                      <Table.Td>{t(`strategy.${queue.settings.strategy}`)}</Table.Td>
                      <Table.Td ta="right" className="rd-num">
                        {formatDuration(queue.settings.ringTimeoutMs)}
                      </Table.Td>
                      <Table.Td ta="right" className="rd-num">
                        {formatDuration(queue.settings.wrapUpMs)}
                      </Table.Td>
                      <Table.Td className="rd-num">
                        {t("queues.target", {
                          share: formats.percent(queue.settings.serviceLevelTarget),
                          seconds: queue.settings.serviceLevelMs / 1_000,
                        })}
                      </Table.Td>
                      <Table.Td>{queue.settings.record ? t("common.yes") : t("common.no")}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </TableFrame>
          )}
        </Listing>
      </Panel>
      {isAdding && <AddQueue onClose={() => setAdding(false)} />}
    </Page>
  );
}

function AddQueue(props: { onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: "" },
    validate: { name: (value) => (value.trim() === "" ? t("welcome.nameNeeded") : null) },
  });
  const add = useAction((body: { name: string }) => call(queues.createQueue, { body }), {
    onDone: (queue) => {
      void queries.invalidateQueries({ queryKey: ["queues"] });
      void queries.invalidateQueries({ queryKey: ["labels"] });
      void navigate(`/admin/queues/${queue.id}`);
    },
    onRefused: refuseInForm(form),
  });
  return (
    <FormDialog
      title={t("queues.add")}
      opened
      onClose={props.onClose}
      onSubmit={form.onSubmit((values) => add.mutate(values))}
      isPending={add.isPending}
      error={add.error}
    >
      <TextInput label={t("people.name")} data-autofocus {...form.getInputProps("name")} />
    </FormDialog>
  );
}
