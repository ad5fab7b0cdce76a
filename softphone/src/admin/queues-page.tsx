import { Button, Table, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import type { routing } from "@ringdown/contract";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { FormDialog } from "../shared/form-dialog.tsx";
import { useFormats } from "../shared/format.ts";
import { ListTable } from "../shared/list-table.tsx";
import { Empty, Page, Panel } from "../shared/page.tsx";
import { Tag } from "../shared/tag.tsx";
import { newId, newQueue, putThing, staffOf } from "./routing/core/routing-edit.ts";
import { useDurationText } from "./routing/fields.tsx";
import { OpeningNow } from "./routing/opening-now.tsx";
import { useRouting } from "./routing/routing-context.tsx";
import { DraftTag } from "./routing/draft-tag.tsx";

/** All queues of the draft. */
export function QueuesPage() {
  const { t } = useTranslation();
  const { document, canEdit } = useRouting();
  const [isAdding, setAdding] = useState(false);
  return (
    <Page
      title={t("nav.queues")}
      hint={t("queues.hint")}
      actions={
        canEdit && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
            {t("queues.add")}
          </Button>
        )
      }
    >
      <Panel flush>
        {document.queues.length === 0 ? (
          <Empty title={t("queues.empty")} hint={t("queues.emptyHint")} />
        ) : (
          <ListTable
            minWidth={820}
            headings={[
              t("interaction.queue"),
              { name: t("queues.members"), is: "right" },
              t("queues.strategy"),
              t("queueSection.needs"),
              t("queues.schedule"),
              t("figures.serviceLevel"),
              { name: t("queues.ringTimeout"), is: "right" },
            ]}
          >
            {document.queues.map((queue) => (
              <QueueRow key={queue.id} queue={queue} />
            ))}
          </ListTable>
        )}
      </Panel>
      {isAdding && <AddQueue onClose={() => setAdding(false)} />}
    </Page>
  );
}

function QueueRow(props: { queue: routing.RoutedQueue }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const write = useDurationText();
  const { document } = useRouting();
  const { id, name, settings } = props.queue;
  const schedule = document.schedules.find((one) => one.id === settings.scheduleId);
  return (
    <Table.Tr>
      <Table.Td fw={600}>
        <Link to={id}>{name}</Link> <DraftTag what="queue" id={id} />
      </Table.Td>
      <Table.Td ta="right" className="rd-num">
        {staffOf(document, props.queue).length}
      </Table.Td>
      <Table.Td>{t(`strategy.${settings.strategy}`)}</Table.Td>
      <Table.Td>{settings.requirement === null ? "–" : <code>{settings.requirement}</code>}</Table.Td>
      <Table.Td>
        {schedule === undefined ? (
          <Tag>{t("queues.alwaysOpen")}</Tag>
        ) : (
          <OpeningNow schedule={schedule} asTag />
        )}
      </Table.Td>
      <Table.Td className="rd-num">
        {t("queues.target", {
          share: formats.percent(settings.serviceLevelTarget),
          seconds: settings.serviceLevelMs / 1_000,
        })}
      </Table.Td>
      <Table.Td ta="right" className="rd-num">
        {write(settings.ringTimeoutMs)}
      </Table.Td>
    </Table.Tr>
  );
}

/** A new queue needs a name; its page, where the rest is set, opens then. */
function AddQueue(props: { onClose: () => void }) {
  const { t } = useTranslation();
  const { edit } = useRouting();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: "" },
    validate: { name: (value) => (value.trim() === "" ? t("welcome.nameNeeded") : null) },
  });
  return (
    <FormDialog
      title={t("queues.add")}
      form={form}
      save={({ name }) => {
        const id = newId();
        edit((document) => putThing(document, "queues", newQueue(id, name.trim())));
        return Promise.resolve(id);
      }}
      changes={[]}
      onSaved={(id) => void navigate(`/admin/queues/${id}`)}
      onClose={props.onClose}
    >
      <TextInput label={t("people.name")} data-autofocus maxLength={120} {...form.getInputProps("name")} />
    </FormDialog>
  );
}
